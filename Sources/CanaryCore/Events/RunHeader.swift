/// The first record of a journal: what is run, by what, and with which roles.
package struct RunHeader: Sendable, Hashable, Codable {
    package static let schema = "haldane.journal/1"

    package var schema: String
    /// The version of the program that wrote it.
    package var version: String
    package var run: String
    package var startedAt: Timestamp
    package var spec: CanarySpec
    package var roles: Roles
    /// What a reader calls the route.
    package var place: String
    /// The API server of a route in a cluster: names of objects are the same in many.
    package var cluster: String?
    /// What kind of work this is the record of; nil, as in older journals, is a rollout.
    package var purpose: Purpose?
    /// Who began it, as `alice@laptop`; nil in older journals, and where nobody in particular did.
    package var by: String?
    /// The version of the statistics that judge this run to its end (`EngineVersion`); nil, as in older journals, is 1.
    package var engine: Int?
    /// Whether an agent runs it, and nobody waits for its end.
    package var isUnattended: Bool?
    /// The releases it is about, by role, where pods are known.
    package var release: Rollout.Release?
    /// What the two releases are built from, by role, where pods tell it; nil in older journals.
    package var images: ReleaseImages?
    /// The weights found before it began, in the run's roles; nil in older journals.
    package var baseline: RouteWeights?

    package enum Purpose: String, Sendable, Hashable, Codable {
        /// Stored telemetry of two versions that lived side by side was judged.
        case past
        /// Stored telemetry from before and after a deploy was judged: confounded by time.
        case beforeAfter
    }

    package init(
        version: String,
        run: String,
        startedAt: Timestamp,
        spec: CanarySpec,
        roles: Roles,
        place: String,
        cluster: String? = nil,
        purpose: Purpose? = nil,
        by: String? = nil,
        isUnattended: Bool? = nil,
        release: Rollout.Release? = nil,
        images: ReleaseImages? = nil,
        baseline: RouteWeights? = nil
    ) {
        schema = Self.schema
        self.version = version
        self.run = run
        self.startedAt = startedAt
        self.spec = spec
        self.roles = roles
        self.place = place
        self.cluster = cluster
        self.purpose = purpose
        self.by = by
        engine = EngineVersion.current
        self.isUnattended = isUnattended
        self.release = release
        self.images = images
        self.baseline = baseline
    }

    /// The destination that carried the traffic when the run began, and the one that is tried.
    package var stable: DestinationSpec { roles == .asNamed ? spec.route.stable : spec.route.canary }
    package var canary: DestinationSpec { roles == .asNamed ? spec.route.canary : spec.route.stable }
}

/// Which of the two named destinations plays which part in a run: the one that carries the traffic is stable.
package enum Roles: String, Sendable, Hashable, Codable {
    case asNamed
    /// The spec's canary carries the traffic, as after an earlier promotion.
    case exchanged

    /// Decides from the weights found at the start.
    package init(found weights: RouteWeights) {
        self = weights.canaryPercent > 50 ? .exchanged : .asNamed
    }
}
