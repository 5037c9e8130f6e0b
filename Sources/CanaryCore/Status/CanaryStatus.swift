/// What everybody sees of a canary in the cluster: the `status` of the object.
///
/// Versions are named by the part they play, as people ask for them: *stable* carries the traffic.
package struct CanaryStatus: Sendable, Hashable {
    package enum Phase: String, Sendable, Hashable, CaseIterable {
        /// No run; what is to be known is in the message and the conditions.
        case idle = "Idle"
        /// A run watches stable before its first step.
        case watching = "Watching"
        case progressing = "Progressing"
        /// All traffic is on the new version, rollback still armed.
        case baking = "Baking"
        case rollingBack = "RollingBack"
        /// A run ended without an answer, or nothing may be begun as things are.
        case held = "Held"
        case paused = "Paused"
        /// The spec cannot be used.
        case invalid = "Invalid"
    }

    /// One version.
    package struct Side: Sendable, Hashable {
        /// The spec's name of the destination.
        package var name: String
        /// The pod-template hashes, joined by `,`; nil if they are not known.
        package var revision: String?
        /// What its pods are built from, as `reviews:1.4.2`; nil if it is not known.
        package var image: String?
        package var weight: Int?
        package var ready: Int?
        package var pods: Int?

        package init(
            name: String,
            revision: String?,
            image: String? = nil,
            weight: Int?,
            ready: Int?,
            pods: Int?
        ) {
            self.name = name
            self.revision = revision
            self.image = image
            self.weight = weight
            self.ready = ready
            self.pods = pods
        }
    }

    /// The run that is going on.
    package struct Run: Sendable, Hashable {
        package var id: String
        package var startedAt: Timestamp
        package var by: String?
        /// Who holds it, if that is not the writer of this status.
        package var holder: String?

        package init(id: String, startedAt: Timestamp, by: String? = nil, holder: String? = nil) {
            self.id = id
            self.startedAt = startedAt
            self.by = by
            self.holder = holder
        }
    }

    package struct Step: Sendable, Hashable {
        /// From 1.
        package var number: Int
        package var of: Int
        package var percent: Double
        package var since: Timestamp
        package var verdict: Verdict.Kind?

        package init(number: Int, of: Int, percent: Double, since: Timestamp, verdict: Verdict.Kind?) {
            self.number = number
            self.of = of
            self.percent = percent
            self.since = since
            self.verdict = verdict
        }
    }

    /// A run that ended.
    package struct LastRun: Sendable, Hashable {
        package var id: String
        /// `promoted`, `rolledBack`, `held(deadline)`, …
        package var outcome: String
        /// The bounded word and the sentence.
        package var label: String
        package var reason: String
        package var startedAt: Timestamp
        package var finishedAt: Timestamp
        package var by: String?
        package var stableRevision: String?
        package var canaryRevision: String?
        /// What they are built from; nil if it is not known.
        package var images: ReleaseImages?

        package init(
            id: String,
            outcome: String,
            label: String,
            reason: String,
            startedAt: Timestamp,
            finishedAt: Timestamp,
            by: String?,
            stableRevision: String?,
            canaryRevision: String?,
            images: ReleaseImages? = nil
        ) {
            self.id = id
            self.outcome = outcome
            self.label = label
            self.reason = reason
            self.startedAt = startedAt
            self.finishedAt = finishedAt
            self.by = by
            self.stableRevision = stableRevision
            self.canaryRevision = canaryRevision
            self.images = images
        }
    }

    /// What became of an operator's request.
    package struct RequestAnswer: Sendable, Hashable {
        package enum Result: String, Sendable, Hashable {
            case accepted
            /// Taken, and done as soon as it can be.
            case pending
            case refused
        }

        package var id: String
        package var verb: String
        package var result: Result
        package var message: String
        package var by: String
        package var at: Timestamp

        package init(
            id: String,
            verb: String,
            result: Result,
            message: String,
            by: String,
            at: Timestamp
        ) {
            self.id = id
            self.verb = verb
            self.result = result
            self.message = message
            self.by = by
            self.at = at
        }
    }

    package var observedGeneration: Int
    package var phase: Phase
    /// One sentence for a person.
    package var message: String
    package var conditions: [StatusCondition]
    package var stable: Side?
    package var canary: Side?
    package var run: Run?
    package var step: Step?
    /// What keeps the weight from rising from outside.
    package var gate: Reason?
    /// Since when something new waits to begin, for the order of the line.
    package var waitingSince: Timestamp?
    package var lastRun: LastRun?
    package var request: RequestAnswer?

    package init(
        observedGeneration: Int,
        phase: Phase,
        message: String,
        conditions: [StatusCondition] = [],
        stable: Side? = nil,
        canary: Side? = nil,
        run: Run? = nil,
        step: Step? = nil,
        gate: Reason? = nil,
        waitingSince: Timestamp? = nil,
        lastRun: LastRun? = nil,
        request: RequestAnswer? = nil
    ) {
        self.observedGeneration = observedGeneration
        self.phase = phase
        self.message = message
        self.conditions = conditions
        self.stable = stable
        self.canary = canary
        self.run = run
        self.step = step
        self.gate = gate
        self.waitingSince = waitingSince
        self.lastRun = lastRun
        self.request = request
    }

    /// The condition of a type; nil if it is not there.
    package func condition(_ kind: StatusCondition.Kind) -> StatusCondition? {
        conditions.first { $0.kind == kind }
    }
}
