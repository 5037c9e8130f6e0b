extension SpecTree {
    /// The tree of an object of an API, with the path of each value in place of line and column.
    ///
    /// What a server keeps itself is left out: of the metadata only the names remain, and no status.
    init(object json: JSONValue, kind: String, layer: Source.Layer) {
        let metadata = json["metadata"]?.members?.filter {
            ["name", "namespace"].contains($0.key) && $0.value != .null
        }
        var members: [String: JSONValue] = [
            "apiVersion": json["apiVersion"] ?? .string(SpecDecoder.apiVersion), "kind": json["kind"] ?? .string(kind),
            "metadata": .object(metadata ?? [:]),
        ]
        members["spec"] = json["spec"] ?? .object([:])
        var words: [String] = []
        let root = YAMLNode(.object(members), source: 0, path: "", words: &words)
        let name = [json["metadata"]?["namespace"]?.string, json["metadata"]?["name"]?.string].compactMap { $0 }
        let title = ([kind] + (name.isEmpty ? [] : [name.joined(separator: "/")])).joined(separator: " ")
        self.init(sources: [Source(name: title, words: words, layer: layer)], root: root, isPartial: false)
    }
}

extension YAMLNode {
    /// A value with places whose columns count the values; `words` gets the path of each.
    init(_ json: JSONValue, source: Int, path: String, words: inout [String]) {
        words.append(path)
        let place = YAMLPlace(source: source, line: 0, column: words.count)
        switch json {
        case .object(let members):
            var pairs: [Pair] = []
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                let child = path.isEmpty ? name : "\(path).\(name)"
                let value = YAMLNode(value, source: source, path: child, words: &words)
                pairs.append(Pair(key: YAMLNode(content: .scalar(name, .plain), place: value.place), value: value))
            }
            self.init(content: .mapping(pairs), place: place)
        case .array(let items):
            var nodes: [YAMLNode] = []
            for (index, item) in items.enumerated() {
                nodes.append(YAMLNode(item, source: source, path: "\(path)[\(index)]", words: &words))
            }
            self.init(content: .sequence(nodes), place: place)
        case .null, .bool, .integer, .number, .string:
            self = YAMLNode(json)
            self.place = place
        }
    }

    /// The tree with its places in another list of sources.
    func moved(by sources: Int) -> YAMLNode {
        guard sources != 0 else { return self }
        var copy = self
        copy.place.source += sources
        switch content {
        case .scalar: break
        case .mapping(let pairs):
            copy.content = .mapping(
                pairs.map { Pair(key: $0.key.moved(by: sources), value: $0.value.moved(by: sources)) }
            )
        case .sequence(let items): copy.content = .sequence(items.map { $0.moved(by: sources) })
        }
        return copy
    }

    /// A mapping of the given pairs, absent values left out, standing where this stands.
    func mapping(_ members: [(String, YAMLNode?)]) -> YAMLNode {
        YAMLNode(
            content: .mapping(
                members.compactMap { key, value in
                    value.map { Pair(key: YAMLNode(content: .scalar(key, .plain), place: $0.place), value: $0) }
                }
            ),
            place: place
        )
    }

    /// A mapping without some of its keys.
    func without(_ keys: Set<String>) -> YAMLNode {
        guard let pairs else { return self }
        var copy = self
        copy.content = .mapping(pairs.filter { !keys.contains($0.key.scalar ?? "") })
        return copy
    }

    /// How many nodes the tree has, keys not counted; stops counting at the limit.
    func count(upTo limit: Int) -> Int {
        var total = 1
        for child in pairs.map({ $0.map(\.value) }) ?? items ?? [] {
            guard total < limit else { break }
            total += child.count(upTo: limit - total)
        }
        return total
    }
}
