/// A way from the list of documents to a node.
typealias YAMLPath = [YAMLStep]

enum YAMLStep: Sendable, Hashable {
    case key(String)
    case item(Int)
}

extension YAMLNode {
    /// A list of documents as one node, so that a path can begin with the document.
    static func stream(_ documents: [YAMLNode]) -> YAMLNode {
        YAMLNode(content: .sequence(documents), place: YAMLPlace(source: 0, line: 1, column: 1))
    }

    /// The nodes along a path, from this one on; shorter than the path if that leads nowhere.
    func walk(_ path: YAMLPath) -> [YAMLNode] {
        var nodes = [self]
        for step in path {
            let next: YAMLNode?
            switch step {
            case .key(let key): next = nodes[nodes.count - 1][key]
            case .item(let index):
                let items = nodes[nodes.count - 1].items ?? []
                next = items.indices.contains(index) ? items[index] : nil
            }
            guard let next else { break }
            nodes.append(next)
        }
        return nodes
    }

    /// Changes the node at a path; does nothing if the path leads nowhere.
    mutating func update(_ path: ArraySlice<YAMLStep>, _ change: (inout YAMLNode) -> Void) {
        guard let step = path.first else { return change(&self) }
        switch (step, content) {
        case (.key(let key), .mapping(var pairs)):
            guard let index = pairs.firstIndex(where: { $0.key.scalar == key }) else { return }
            pairs[index].value.update(path.dropFirst(), change)
            content = .mapping(pairs)
        case (.item(let index), .sequence(var items)) where items.indices.contains(index):
            items[index].update(path.dropFirst(), change)
            content = .sequence(items)
        default:
            return
        }
    }
}
