extension SpecDecoder {
    /// Applies one `--set` argument; see `apply(sets:to:)`.
    package static func apply(set argument: String, to decoded: DecodedSpec) throws(SpecError) -> DecodedSpec {
        try apply(sets: [argument], to: decoded)
    }

    /// Applies `--set KEY=VALUE` arguments in order, with the same validation as the file's own values.
    ///
    /// Paths are relative to `spec`: `pace.warmup=0s`, `steps=[10%,100%]` (or `steps=10%,100%`),
    /// `telemetry.scrape.targets.0=http://…`. A value is YAML. The outcome is validated once, so that overrides that
    /// are only valid together can be given together; a diagnostic names the argument.
    package static func apply(sets arguments: [String], to decoded: DecodedSpec) throws(SpecError) -> DecodedSpec {
        guard !arguments.isEmpty else { return decoded }
        var tree = decoded.tree
        for argument in arguments {
            tree.sources.append(
                SpecTree.Source(name: "--set \(argument)", text: SourceText(argument), isOverride: true)
            )
            let override = try SpecOverride(argument, source: tree.sources.count - 1, tree: tree)
            var body = tree.root["spec"] ?? override.empty
            try override.graft(onto: &body, tree: tree)
            tree.root.set(body, for: "spec", place: override.value.place)
        }
        return try decode(tree)
    }
}

/// A parsed `--set` argument.
struct SpecOverride {
    private struct Component {
        var word: String
        var column: Int
    }

    private let components: [Component]
    private let source: Int
    let value: YAMLNode

    /// An empty mapping that stands in this argument.
    var empty: YAMLNode {
        YAMLNode(content: .mapping([]), place: YAMLPlace(source: source, line: 1, column: 1))
    }

    init(_ argument: String, source: Int, tree: SpecTree) throws(SpecError) {
        self.source = source
        let scalars = Array(argument.unicodeScalars)
        func fail(_ message: String, column: Int, length: Int = 1) -> SpecError {
            SpecError([tree.diagnostic(message, at: YAMLPlace(source: source, line: 1, column: column), length: length)]
            )
        }
        guard let equals = scalars.firstIndex(of: "=") else {
            throw fail("expected KEY=VALUE, such as pace.warmup=0s", column: 1, length: scalars.count)
        }
        var components: [Component] = []
        var start = 0
        for index in 0...equals where index == equals || scalars[index] == "." {
            guard index > start else { throw fail("a part of the key is empty", column: start + 1) }
            var word = String.UnicodeScalarView()
            word.append(contentsOf: scalars[start..<index])
            components.append(Component(word: String(word), column: start + 1))
            start = index + 1
        }
        guard components.count <= 10 else { throw fail("the key has too many parts", column: 1, length: equals) }
        self.components = components

        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[(equals + 1)...])
        var body = String(text)
        var shift = equals + 1
        if ["steps", "targets", "accept"].contains(components.last?.word), !body.hasPrefix("[") {
            body = "[\(body)]"
            shift -= 1
        }
        do {
            let documents = try YAMLComposer.compose(body, source: source)
            guard documents.count <= 1 else { throw fail("a value is one document", column: shift + 1) }
            let null = YAMLNode(content: .scalar("", .plain), place: YAMLPlace(source: source, line: 1, column: 1))
            value = (documents.first ?? null).shifted(by: shift, width: scalars.count)
        } catch let error as SpecError {
            throw error
        } catch let error as YAMLProblem {
            throw fail("the value is not YAML: \(error.message)", column: min(scalars.count, error.column + shift))
        } catch {
            throw fail("\(error)", column: 1)
        }
    }

    /// Puts the value in its place; mappings on the way are made as needed.
    func graft(onto root: inout YAMLNode, tree: SpecTree) throws(SpecError) {
        try graft(components[...], onto: &root, tree: tree)
    }

    private func graft(_ path: ArraySlice<Component>, onto node: inout YAMLNode, tree: SpecTree) throws(SpecError) {
        guard let component = path.first else {
            node = value
            return
        }
        let place = YAMLPlace(source: source, line: 1, column: component.column)
        if var items = node.items {
            guard let index = Int(component.word), items.indices.contains(index) || index == items.count else {
                let message = "a list of \(items.count) has no element '\(component.word)'"
                throw SpecError([tree.diagnostic(message, at: place, length: component.word.unicodeScalars.count)])
            }
            if index == items.count { items.append(empty) }
            try graft(path.dropFirst(), onto: &items[index], tree: tree)
            node.content = .sequence(items)
            return
        }
        if node.pairs == nil { node = empty }
        var child = node[component.word] ?? empty
        // A number below a list that is not there yet begins that list.
        if node[component.word] == nil, let next = path.dropFirst().first, Int(next.word) != nil {
            child.content = .sequence([])
        }
        try graft(path.dropFirst(), onto: &child, tree: tree)
        node.set(child, for: component.word, place: place)
    }
}

extension YAMLNode {
    /// Replaces or adds the value of a key of a mapping.
    fileprivate mutating func set(_ value: YAMLNode, for key: String, place: YAMLPlace) {
        var pairs = self.pairs ?? []
        if let index = pairs.firstIndex(where: { $0.key.scalar == key }) {
            pairs[index].value = value
        } else {
            pairs.append(Pair(key: YAMLNode(content: .scalar(key, .plain), place: place), value: value))
        }
        content = .mapping(pairs)
    }

    /// The tree moved right within the argument it is part of.
    fileprivate func shifted(by columns: Int, width: Int) -> YAMLNode {
        var copy = self
        if place.line == 1 { copy.place.column = max(1, min(width + 1, place.column + columns)) }
        switch content {
        case .scalar: break
        case .mapping(let pairs):
            copy.content = .mapping(
                pairs.map {
                    Pair(
                        key: $0.key.shifted(by: columns, width: width),
                        value: $0.value.shifted(by: columns, width: width)
                    )
                }
            )
        case .sequence(let items):
            copy.content = .sequence(items.map { $0.shifted(by: columns, width: width) })
        }
        return copy
    }
}
