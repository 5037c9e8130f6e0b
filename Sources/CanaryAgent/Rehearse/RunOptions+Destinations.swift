package import CanaryCore

extension RunOptions {
    /// The spec with `${VAR}` expanded, and with the destinations that it leaves to a route in a file.
    package var liveWithDestinations: CanarySpec {
        route.path.map { RouteFile.completed(live, path: $0) } ?? live
    }
}
