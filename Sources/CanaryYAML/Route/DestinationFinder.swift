import CanaryCore

/// Finds the two destinations of a selection among the entries of a rule.
struct DestinationFinder {
    let selection: RouteSelection
    let namespace: String?

    /// Whether an entry of another rule is the stable destination: the one found in the chosen rule, else the one named.
    func isStable(_ other: RouteDestination, found: RouteDestination?) -> Bool {
        found.map { isSame(other, $0) } ?? matches(other, selection.stable)
    }

    /// The same for the canary.
    func isCanary(_ other: RouteDestination, found: RouteDestination?) -> Bool {
        found.map { isSame(other, $0) } ?? matches(other, selection.canary)
    }

    private func isSame(_ left: RouteDestination, _ right: RouteDestination) -> Bool {
        full(left.host) == full(right.host) && left.subset == right.subset
            && (left.port == nil || right.port == nil || left.port == right.port)
    }

    /// Whether a selection names a destination at all.
    private func isNamed(_ spec: DestinationSpec) -> Bool { spec.host != nil || spec.subset != nil }

    private func matches(_ destination: RouteDestination, _ spec: DestinationSpec) -> Bool {
        guard isNamed(spec) else { return false }
        return (spec.host.map { full($0) == full(destination.host) } ?? true)
            && (spec.subset.map { $0 == destination.subset } ?? true)
    }

    private func full(_ host: String) -> String {
        ServiceHost(host, namespace: namespace, kind: selection.kind).full
    }

    func hasBoth(_ rule: RouteRule) -> Bool {
        guard isNamed(selection.stable) || isNamed(selection.canary) else { return rule.destinations.count == 2 }
        guard isNamed(selection.stable) else {
            return rule.destinations.count == 2 && rule.destinations.contains { matches($0, selection.canary) }
        }
        guard isNamed(selection.canary) else {
            return rule.destinations.count == 2 && rule.destinations.contains { matches($0, selection.stable) }
        }
        return rule.destinations.contains { matches($0, selection.stable) }
            && rule.destinations.contains { matches($0, selection.canary) }
    }

    /// Versions in the Gateway API are Services of their own.
    private func checkSubsets() throws(RouteError) {
        guard selection.kind != .virtualService else { return }
        if let subset = selection.stable.subset ?? selection.canary.subset {
            throw RouteError(
                .unsupported,
                "a \(selection.kind.word) has no subsets, and the spec names subset '\(subset)'",
                hint: "versions are Services there: route.stable: { host: NAME }"
            )
        }
    }

    /// The entries for stable and canary; a lone destination leaves its partner nil.
    ///
    /// A selection that names neither takes the two in their order: who is stable is decided by the weights anyway.
    func pair(
        in rule: RouteRule,
        object: RouteDocument.Object
    ) throws(RouteError) -> (stable: RouteDestination?, canary: RouteDestination?) {
        let entries = rule.destinations
        let list = entries.map(\.label).joined(separator: ", ")
        let place = "\(rule.label) of \(object.title)"
        guard !entries.isEmpty else {
            throw RouteError(.notARoute, "\(place) has no destinations")
        }
        try checkSubsets()
        guard entries.count <= 2 else {
            throw RouteError(
                .unsupported,
                "\(place) has \(entries.count) destinations, and only two can be compared",
                cause: list,
                hint: "remove the third, or choose another rule"
            )
        }
        var stable = entries.filter { matches($0, selection.stable) }
        var canary = entries.filter { matches($0, selection.canary) }
        if entries.count == 2 {
            switch (isNamed(selection.stable), isNamed(selection.canary)) {
            case (false, false): (stable, canary) = ([entries[0]], [entries[1]])
            case (false, true) where canary.count == 1: stable = entries.filter { $0.index != canary[0].index }
            case (true, false) where stable.count == 1: canary = entries.filter { $0.index != stable[0].index }
            default: break
            }
        }
        let overlap = stable.contains { mine in canary.contains { $0.index == mine.index } }
        guard stable.count <= 1, canary.count <= 1, !overlap else {
            throw RouteError(
                .ambiguous,
                "several destinations of \(place) fit route.stable or route.canary",
                cause: list,
                hint: "name host and subset of both"
            )
        }
        guard stable.count + canary.count == entries.count else {
            let named = [selection.stable, selection.canary].map(\.label).joined(separator: " and ")
            throw RouteError(
                .ambiguous,
                "the destinations of \(place) are not the ones of the spec",
                cause: "it has \(list), the spec names \(named)",
                hint: "correct route.stable and route.canary, or choose another rule"
            )
        }
        return (stable.first, canary.first)
    }
}
