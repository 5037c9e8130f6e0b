import CanaryCore
import CanaryRouting
import CanaryYAML

/// The file store of a run, with the destinations in the run's roles.
enum RouteFile {
    static func store(_ path: String, _ spec: CanarySpec, _ roles: Roles) -> FileRouteStore {
        var route = spec.route
        if roles == .exchanged { swap(&route.stable, &route.canary) }
        return FileRouteStore(path: path, selection: RouteSelection(route, namespace: spec.namespace))
    }
}
