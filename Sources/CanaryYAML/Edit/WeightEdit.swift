import CanaryCore

/// Plans the edits that give a located rule its new weights, and the tree they must lead to.
struct WeightEdit {
    struct Change {
        var edits: [TextEdit] = []
        /// The documents as they must be afterwards, as one list.
        var expected: YAMLNode
        /// How to make the change by hand, if lines are inserted.
        var manual: String?
    }

    let document: RouteDocument
    let located: LocatedRule
    let weights: RouteWeights

    private var source: SourceText { document.source }
    private var routePath: YAMLPath { located.object.path + located.entriesPath }

    /// Refuses if any node on the way to the weights is shared with another place of the file.
    func checkPath() throws(RouteError) {
        var nodes = YAMLNode.stream(document.documents).walk(routePath)
        for destination in [located.stable, located.canary].compactMap({ $0 }) {
            nodes.append(destination.node)
            nodes.append(contentsOf: [destination.node["destination"], destination.node["weight"]].compactMap { $0 })
        }
        for node in nodes {
            if node.isAnchored {
                throw refusal(
                    "line \(node.place.line) is an anchor or an alias",
                    hint: "an edit could change other places as well: write the rule out"
                )
            }
            if node["<<"] != nil {
                throw refusal("line \(node.place.line) merges another mapping ('<<')", hint: "write the rule out")
            }
        }
    }

    func plan() throws(RouteError) -> Change {
        var change = Change(expected: .stream(document.documents))
        if let stable = located.stable { try setWeight(weights.stable, of: stable, in: &change) }
        if let canary = located.canary { try setWeight(weights.canary, of: canary, in: &change) }
        switch (located.stable, located.canary) {
        case (.some(let lone), nil):
            try addPartner(of: lone, located.selection.canary, weight: weights.canary, in: &change)
        case (nil, .some(let lone)):
            try addPartner(of: lone, located.selection.stable, weight: weights.stable, in: &change)
        default: break
        }
        return change
    }

    private func refusal(_ reason: String, hint: String?) -> RouteError {
        RouteError(.unsupported, "\(located.place) cannot be edited: \(reason)", hint: hint)
    }

    private func setWeight(_ weight: Int, of destination: RouteDestination, in change: inout Change)
        throws(RouteError)
    {
        let entry = destination.node
        if let node = entry["weight"] {
            guard let token = source.token(of: node), case .scalar(let text, let style) = node.content else {
                throw refusal(
                    "the weight on line \(node.place.line) is not written as a plain number",
                    hint: "write its digits without tag, anchor or escape"
                )
            }
            let digits = token.range.lowerBound + (style == .plain ? 0 : 1)
            change.edits.append(TextEdit(digits..<(digits + text.utf8.count), String(weight)))
            change.expected.update((routePath + [.item(destination.index), .key("weight")])[...]) {
                $0.content = .scalar(String(weight), style)
            }
            return
        }
        let line = "weight: \(weight)"
        let manual = "add `\(line)` to the entry of \(destination.label) on line \(entry.place.line)"
        change.manual = manual
        guard !source.isFlow(entry), let position = neighbour(in: entry), let value = entry.pairs?[position].value,
            let edit = source.insertion(of: [spaces(entry.place.column - 1) + line], after: source.lastLine(of: value))
        else {
            throw refusal("the entry on line \(entry.place.line) has no weight and is in flow style", hint: manual)
        }
        change.edits.append(edit)
        change.expected.update((routePath + [.item(destination.index)])[...]) { node in
            var pairs = node.pairs ?? []
            guard let position = neighbour(in: node) else { return }
            var key = pairs[position].key
            key.content = .scalar("weight", .plain)
            // What the parser makes of our own digits.
            var value = key
            value.content = .scalar(String(weight), .plain)
            pairs.insert(YAMLNode.Pair(key: key, value: value), at: position + 1)
            node.content = .mapping(pairs)
        }
    }

    private func addPartner(
        of lone: RouteDestination,
        _ partner: DestinationSpec,
        weight: Int,
        in change: inout Change
    ) throws(RouteError) {
        try located.checkPartner(partner, of: lone)
        let lines = PartnerLines(of: lone, partner: partner, weight: weight, located: located, source: source)
        let route = YAMLNode.stream(document.documents).walk(routePath).last
        let dash = (route?.place.column ?? 1) - 1
        let end = source.lastLine(of: lone.node)
        let manual =
            (change.manual.map { $0 + "\n" } ?? "") + "add after line \(end):\n"
            + lines.rendered(indent: dash).joined(separator: "\n")
        change.manual = manual
        guard let route, !source.isFlow(route), let expected = lines.node() else {
            throw refusal("the list on line \(lone.node.place.line) is in flow style", hint: manual)
        }
        guard let edit = source.insertion(of: lines.rendered(indent: dash), after: end) else {
            throw refusal("its last line cannot be found", hint: manual)
        }
        change.edits.append(edit)
        change.expected.update(routePath[...]) { node in
            node.content = .sequence((node.items ?? []) + [expected])
        }
    }

    /// Which of an entry's keys a weight is written below: the last of those that say where it leads.
    private func neighbour(in entry: YAMLNode) -> Int? {
        let keys =
            located.rule.grammar.isVirtualService ? ["destination"] : ["group", "kind", "name", "namespace", "port"]
        return entry.pairs?.lastIndex { keys.contains($0.key.scalar ?? "") }
    }

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
