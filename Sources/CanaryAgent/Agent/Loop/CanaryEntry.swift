import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryYAML

/// What the agent knows of one canary.
struct CanaryEntry: Sendable {
    /// As its author wrote it.
    var object: AgentObject
    /// The spec with everything that is inferred and inherited, and what it was made of.
    var resolved: Resolved?
    /// The route as it was looked at last.
    var route: Route?
    /// How its pods are found.
    var path: PodSurvey.Path?
    var population: Population?
    /// Why route or pods are not known at the moment.
    var trouble: Reason?
    /// Since when route or pods cannot be read; what is known of them is as it was read before.
    var unread: Unread?
    /// By the spec's names.
    var weights: RouteWeights?
    var memory = ReleaseMemory()
    /// What was read of the rollout's Lease.
    var record = Record()
    var decision: ReleaseDecision?
    /// What the last line about a decision said; nil after a release was found.
    var logged: Reason?
    /// What keeps a release from beginning, from outside.
    var gate: Reason?
    /// Since when something new waits to begin.
    var waitingSince: Timestamp?
    /// Why the last attempt to begin failed, and when the next may be made.
    var failure: Failure?
    /// The gate past which an operator lets the next run begin, by its word.
    var pass: String?
    /// Who wants the next run and why: what was tried is tried again, or it begins past what holds it.
    var retry: Reason?
    /// What the next run is told at once.
    var firstCommand: FirstCommand?
    /// What the run that was begun last was begun for, until it is known that it could begin.
    var wish: Wish?
    /// The request that was given to a run and is not answered yet.
    var asked: Asked?
    /// The request that waits until it is known who can obey it.
    var early: CanaryRequest?
    /// The run of this process whose end the record does not show yet.
    var endedHere: String?
    /// The release that is to begin, and since when that is known here.
    var found: Found?
    /// What became of the request that was answered last.
    var request: CanaryStatus.RequestAnswer?
    var status: CanaryStatus?
    /// As the object has it, or as it was written last.
    var statusJSON: JSONValue = .object([:])
    /// Whether it was told that the weights of a promotion were put back.
    var isPutBackTold = false
    /// The label of the last thing that was told by an Event of the object.
    var told: String?

    struct Resolved: Sendable {
        /// What it was made of; another mark asks for another resolution.
        var mark: String
        var result: Result<RunnableCanary, InvalidCanary>
    }

    struct Unread: Sendable {
        var since: ContinuousClock.Instant
        /// When what is known was still so.
        var asOf: Timestamp
    }

    struct Route: Sendable {
        var revision: String
        var spec: RouteSpec
        var reading: RouteReading
        var object: KubernetesObject
    }

    struct Record: Sendable {
        var resourceVersion = ""
        var holder = ""
        /// As it was read last.
        var text = ""
        var run: RolloutRecord.Run?
        /// Why the record cannot be used; nil if it can, or there is none.
        var trouble: Reason?
        /// What was known when it could not be read any more.
        var before: Before?

        struct Before: Sendable {
            var status: CanaryStatus?
            /// As the same holder had written it.
            var run: RolloutRecord.Run?
        }
    }

    struct Failure: Sendable {
        var reason: Reason
        var count: Int
        var retryAt: ContinuousClock.Instant
        /// What has to change for it to be tried at once.
        var mark: String
    }

    struct Found: Sendable {
        var release: Rollout.Release
        var at: Timestamp
    }

    /// What an operator asked for that only a new run can do.
    struct FirstCommand: Sendable {
        var command: Rollout.OperatorCommand
        var ticket: CommandTicket
        /// The run that is to do it.
        var decision: ReleaseDecision
        /// As they were when it was asked, by the spec's names: of others it is not known whether they are meant.
        var weights: RouteWeights?
    }

    /// What operators had asked for when a run was begun.
    struct Wish: Sendable {
        var retry: Reason?
        var pass: String?
        var firstCommand: FirstCommand?
    }

    struct Asked: Sendable {
        var request: CanaryRequest
        var ticket: CommandTicket
    }

    init(_ object: AgentObject) {
        self.object = object
        let old = object.json["status"] ?? .object([:])
        statusJSON = old
        status = CanaryStatus(json: old)
        waitingSince = status?.waitingSince
        request = status?.request
    }

    var key: CanaryKey { object.key }

    /// Changes when the spec does, and not with status or requests.
    var specRevision: String { object.generation > 0 ? "\(object.uid)-\(object.generation)" : object.revision }

    /// The spec as it is run; nil if it cannot be.
    var spec: CanarySpec? {
        guard case .success(let canary)? = resolved?.result else { return nil }
        return canary.spec
    }
}

/// A canary that can be run: its spec in full, and the policies of its own.
struct RunnableCanary: Sendable {
    var spec: CanarySpec
    /// With secrets filled in: this scrapes and notifies, and is never written down.
    var live: CanarySpec
    /// Where the file of `route.settle` is, for a spec of the operator's own.
    var settleFile: String?
    var policies: [ScopedPolicy] = []
    /// What was inferred or is not as it might seem, to be said once.
    var notes: [String] = []

    /// The rules of the canary itself; those of the scopes above it are looked up as they are now.
    var own: [ScopedPolicy] {
        policies.filter { scoped in
            if case .object = scoped.scope { true } else { false }
        }
    }
}

/// Why a canary cannot be run.
struct InvalidCanary: Error, Sendable, Hashable {
    var reason: Reason
}
