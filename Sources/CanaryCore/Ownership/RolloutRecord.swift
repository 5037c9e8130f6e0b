/// What everybody may know of one canary's rollouts: kept beside its Lease in the cluster, also between runs.
///
/// The Lease says who may write; this says what about. One object a canary, so that no two writers can disagree on which run is
/// the present one.
package struct RolloutRecord: Sendable, Hashable, Codable {
    package static let schema = "haldane.rollout/1"

    package var schema: String
    /// The canary's name; its namespace is that of the Lease.
    package var canary: String
    /// The run that is going on; nil between runs.
    package var run: Run?
    package var memory: ReleaseMemory

    /// A run that is going on, as far as others have to know it.
    package struct Run: Sendable, Hashable, Codable {
        package var id: String
        package var startedAt: Timestamp
        /// The version of the statistics, see `EngineVersion`.
        package var engine: Int
        /// The program's version.
        package var program: String
        /// Who began it, as `alice@laptop` or `haldane-agent`.
        package var by: String?
        package var roles: Roles
        package var release: Rollout.Release?
        /// What the releases are built from, by role; nil in older records.
        package var images: ReleaseImages?
        /// Found before the run began, and what it goes back to.
        package var baseline: RouteWeights
        /// The canary's share last written, in percent.
        package var percent: Double
        /// The canary's highest share that was in force; nil in older records, and before the first step.
        package var highestPercent: Double?
        /// The write that is on its way; nil if none is. Found weights that are neither `percent` nor this are somebody else's.
        package var intent: WeightPlan?
        package var onOrphan: Guards.Fallback
        /// The route, to be found without the spec.
        package var route: RouteSpec
        /// How the run comes to its rule, as long as it is not certain that no other rollout is at work on that; nil once it is.
        package var contends: Entrance?

        /// How a run comes to the rule that it writes.
        package enum Entrance: String, Sendable, Hashable, Codable {
            /// It begins.
            case new
            /// It goes on, here or taken over: its weights are on the rule already.
            case again
        }

        package init(header: RunHeader, baseline: RouteWeights) {
            id = header.run
            startedAt = header.startedAt
            engine = header.engine ?? 1
            program = header.version
            by = header.by
            roles = header.roles
            release = header.release
            images = header.images
            self.baseline = baseline
            percent = baseline.canaryPercent
            onOrphan = header.spec.guards.onOrphan
            route = header.spec.route
        }
    }

    package init(canary: String, run: Run? = nil, memory: ReleaseMemory = ReleaseMemory()) {
        schema = Self.schema
        self.canary = canary
        self.run = run
        self.memory = memory
    }
}
