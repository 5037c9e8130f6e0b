/// One service of a `FleetFixture`, with two slots that take turns.
package struct FleetService: Sendable, Hashable {
    /// One of the two Deployments of a service; which of them carries the traffic changes with each release.
    package enum Slot: String, Sendable, Hashable, CaseIterable {
        case v1
        case v2

        package var other: Slot { self == .v1 ? .v2 : .v1 }

        /// Its place in the route's list, and in pairs of weights.
        package var position: Int { self == .v1 ? 0 : 1 }
    }

    package var namespace: String
    package var name: String
    /// The image's tag, which stands for the template's hash, of each slot at the beginning.
    package var templates = [Slot.v1: "6b7f9c5d48", .v2: "7c8d5f6b9d"]
    package var pods = [Slot.v1: 2, .v2: 2]
    /// The route's weights at the beginning.
    package var weights = [100, 0]
    /// Requests a second of the mesh's time, over both slots.
    package var rate = 300.0
    /// Lines of each pod's page that are about the proxy itself and nobody asks for, 2,000 at most.
    package var ownLines = 0

    package init(_ name: String, in namespace: String = "test1") {
        self.namespace = namespace
        self.name = name
    }

    /// `NAMESPACE/NAME`.
    package var key: String { "\(namespace)/\(name)" }

    /// The Deployment of a slot.
    package func workload(_ slot: Slot) -> String { "\(name)-\(slot.rawValue)" }

    /// The host that the route's destinations name.
    package var host: String { "\(name).\(namespace).svc.cluster.local" }

    /// Services `PREFIX-0`, `PREFIX-1`, ….
    package static func several(_ count: Int, _ prefix: String = "svc", in namespace: String = "test1")
        -> [FleetService]
    {
        (0..<max(0, count)).map { FleetService("\(prefix)-\($0)", in: namespace) }
    }
}
