extension YAMLNode {
    /// A JSON document as a tree, so that one logic reads files and API objects; it stands in no text.
    ///
    /// - Complexity: linear; the JSON reader has bounded the depth.
    init(_ json: JSONValue) {
        let nowhere = YAMLPlace(source: 0, line: 0, column: 0)
        switch json {
        case .null: self.init(content: .scalar("null", .plain), place: nowhere)
        case .bool(let flag): self.init(content: .scalar(flag ? "true" : "false", .plain), place: nowhere)
        case .integer(let number): self.init(content: .scalar("\(number)", .plain), place: nowhere)
        case .number(let number): self.init(content: .scalar("\(number)", .plain), place: nowhere)
        case .string(let text): self.init(content: .scalar(text, .doubleQuoted), place: nowhere)
        case .array(let items): self.init(content: .sequence(items.map(YAMLNode.init)), place: nowhere)
        case .object(let members):
            let pairs = members.sorted { $0.key < $1.key }.map { name, value in
                Pair(
                    key: YAMLNode(content: .scalar(name, .doubleQuoted), place: nowhere),
                    value: YAMLNode(value)
                )
            }
            self.init(content: .mapping(pairs), place: nowhere)
        }
    }

    /// ` (line 7)` for a message; empty for a node that stands in no text.
    var lineWords: String { place.line > 0 ? " (line \(place.line))" : "" }

    /// A text that two trees share exactly if they hold the same data, whatever the order of their keys.
    var canonicalText: String {
        switch content {
        case .scalar(let text, _): return "\(text.utf8.count):\(text)"
        case .sequence(let items): return "[" + items.map(\.canonicalText).joined(separator: ",") + "]"
        case .mapping(let pairs):
            let members = pairs.map { $0.key.canonicalText + "=" + $0.value.canonicalText }
            return "{" + members.sorted().joined(separator: ",") + "}"
        }
    }
}
