import CanaryCore

/// Fills in what a merged spec leaves out and the objects of its namespace tell: the route, its two versions, their workloads.
struct SpecInference {
    let identity: CanaryIdentity
    /// Nil if there are none to be had.
    let facts: ClusterFacts?
    /// The index of the source that inferred values stand in.
    let source: Int

    /// Where each inferred value comes from, by the column of its place.
    private(set) var origins: [String] = []
    private(set) var notes: [String] = []
    private(set) var faults: [(message: String, node: YAMLNode?, hint: String?)] = []
    /// The destinations that the route really has.
    private(set) var hosts: [String] = []
    /// Names a route, or did before.
    private(set) var isComplete = true

    init(identity: CanaryIdentity, facts: ClusterFacts?, source: Int) {
        self.identity = identity
        self.facts = facts
        self.source = source
    }

    mutating func complete(_ body: inout YAMLNode) {
        telemetry(&body)
        var route = body["route"] ?? YAMLNode(content: .mapping([]), place: body.place)
        guard route.pairs != nil, route["file"] == nil else { return }
        guard let facts else {
            isComplete = Self.kinds.contains { route[$0.key] != nil }
            return
        }
        let subsets = SubsetIndex(facts.destinationRules, namespace: identity.namespace)
        var finder = RouteFinder(identity: identity, facts: facts, subsets: subsets)
        guard let candidate = find(&route, &finder) else {
            body.replace("route", with: route)
            return
        }
        let isExplicit = isNamed(route["stable"]) && isNamed(route["canary"])
        guard versions(&route, candidate, subsets) else { return }
        workloads(&route, candidate, subsets, facts, isExplicit: isExplicit)
        body.replace("route", with: route)
    }

    static let kinds: [(key: String, kind: RouteSpec.Kind)] = [
        ("virtualService", .virtualService), ("httpRoute", .httpRoute), ("grpcRoute", .grpcRoute),
    ]

    // MARK: Telemetry

    /// Pods that are found by the API, if nobody named anything else.
    private mutating func telemetry(_ body: inout YAMLNode) {
        var telemetry = body["telemetry"] ?? YAMLNode(content: .mapping([]), place: body.place)
        guard telemetry.pairs != nil, telemetry["scrape"]?["pods"] == nil, telemetry["scrape"]?["targets"] == nil,
            telemetry["prometheus"] == nil
        else { return }
        var scrape = telemetry["scrape"] ?? node(.mapping([]), "default")
        guard scrape.pairs != nil else { return }
        scrape.replace("pods", with: node(.mapping([]), "default"))
        telemetry.replace("scrape", with: scrape)
        body.replace("telemetry", with: telemetry)
    }

    // MARK: Route

    /// The route that is named, or the one that must be meant; nil with a fault, or if the facts do not have it.
    private mutating func find(_ route: inout YAMLNode, _ finder: inout RouteFinder) -> RouteCandidate? {
        if let named = Self.kinds.first(where: { route[$0.key] != nil }) {
            guard let node = route[named.key], let name = node.scalar else { return nil }
            if let found = finder.named(name, named.kind) { return found }
            let names = finder.names(named.kind)
            let message = "there is no \(named.kind.word) '\(name.prefix(253))' in \(identity.namespace ?? "the files")"
            if isNamed(route["stable"]), isNamed(route["canary"]) {
                notes.append(message)
            } else {
                let there = names.isEmpty ? "there is none" : "there is \(names.prefix(5).joined(separator: ", "))"
                faults.append(
                    (
                        message, node,
                        EditDistance.nearest(to: name, among: names).map { "did you mean '\($0)'?" } ?? there
                    )
                )
            }
            return nil
        }
        do throws(RouteFinder.Failure) {
            let found = try finder.meant()
            guard let key = Self.kinds.first(where: { $0.kind == found.kind })?.key else { return nil }
            let origin =
                found.name == identity.name ? "inferred from the canary's name" : "inferred from \(found.title)"
            route.replace(key, with: node(.scalar(found.name, .doubleQuoted), origin))
            return found
        } catch {
            faults.append((error.message, nil, error.hint))
            return nil
        }
    }

