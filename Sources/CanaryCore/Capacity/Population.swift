/// The pods of the two versions, named by the spec's destinations.
package struct Population: Sendable, Hashable, Codable {
    /// The pods of one version.
    package struct Side: Sendable, Hashable, Codable {
        /// Endpoints that take new connections.
        package var ready: Int
        /// Pods that exist, ready or not, those that end excluded.
        package var total: Int
        /// The pod-template hashes of the pods that exist, ordered; together they identify a release.
        package var hashes: [String]
        /// What is scaled, as `deployment/reviews-v2`; nil if it is not known.
        package var workload: String?
        /// What the pods that exist are built from, as `reviews:1.4.2`, two at most; nil if it is not known.
        package var image: String?

        package init(
            ready: Int,
            total: Int,
            hashes: [String] = [],
            workload: String? = nil,
            image: String? = nil
        ) {
            self.ready = max(ready, 0)
            self.total = max(total, 0)
            self.hashes = hashes
            self.workload = workload
            self.image = image
        }
    }

    package var stable: Side
    package var canary: Side
    /// Where both are.
    package var namespace: String

    package init(stable: Side, canary: Side, namespace: String) {
        self.stable = stable
        self.canary = canary
        self.namespace = namespace
    }

    /// Roles exchanged.
    package var swapped: Population { Population(stable: canary, canary: stable, namespace: namespace) }
}
