import CanaryCore
import CanaryRouting
import CanaryYAML
import FoundationEssentials

/// The route file of a run.
enum RouteFile {
    /// The store, with the destinations in the run's roles.
    static func store(_ path: String, _ spec: CanarySpec, _ roles: Roles) -> FileRouteStore {
        var route = spec.route
        if roles == .exchanged { swap(&route.stable, &route.canary) }
        return FileRouteStore(path: path, selection: selection(route, spec))
    }

    /// The spec with the destinations that it leaves out, as the rule has them.
    ///
    /// A rule that cannot be read leaves the spec as it is; the store then says why.
    static func completed(_ spec: CanarySpec, path: String) -> CanarySpec {
        guard spec.route.stable.isBlank || spec.route.canary.isBlank,
            let data = try? Data(contentsOf: URL(filePath: path)),
            let text = String(data: data, encoding: .utf8),
            let reading = try? VirtualServiceReader.read(text: text, selection: selection(spec.route, spec))
        else { return spec }
        var spec = spec
        spec.route.stable.take(reading.stable)
        spec.route.canary.take(reading.canary)
        return spec
    }

    private static func selection(_ route: RouteSpec, _ spec: CanarySpec) -> RouteSelection {
        // `default` is what a spec without a namespace gets: it says nothing about the document.
        RouteSelection(route, namespace: spec.namespace == "default" ? nil : spec.namespace)
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
