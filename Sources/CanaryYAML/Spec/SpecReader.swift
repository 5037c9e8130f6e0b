import CanaryCore

/// Reads typed values out of a spec's tree and collects what is wrong with them.
///
/// Every accessor returns nil for a missing value and for a wrong one; the latter also leaves a diagnostic.
struct SpecReader {
    /// A mapping whose keys have been checked.
    struct Section {
        var path: String
        var node: YAMLNode

        func child(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    }

    let tree: SpecTree
    var diagnostics: [SpecDiagnostic] = []
    var places: [String: YAMLPlace] = [:]

    init(tree: SpecTree) {
        self.tree = tree
    }

    /// More faults than this are not listed.
    private static let diagnosticLimit = 50

    mutating func fail(_ message: String, at node: YAMLNode, suggestion: String? = nil) {
        guard diagnostics.count < Self.diagnosticLimit else { return }
        diagnostics.append(
            tree.diagnostic(message, at: node.place, length: tree.length(of: node), suggestion: suggestion)
        )
    }

    /// A node as a mapping with known keys; unknown and repeated ones are reported.
    mutating func section(_ node: YAMLNode?, path: String, keys: SpecKeys.Section) -> Section? {
        guard let node else { return nil }
        guard let pairs = node.pairs else {
            let what = path.isEmpty ? "the spec" : path
            fail(
                "\(what) must be a mapping, not \(node.kindName)",
                at: node,
                suggestion: keys.known.first.map { "e.g. \($0): …" }
            )
            return nil
        }
        var seen: Set<String> = []
        for pair in pairs {
            guard let key = pair.key.scalar else {
                fail("a key must be a word", at: pair.key)
                continue
            }
            if !seen.insert(key).inserted { fail("key '\(key)' occurs twice\(place(path))", at: pair.key) }
            guard !keys.known.contains(key) else { continue }
            if keys.later.contains(key) {
                let full = path.isEmpty ? key : "\(path).\(key)"
                fail("\(full) is not supported by this version of haldane", at: pair.key)
            } else if let nearest = EditDistance.nearest(to: key, among: keys.known) {
                fail("unknown key '\(key)'\(place(path))", at: pair.key, suggestion: "did you mean '\(nearest)'?")
            } else {
                let list = keys.known.joined(separator: ", ")
                fail("unknown key '\(key)'\(place(path))", at: pair.key, suggestion: "known here: \(list)")
            }
        }
        return Section(path: path, node: node)
    }

    private func place(_ path: String) -> String { path.isEmpty ? "" : " in \(path)" }

    mutating func section(_ parent: Section?, _ key: String, keys: SpecKeys.Section) -> Section? {
        guard let parent, let node = parent.node[key] else { return nil }
        guard !node.isNull else {
            fail(
                "\(parent.child(key)) is empty: write its keys below it or leave it out",
                at: node.lengthless(parent, key)
            )
            return nil
        }
        return section(node, path: parent.child(key), keys: keys)
    }

    /// A value that must be there.
    mutating func require(_ parent: Section?, _ key: String, _ why: String, suggestion: String? = nil) {
        guard let parent, parent.node[key] == nil else { return }
        fail("\(parent.child(key)) is missing: \(why)", at: parent.node, suggestion: suggestion)
    }

    /// Notes where a value stands.
    mutating func record(_ path: String, _ node: YAMLNode) {
        places[path] = node.place
    }

    // MARK: Scalars

    mutating func node(_ parent: Section?, _ key: String) -> YAMLNode? {
        guard let parent, let node = parent.node[key] else { return nil }
        record(parent.child(key), node)
        return node
    }

    mutating func text(_ parent: Section?, _ key: String, _ expected: String) -> String? {
        guard let parent, let node = node(parent, key) else { return nil }
        return text(node, path: parent.child(key), expected)
    }

    mutating func text(_ node: YAMLNode, path: String, _ expected: String) -> String? {
        guard let text = node.scalar, !node.isNull else {
            fail("\(path) must be \(expected), not \(node.kindName)", at: node)
            return nil
        }
        guard !text.isEmpty else {
            fail("\(path) must not be empty", at: node)
            return nil
        }
        return text
    }

    mutating func flag(_ parent: Section?, _ key: String) -> Bool? {
        guard let parent, let node = node(parent, key) else { return nil }
        switch node.content {
        case .scalar("true", .plain): return true
        case .scalar("false", .plain): return false
        default:
            fail("\(parent.child(key)) must be true or false", at: node)
            return nil
        }
    }

    mutating func choice<Value>(_ parent: Section?, _ key: String, _ values: [(word: String, value: Value)]) -> Value? {
        let words = values.map(\.word)
        guard let parent, let node = node(parent, key) else { return nil }
        let list =
            words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        guard let word = text(node, path: parent.child(key), list) else { return nil }
        if let value = values.first(where: { $0.word == word })?.value { return value }
        let nearest = EditDistance.nearest(to: word, among: words)
        fail(
            "\(parent.child(key)) must be \(list), not '\(word)'",
            at: node,
            suggestion: nearest.map { "did you mean '\($0)'?" }
        )
        return nil
    }

