/// A replacement of a range of bytes.
struct TextEdit: Sendable, Hashable {
    /// Empty for an insertion.
    var range: Range<Int>
    var replacement: [UInt8]

    init(_ range: Range<Int>, _ replacement: String) {
        self.range = range
        self.replacement = Array(replacement.utf8)
    }

    /// Applies edits that do not overlap; insertions at the same place keep their order.
    static func apply(_ edits: [TextEdit], to bytes: [UInt8]) -> [UInt8] {
        let ordered = edits.enumerated().sorted {
            ($0.element.range.lowerBound, $0.offset) < ($1.element.range.lowerBound, $1.offset)
        }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 256)
        var index = 0
        for (_, edit) in ordered where edit.range.lowerBound >= index && edit.range.upperBound <= bytes.count {
            result += bytes[index..<edit.range.lowerBound]
            result += edit.replacement
            index = edit.range.upperBound
        }
        result += bytes[index...]
        return result
    }
}

extension SourceText {
    /// An insertion of whole lines after a line, with the line break used there.
    ///
    /// After a last line without a break, the new lines end without one too.
    func insertion(of lines: [String], after line: Int) -> TextEdit? {
        guard let range = range(line: line) else { return nil }
        if let lineBreak = lineBreak(after: line) {
            let ending = String(decoding: lineBreak, as: UTF8.self)
            return TextEdit(range.end..<range.end, lines.map { $0 + ending }.joined())
        }
        let ending = lineBreak(after: line - 1).map { String(decoding: $0, as: UTF8.self) } ?? "\n"
        return TextEdit(range.end..<range.end, lines.map { ending + $0 }.joined())
    }

    /// Whether a node begins with a brace or bracket. (Yams knows the style of scalars only.)
    func isFlow(_ node: YAMLNode) -> Bool {
        guard let offset = offset(line: node.place.line, column: node.place.column) else { return false }
        return hasText("{", at: offset) || hasText("[", at: offset)
    }

    /// The last line that a node's scalars stand on; a lower bound for scalars over several lines.
    func lastLine(of node: YAMLNode) -> Int {
        switch node.content {
        case .scalar(let text, .block):
            return node.place.line + text.utf8.count { $0 == 0x0A }
        case .scalar:
            return node.place.line
        case .mapping(let pairs):
            return pairs.reduce(node.place.line) { max($0, lastLine(of: $1.key), lastLine(of: $1.value)) }
        case .sequence(let items):
            return items.reduce(node.place.line) { max($0, lastLine(of: $1)) }
        }
    }

    /// The range and the text of a scalar's token with its quotes; nil unless exactly these characters stand at its
    /// mark.
    ///
    /// They do not for an alias, behind an anchor or a tag, with escapes, or over several lines.
    func token(of node: YAMLNode) -> (range: Range<Int>, text: String)? {
        guard case .scalar(let text, let style) = node.content, !text.isEmpty,
            let offset = offset(line: node.place.line, column: node.place.column)
        else { return nil }
        let token: String
        switch style {
        case .plain: token = text
        case .singleQuoted: token = "'\(text)'"
        case .doubleQuoted: token = "\"\(text)\""
        case .block: return nil
        }
        return hasText(token, at: offset) ? (offset..<(offset + token.utf8.count), token) : nil
    }
}
