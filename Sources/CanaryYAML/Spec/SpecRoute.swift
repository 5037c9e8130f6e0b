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
        route.rule = rule(section, with: &reader)
        route.stable = destination(section, "stable", with: &reader)
        route.canary = destination(section, "canary", with: &reader)
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
        let virtualService = SpecNames.object(section, "virtualService", with: &reader)
        let httpRoute = SpecNames.object(section, "httpRoute", with: &reader)
        switch (section.node["virtualService"], section.node["httpRoute"]) {
        case (.some, .some(let second)):
            reader.fail("route.virtualService and route.httpRoute exclude each other", at: second)
        case (nil, nil) where !isPartial:
            reader.fail("route names no object: write `virtualService: NAME`", at: section.node)
        default:
            break
        }
        if let httpRoute { (route.kind, route.object) = (.httpRoute, httpRoute) }
        if let virtualService { (route.kind, route.object) = (.virtualService, virtualService) }
    }

    private static func rule(_ section: SpecReader.Section, with reader: inout SpecReader) -> RuleSelector? {
        guard let rule = reader.section(section, "rule", keys: SpecKeys.rule) else { return nil }
        let name = reader.text(rule, "name", "the name of a rule")
        switch (rule.node["name"], rule.node["index"]) {
        case (.some, .some(let second)):
            reader.fail("route.rule.name and route.rule.index exclude each other", at: second)
            return nil
        case (nil, nil):
            reader.fail("route.rule must hold `name: NAME` or `index: 0`", at: rule.node)
            return nil
        case (.some, nil):
            return name.map { .name($0) }
        case (nil, .some(let node)):
            reader.record("route.rule.index", node)
            guard case .scalar(let text, .plain) = node.content, let index = Int(text), (0...10_000).contains(index)
            else {
                reader.fail("route.rule.index must be a whole number from 0, not \(reader.shown(node))", at: node)
                return nil
            }
            return .index(index)
        }
    }

    private static func destination(_ section: SpecReader.Section, _ key: String, with reader: inout SpecReader)
        -> DestinationSpec
    {
        guard let destination = reader.section(section, key, keys: SpecKeys.destination) else {
            return DestinationSpec()
        }
        if destination.node.pairs?.isEmpty == true {
            reader.fail("\(destination.path) is empty: name a subset, or leave it out", at: destination.node)
        }
        return DestinationSpec(
            host: reader.text(destination, "host", "a host"),
            subset: reader.text(destination, "subset", "the name of a subset"),
            workload: reader.text(destination, "workload", "the name of a workload"),
            revision: reader.text(destination, "revision", "a revision")
        )
    }
}