    private func isNamed(_ side: YAMLNode?) -> Bool { side?["subset"] != nil || side?["host"] != nil }

    /// Completes the two versions; false with a fault.
    private mutating func versions(
        _ route: inout YAMLNode,
        _ candidate: RouteCandidate,
        _ subsets: SubsetIndex
    ) -> Bool {
        let isStableNamed = isNamed(route["stable"])
        let isCanaryNamed = isNamed(route["canary"])
        guard !isStableNamed || !isCanaryNamed else { return true }
        let rules: [RouteRule]
        do throws(RouteError) {
            rules = try candidate.rules(Self.selector(route), list: Self.list(route))
        } catch {
            fail(error, route)
            return false
        }
        var pairs: [VersionPair] = []
        for rule in rules {
            guard let pair = candidate.pair(of: rule, subsets), !pairs.contains(pair) else { continue }
            if isStableNamed, !fits(pair, route["stable"], candidate) { continue }
            if isCanaryNamed, !fits(pair, route["canary"], candidate) { continue }
            pairs.append(pair)
        }
        guard let pair = pairs.first, pairs.count == 1 else {
            ambiguous(pairs, rules, candidate, route)
            return false
        }
        var (stable, canary) = (pair.stable, pair.canary)
        if isStableNamed && matches(canary, route["stable"], candidate)
            || isCanaryNamed && matches(stable, route["canary"], candidate)
        {
            (stable, canary) = (canary, stable)
        }
        if !isStableNamed { set("stable", stable, pair, candidate, &route) }
        if !isCanaryNamed { set("canary", canary, pair, candidate, &route) }
        return true
    }

    private func fits(_ pair: VersionPair, _ side: YAMLNode?, _ candidate: RouteCandidate) -> Bool {
        matches(pair.stable, side, candidate) || matches(pair.canary, side, candidate)
    }

    private func matches(_ version: VersionPair.Version, _ side: YAMLNode?, _ candidate: RouteCandidate) -> Bool {
        let host = side?["host"]?.scalar.map {
            ServiceHost($0, namespace: identity.namespace, kind: candidate.kind).full == version.full
        }
        return (host ?? true) && (side?["subset"]?.scalar.map { $0 == version.subset } ?? true)
    }

    private mutating func set(
        _ side: String,
        _ version: VersionPair.Version,
        _ pair: VersionPair,
        _ candidate: RouteCandidate,
        _ route: inout YAMLNode
    ) {
        let origin = "inferred from \(pair.origin)"
        var members: [(String, YAMLNode?)] = []
        if !pair.isOfOneHost { members.append(("host", node(.scalar(version.host, .doubleQuoted), origin))) }
        if let subset = version.subset { members.append(("subset", node(.scalar(subset, .doubleQuoted), origin))) }
        let found = node(.mapping([]), origin).mapping(members)
        route.replace(side, with: SpecMerge.merged(found, route[side], path: "route.\(side)"))
    }

    private mutating func ambiguous(
        _ pairs: [VersionPair],
        _ rules: [RouteRule],
        _ candidate: RouteCandidate,
        _ route: YAMLNode
    ) {
        if pairs.isEmpty {
            let list = rules.prefix(5).map { rule in
                "\(rule.label): \(rule.destinations.prefix(5).map(\.label).joined(separator: ", "))"
            }
            let found = list.isEmpty ? "it has none with destinations" : list.joined(separator: "; ")
            faults.append(
                (
                    "no rule of \(candidate.title) has exactly two versions (\(found))", route,
                    "name them: spec: { route: { stable: { subset: NAME }, canary: { subset: NAME } } }"
                )
            )
        } else {
            let list = pairs.prefix(5).map { "\($0.stable.label) and \($0.canary.label)" }.joined(separator: "; ")
            let names = rules.compactMap(\.name)
            let example = names.first.map { "{ name: \($0) }" } ?? "{ index: \(rules.first?.index ?? 0) }"
            faults.append(
                (
                    "several rules of \(candidate.title) have two versions each: \(list)", route,
                    "choose one: spec: { route: { rule: \(example) } }"
                )
            )
        }
    }

