package import CanaryTelemetry

/// The account of a run, kept while it happens or folded from its journal.
package struct RunLedger: Sendable, Hashable, Codable {
    /// One weight that was in force.
    package struct Step: Sendable, Hashable, Codable {
        package var percent: Double
        /// Since the run began.
        package var fromSeconds: Double
        package var seconds: Double
        package var stableRequests: Int
        package var canaryRequests: Int
        package var canaryFailures: Int
        /// The last verdict at this weight.
        package var verdict: Verdict.Kind?

        fileprivate init(percent: Double, fromSeconds: Double) {
            self.percent = percent
            self.fromSeconds = fromSeconds
            seconds = 0
            stableRequests = 0
            canaryRequests = 0
            canaryFailures = 0
        }
    }

    /// What the account leaves out: nothing was kept of the run from before it was taken over.
    package struct Untold: Sendable, Hashable, Codable {
        /// The canary's highest share before that is known from elsewhere, in percent.
        package var highestPercent: Double
    }

    package private(set) var steps: [Step] = []
    /// Nil for a run that is told from its beginning.
    package private(set) var untold: Untold?
    package private(set) var startedAt: Timestamp?
    package private(set) var lastAt: Timestamp?
    package private(set) var windows = 0
    package private(set) var unusableWindows = 0
    package private(set) var stableRequests = 0
    package private(set) var canaryRequests = 0
    package private(set) var stableFailures = 0
    package private(set) var canaryFailures = 0
    /// Canary failures less those that stable's share of the same windows would have given, while both were compared.
    ///
    /// Window by window, not by the sums: in an incident of both, sums blame whoever has more of the traffic then.
    package private(set) var extraFailures = 0.0
    /// The last verdict that compared the versions.
    package private(set) var lastComparison: Verdict?
    package private(set) var lastVerdict: Verdict?
    package private(set) var lastFaults: [PodFault] = []
    package private(set) var outcome: Outcome?
    package private(set) var notices: [Notice] = []

    package init(startedAt: Timestamp? = nil) {
        self.startedAt = startedAt
        lastAt = startedAt
    }

    /// Seconds between the first and the last entry.
    package var seconds: Double {
        guard let startedAt, let lastAt else { return 0 }
        return lastAt.since(startedAt).inSeconds
    }

    /// Notes a judged window.
    package mutating func judged(_ window: Window, in context: JudgingContext, _ verdict: Verdict, at now: Timestamp) {
        touch(now)
        windows += 1
        // The first round only reads the counters: nothing is wrong with it.
        if window.quality.unusable != nil, window.quality.unusable != .baseline { unusableWindows += 1 }
        lastFaults = window.quality.faults
        let canaryFailed = window.canary.reduce(0) { $0 &+ $1.failures }
        stableRequests = stableRequests &+ window.stableTotal
        canaryRequests = canaryRequests &+ window.canaryTotal
        stableFailures = stableFailures &+ window.stable.reduce(0) { $0 &+ $1.failures }
        canaryFailures = canaryFailures &+ canaryFailed
        if context.phase == .analyzing, window.quality.unusable == nil, window.stableTotal > 0, window.canaryTotal > 0 {
            let share = Double(window.stable.reduce(0) { $0 &+ $1.failures }) / Double(window.stableTotal)
            extraFailures += Double(canaryFailed) - share * Double(window.canaryTotal)
        }
        lastVerdict = verdict
        // The before/after comparison of the bake says less: it replaces the real one only if it ends the run.
        if verdict.window > 0, context.phase != .baking || verdict.kind == .degraded { lastComparison = verdict }
        guard var step = steps.popLast() else { return }
        step.seconds += window.seconds
        step.stableRequests = step.stableRequests &+ window.stableTotal
        step.canaryRequests = step.canaryRequests &+ window.canaryTotal
        step.canaryFailures = step.canaryFailures &+ canaryFailed
        if context.phase != .idle { step.verdict = verdict.kind }
        steps.append(step)
    }

    /// Notes weights in force.
    package mutating func weighed(_ percent: Double, at now: Timestamp) {
        touch(now)
        guard steps.last?.percent != percent, steps.count < Self.limit else { return }
        steps.append(Step(percent: percent, fromSeconds: seconds))
    }

    /// Notes that what came before is not known, but for the canary's highest share.
    package mutating func lose(upTo percent: Double) {
        untold = Untold(highestPercent: percent.isFinite ? min(max(percent, 0), 100) : 0)
    }

    package mutating func noticed(_ notice: Notice, at now: Timestamp) {
        touch(now)
        if notices.count < Self.limit { notices.append(notice) }
    }

    package mutating func finished(_ outcome: Outcome, at now: Timestamp) {
        touch(now)
        self.outcome = outcome
    }

    private mutating func touch(_ now: Timestamp) {
        startedAt = startedAt ?? now
        lastAt = max(lastAt ?? now, now)
    }

    private static let limit = 1000
}
