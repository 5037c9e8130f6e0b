import CanaryCore
import CanaryRouting
import CanaryYAML
import FoundationEssentials

/// The route file of a run.
enum RouteFile {
    /// The store, with the destinations in the run's roles.
    static func store(_ path: String, _ spec: CanarySpec, _ roles: Roles) -> FileRouteStore {
        FileRouteStore(path: path, selection: selection(spec.route.playing(roles), spec))
    }

    /// The store of a run: one that commits its writes, if the spec asks for that.
    static func runStore(_ path: String, _ spec: CanarySpec, _ roles: Roles) async throws(RouteError) -> any RouteStore
    {
        guard spec.route.commits else { return store(path, spec, roles) }
        let route = spec.route.playing(roles)
        return try await GitRouteStore.open(path: path, selection: selection(route, spec), label: route.canary.label)
    }

    /// The spec with the destinations that it leaves out, as the rule has them.
    ///
    /// A rule that cannot be read leaves the spec as it is; the store then says why.
    static func completed(_ spec: CanarySpec, path: String) -> CanarySpec {
        guard spec.route.stable.isBlank || spec.route.canary.isBlank,
            let data = try? Data(contentsOf: URL(filePath: path)),
            let text = String(data: data, encoding: .utf8),
            let reading = try? RouteReader.read(text: text, selection: selection(spec.route, spec))
        else { return spec }
        return spec.completed(by: reading)
    }

    private static func selection(_ route: RouteSpec, _ spec: CanarySpec) -> RouteSelection {
        // `default` is what a spec without a namespace gets: it says nothing about the document.
        RouteSelection(route, namespace: spec.namespace == "default" ? nil : spec.namespace)
    }
}

extension CanarySpec {
    /// The spec with the destinations that it leaves out, as the rule has them.
    func completed(by reading: RouteReading) -> CanarySpec {
        var spec = self
        spec.route.stable.take(reading.stable)
        spec.route.canary.take(reading.canary)
        return spec
    }
}

extension RouteSpec {
    /// The route with its destinations in the roles of a run.
    func playing(_ roles: Roles) -> RouteSpec {
        var route = self
        if roles == .exchanged { swap(&route.stable, &route.canary) }
        return route
    }
}

extension DestinationSpec {
    fileprivate var isBlank: Bool { host == nil && subset == nil }

    fileprivate mutating func take(_ found: DestinationSpec) {
        guard isBlank else { return }
        host = found.host
        subset = found.subset
    }
}