    // MARK: Workloads

    private mutating func workloads(
        _ route: inout YAMLNode,
        _ candidate: RouteCandidate,
        _ subsets: SubsetIndex,
        _ facts: ClusterFacts,
        isExplicit: Bool
    ) {
        let selection = Self.selection(route, candidate)
        let located: LocatedRule
        do throws(RouteError) {
            located = try LocatedRule(object: candidate.object, selection: selection)
        } catch {
            // What is written in full is left to the run, which tells more about a route that it cannot use.
            if isExplicit { notes.append(error.message) } else { fail(error, route) }
            return
        }
        let lone = located.stable ?? located.canary
        hosts = [located.stable?.host, located.canary?.host].compactMap(\.self)
        let matcher = WorkloadMatcher(identity: identity, facts: facts, subsets: subsets)
        var taken: [String: String] = [:]
        for (side, destination, spec) in [
            ("stable", located.stable, selection.stable), ("canary", located.canary, selection.canary),
        ] {
            guard route[side]?["workload"] == nil, route[side]?["revision"] == nil,
                let host = destination?.host ?? spec.host ?? lone?.host
            else { continue }
            let full = ServiceHost(host, namespace: identity.namespace, kind: candidate.kind).full
            switch matcher.match(host: full, subset: destination?.subset ?? spec.subset) {
            case .workload(let name, let origin):
                if let other = taken.updateValue(side, forKey: name) {
                    faults.append(
                        (
                            "route.\(other) and route.\(side) are both the Deployment \(name): their labels do not tell them apart",
                            route[side], "give each version's pods a label of its own, and the subset too"
                        )
                    )
                }
                set(side, "workload", name, origin, &route)
            case .revision(let revision, let origin, let note):
                notes.append(note)
                set(side, "revision", revision, origin, &route)
            case .nothing(let note):
                notes.append(note)
            case .several(let names, let what):
                let list = names.prefix(5).joined(separator: ", ")
                faults.append(
                    (
                        "\(names.count) Deployments have the labels of \(what): \(list)", route[side],
                        "name one: spec: { route: { \(side): { workload: \(names[0]) } } }"
                    )
                )
            }
        }
    }

    private mutating func set(
        _ side: String,
        _ key: String,
        _ value: String,
        _ origin: String,
        _ route: inout YAMLNode
    ) {
        let value = node(.scalar(value, .doubleQuoted), "inferred from \(origin)")
        var target = route[side] ?? node(.mapping([]), "inferred from \(origin)")
        guard target.pairs != nil else { return }
        target.replace(key, with: value)
        route.replace(side, with: target)
    }

    // MARK: Nodes

    private mutating func node(_ content: YAMLNode.Content, _ origin: String) -> YAMLNode {
        origins.append(origin)
        return YAMLNode(content: content, place: YAMLPlace(source: source, line: 0, column: origins.count))
    }

    private mutating func fail(_ error: RouteError, _ node: YAMLNode) {
        faults.append((error.message + (error.cause.map { ": \($0)" } ?? ""), node, error.hint))
    }

    private static func selector(_ route: YAMLNode) -> RuleSelector? {
        if let name = route["rule"]?["name"]?.scalar { return .name(name) }
        return route["rule"]?["index"]?.scalar.flatMap { Int($0) }.map { .index($0) }
    }

    private static func list(_ route: YAMLNode) -> RouteSpec.RuleList? {
        route["rule"]?["list"]?.scalar.flatMap(RouteSpec.RuleList.init(rawValue:))
    }

    private static func selection(_ route: YAMLNode, _ candidate: RouteCandidate) -> RouteSelection {
        func side(_ key: String) -> DestinationSpec {
            DestinationSpec(host: route[key]?["host"]?.scalar, subset: route[key]?["subset"]?.scalar)
        }
        return RouteSelection(
            kind: candidate.kind,
            object: candidate.name,
            namespace: candidate.namespace,
            rule: selector(route),
            ruleList: list(route),
            stable: side("stable"),
            canary: side("canary")
        )
    }
}
