/// Everything that a canary's status is made of, by the spec's names.
package struct CanaryFacts: Sendable {
    /// What is going on.
    package enum Activity: Sendable {
        /// A run of this process.
        case run(RunHeader, Rollout, RunLedger)
        /// A run that somebody else holds, e.g. a CI job.
        case elsewhere(RolloutRecord.Run, holder: String)
        /// No run.
        case between(ReleaseDecision)
        /// The spec cannot be used, with why; the last run is told all the same.
        case invalid(Reason)
    }

    /// The object to name in commands; nil if it is not one of a cluster.
    package var object: CanaryKey?
    package var generation: Int
    package var stableLabel: String
    package var canaryLabel: String
    package var activity: Activity
    package var memory: ReleaseMemory
    package var population: Population?
    package var weights: RouteWeights?
    /// What keeps a new run from beginning, or a run from stepping up, from outside.
    package var gate: Reason?
    package var request: CanaryStatus.RequestAnswer?
    /// Why the weights of a promotion that Git did not agree with are not in force any more, see `ReleaseMemory.putBack`.
    package var putBack: Reason? { weights.flatMap { memory.putBack($0) } }

    package init(
        object: CanaryKey? = nil,
        generation: Int,
        stableLabel: String,
        canaryLabel: String,
        activity: Activity,
        memory: ReleaseMemory,
        population: Population? = nil,
        weights: RouteWeights? = nil,
        gate: Reason? = nil,
        request: CanaryStatus.RequestAnswer? = nil
    ) {
        self.object = object
        self.generation = generation
        self.stableLabel = stableLabel
        self.canaryLabel = canaryLabel
        self.activity = activity
        self.memory = memory
        self.population = population
        self.weights = weights
        self.gate = gate
        self.request = request
    }

    package var roles: Roles {
        switch activity {
        case .run(let header, _, _): header.roles
        case .elsewhere(let run, _): run.roles
        case .between(.begin(let roles, _)): roles
        case .between, .invalid: weights.map { memory.roles(at: $0) } ?? .asNamed
        }
    }
}
