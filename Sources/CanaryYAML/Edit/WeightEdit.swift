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

    let located: LocatedRule
    let weights: RouteWeights

    private var source: SourceText { located.document.source }
    private var routePath: YAMLPath {
        located.object.path + [.key("spec"), .key("http"), .item(located.rule.index), .key("route")]
    }

    /// Refuses if any node on the way to the weights is shared with another place of the file.
    func checkPath() throws(RouteError) {
        var nodes = YAMLNode.stream(located.document.documents).walk(routePath)
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
        var change = Change(expected: .stream(located.document.documents))
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

    private func setWeight(_ weight: Int, of destination: RouteRule.Destination, in change: inout Change)
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
        guard !source.isFlow(entry), let value = entry["destination"],
            let edit = source.insertion(of: [spaces(entry.place.column - 1) + line], after: source.lastLine(of: value))
        else {
            throw refusal("the entry on line \(entry.place.line) has no weight and is in flow style", hint: manual)
        }
        change.edits.append(edit)
        change.expected.update((routePath + [.item(destination.index)])[...]) { node in
            var pairs = node.pairs ?? []
            guard let position = pairs.firstIndex(where: { $0.key.scalar == "destination" }) else { return }
            var key = pairs[position].key
            key.content = .scalar("weight", .plain)
            var value = key
            value.content = .scalar(String(weight), .plain)
            pairs.insert(YAMLNode.Pair(key: key, value: value), at: position + 1)
            node.content = .mapping(pairs)
        }
    }

    private func addPartner(
        of lone: RouteRule.Destination,
        _ partner: DestinationSpec,
        weight: Int,
        in change: inout Change
    ) throws(RouteError) {
        guard partner.host != nil || partner.subset != nil else {
            throw refusal(
                "the rule has the one destination \(lone.label), and the spec does not name the other",
                hint: "name host or subset in route.stable and route.canary"
            )
        }
        let lines = PartnerLines(of: lone, partner: partner, weight: weight, source: source)
        let route = YAMLNode.stream(located.document.documents).walk(routePath).last
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

    private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