    /// A number in a closed or half-open range.
    mutating func number(_ parent: Section?, _ key: String, atLeast low: Double, atMost high: Double, why: String)
        -> Double?
    {
        guard let parent, let node = node(parent, key) else { return nil }
        let path = parent.child(key)
        guard case .scalar(let text, .plain) = node.content, let value = SpecSyntax.number(text) else {
            fail("\(path) must be a number like 1.25, not \(shown(node))", at: node)
            return nil
        }
        guard value >= low, value <= high else {
            let range = "between \(SpecSyntax.rendered(low)) and \(SpecSyntax.rendered(high))"
            fail("\(path) must be \(range), not \(text): \(why)", at: node)
            return nil
        }
        return value
    }

    enum Unit {
        case percent
        case points
    }

    /// A share written with its unit. `isOpenBelow` excludes the lower bound, `isOpenAbove` the upper one.
    mutating func share(
        _ parent: Section?,
        _ key: String,
        unit: Unit,
        atMost high: Double,
        isOpenBelow: Bool,
        isOpenAbove: Bool = false,
        why: String
    ) -> Double? {
        guard let parent, let node = node(parent, key) else { return nil }
        let path = parent.child(key)
        let text = node.scalar ?? ""
        let parsed = unit == .percent ? SpecSyntax.percent(text) : SpecSyntax.percentagePoints(text)
        guard let value = parsed else {
            let wrongUnit = unit == .percent ? SpecSyntax.percentagePoints(text) : SpecSyntax.percent(text)
            let suffix = unit == .percent ? "%" : "pp"
            let bare = SpecSyntax.number(text) ?? wrongUnit.map { $0 * 100 }
            fail(
                unit == .percent
                    ? "\(path) must be a percentage like 10%, not \(shown(node))"
                    : "\(path) must be in percentage points like 0.05pp, not \(shown(node))",
                at: node,
                suggestion: bare.map { "write \(SpecSyntax.rendered($0))\(suffix) if that is what you mean" }
            )
            return nil
        }
        let isHighEnough = isOpenBelow ? value > 0 : value >= 0
        let isLowEnough = isOpenAbove ? value < high : value <= high
        guard isHighEnough, isLowEnough else {
            let render = unit == .percent ? SpecSyntax.renderedPercent : SpecSyntax.renderedPoints
            let low = isOpenBelow ? "above \(render(0))" : "at least \(render(0))"
            let top = isOpenAbove ? "below \(render(high))" : "at most \(render(high))"
            fail("\(path) must be \(low) and \(top), not \(text): \(why)", at: node)
            return nil
        }
        return value
    }

    mutating func duration(
        _ parent: Section?,
        _ key: String,
        atLeast low: Duration,
        atMost high: Duration,
        why: String
    ) -> Duration? {
        guard let parent, let node = node(parent, key) else { return nil }
        let path = parent.child(key)
        let text = node.scalar ?? ""
        guard let value = SpecSyntax.duration(text) else {
            let bare = SpecSyntax.number(text)
            fail(
                "\(path) must be a duration like 5s, 30m or 1m30s, not \(shown(node))",
                at: node,
                suggestion: bare.map { "write \(SpecSyntax.rendered($0))s for seconds" }
            )
            return nil
        }
        guard value >= low, value <= high else {
            let bounds = "at least \(SpecSyntax.rendered(low)) and at most \(SpecSyntax.rendered(high))"
            fail("\(path) must be \(bounds), not \(text): \(why)", at: node)
            return nil
        }
        return value
    }

    /// The items of a list; nil and a diagnostic if it is something else.
    mutating func list(_ parent: Section?, _ key: String, example: String) -> [(path: String, node: YAMLNode)]? {
        guard let parent, let node = node(parent, key) else { return nil }
        guard let items = node.items else {
            fail("\(parent.child(key)) must be a list like \(example), not \(node.kindName)", at: node)
            return nil
        }
        return items.enumerated().map { (index, item) in
            let path = "\(parent.child(key))[\(index)]"
            record(path, item)
            return (path, item)
        }
    }

    func shown(_ node: YAMLNode) -> String {
        guard let text = node.scalar, !node.isNull else { return node.kindName }
        return "'\(text.count > 40 ? text.prefix(40) + "…" : text[...])'"
    }
}

extension YAMLNode {
    /// The key's node in place of an empty value, which has no characters to point at.
    fileprivate func lengthless(_ parent: SpecReader.Section, _ key: String) -> YAMLNode {
        parent.node.pairs?.first { $0.key.scalar == key }?.key ?? self
    }
}
