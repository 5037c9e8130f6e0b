import CanaryCore

/// The `route` section.
enum SpecRoute {
    static func read(
        _ body: SpecReader.Section?,
        isPartial: Bool,
        into route: inout RouteSpec,
        with reader: inout SpecReader
    ) {
        guard let section = reader.section(body, "route", keys: SpecKeys.route) else { return }
        object(section, isPartial: isPartial, into: &route, with: &reader)
        route.file = reader.text(section, "file", "a path")
        route.commits = reader.flag(section, "commit") ?? false
        if route.commits, section.node["file"] == nil, let node = section.node["commit"] {
            reader.fail("route.commit needs route.file: only files are committed", at: node)
        }
        route.settle = settle(section, with: &reader)
        rule(section, into: &route, with: &reader)
        route.accept = accepted(section, with: &reader)
        route.stable = destination(section, "stable", of: route.kind, with: &reader)
        route.canary = destination(section, "canary", of: route.kind, with: &reader)
        if let node = section.node["canary"], route.stable != DestinationSpec(),
            route.stable.host == route.canary.host, route.stable.subset == route.canary.subset,
            route.stable.host != nil || route.stable.subset != nil
        {
            reader.fail("route.stable and route.canary are the same destination", at: node)
        }
    }

    private static func object(
        _ section: SpecReader.Section,
        isPartial: Bool,
        into route: inout RouteSpec,
        with reader: inout SpecReader
    ) {
        let kinds: [(String, RouteSpec.Kind)] = [
            ("virtualService", .virtualService), ("httpRoute", .httpRoute), ("grpcRoute", .grpcRoute),
        ]
        let named = kinds.filter { section.node[$0.0] != nil }
        if let first = named.first, named.count > 1, let second = section.node[named[1].0] {
            reader.fail("route.\(first.0) and route.\(named[1].0) exclude each other", at: second)
        }
        if named.isEmpty, !isPartial {
            reader.fail("route names no object: write `virtualService: NAME`", at: section.node)
        }
        for (key, kind) in named.reversed() {
            guard let name = SpecNames.object(section, key, with: &reader) else { continue }
            (route.kind, route.object) = (kind, name)
        }
    }

    private static func settle(_ section: SpecReader.Section, with reader: inout SpecReader) -> SettleSpec? {
        guard let settle = reader.section(section, "settle", keys: SpecKeys.settle) else { return nil }
        if section.node["file"] != nil, let node = section.node["settle"] {
            reader.fail(
                "route.settle is for a route in a cluster: with route.file each weight is written there",
                at: node,
                suggestion: "leave one of route.file and route.settle out"
            )
        }
        reader.require(settle, "file", "it is where Git declares the route")
        let file = reader.text(settle, "file", "a path")
        let repository = SpecNames.namespace(settle, "repository", with: &reader)
        let pushes = reader.flag(settle, "push")
        let branch = reader.text(settle, "branch", "the name of a branch")
        if let branch, let node = settle.node["branch"], !SettleSpec.isBranch(branch) {
            reader.fail(
                "route.settle.branch is no name that git takes for a branch",
                at: node,
                suggestion: "e.g. haldane/demo4"
            )
        }
        if branch != nil, pushes == false, let node = settle.node["push"] {
            reader.fail(
                "route.settle.branch is pushed to: push: false contradicts it",
                at: node,
                suggestion: "leave push out, or branch"
            )
        }
        guard let file else { return nil }
        return SettleSpec(file: file, repository: repository, pushes: pushes ?? (branch != nil), branch: branch)
    }

    private static func rule(
        _ section: SpecReader.Section,
        into route: inout RouteSpec,
        with reader: inout SpecReader
    ) {
        guard let rule = reader.section(section, "rule", keys: SpecKeys.rule) else { return }
        let lists = RouteSpec.RuleList.allCases.map { ($0.rawValue, $0) }
        route.ruleList = reader.choice(rule, "list", lists)
        if let node = rule.node["list"], route.kind != .virtualService {
            reader.fail("route.rule.list is for VirtualServices: a \(route.kind.word) has one list of rules", at: node)
        }
        let name = reader.text(rule, "name", "the name of a rule")
        if let node = rule.node["name"], let list = route.ruleList, list != .http {
            reader.fail("rules of the list \(list.rawValue) have no names: use route.rule.index", at: node)
        }
        switch (rule.node["name"], rule.node["index"]) {
        case (.some, .some(let second)):
            reader.fail("route.rule.name and route.rule.index exclude each other", at: second)
        case (nil, nil):
            guard rule.node["list"] == nil else { return }
            reader.fail("route.rule must hold `name: NAME` or `index: 0`", at: rule.node)
        case (.some, nil):
            route.rule = name.map { .name($0) }
        case (nil, .some(let node)):
            reader.record("route.rule.index", node)
            guard case .scalar(let text, .plain) = node.content, let index = Int(text), (0...10_000).contains(index)
            else {
                reader.fail("route.rule.index must be a whole number from 0, not \(reader.shown(node))", at: node)
                return
            }
            route.rule = .index(index)
        }
    }

    private static func accepted(_ section: SpecReader.Section, with reader: inout SpecReader)
        -> Set<RouteSpec.Acceptance>
    {
        guard let items = reader.list(section, "accept", example: "[otherRoutes]") else { return [] }
        let words = RouteSpec.Acceptance.allCases.map(\.rawValue)
        var accepted: Set<RouteSpec.Acceptance> = []
        for (path, node) in items {
            guard let word = reader.text(node, path: path, "one of \(words.joined(separator: ", "))") else { continue }
            guard let acceptance = RouteSpec.Acceptance(rawValue: word) else {
                reader.fail(
                    "\(path) must be one of \(words.joined(separator: ", ")), not \(reader.shown(node))",
                    at: node,
                    suggestion: EditDistance.nearest(to: word, among: words).map { "did you mean '\($0)'?" }
                )
                continue
            }
            accepted.insert(acceptance)
        }
        return accepted
    }

    private static func destination(
        _ section: SpecReader.Section,
        _ key: String,
        of kind: RouteSpec.Kind,
        with reader: inout SpecReader
    ) -> DestinationSpec {
        guard let destination = reader.section(section, key, keys: SpecKeys.destination) else {
            return DestinationSpec()
        }
        if destination.node.pairs?.isEmpty == true {
            reader.fail("\(destination.path) is empty: name a subset, or leave it out", at: destination.node)
        } else if kind != .virtualService {
            if let node = destination.node["subset"] {
                reader.fail(
                    "\(destination.path).subset does not exist in a \(kind.word): its versions are Services",
                    at: node,
                    suggestion: "name the Service: host: NAME"
                )
            } else if destination.node["host"] == nil {
                reader.fail(
                    "\(destination.path).host is missing: a \(kind.word) names its versions by their Services",
                    at: destination.node
                )
            }
        }
        return DestinationSpec(
            host: reader.text(destination, "host", "a host"),
            subset: reader.text(destination, "subset", "the name of a subset"),
            workload: reader.text(destination, "workload", "the name of a workload"),
            revision: reader.text(destination, "revision", "a revision")
        )
    }
}
