package import CanaryTelemetry

/// What a judgement of the past found, kept while it is made or folded from its journal.
package struct PastAccount: Sendable, Hashable {
    /// A moment at which the evidence crossed a threshold.
    package struct Moment: Sendable, Hashable {
        /// The number of the compared window, from 1.
        package var window: Int
        /// The end of that window.
        package var at: Timestamp
        /// Since the canary's first request.
        package var seconds: Double
        /// The step that the traffic looked like, as an index.
        package var step: Int
        /// The canary's share of the requests then, in percent.
        package var percent: Double
        package var verdict: Verdict
    }

    /// A time in which the traffic looked like one step.
    package struct Step: Sendable, Hashable {
        /// An index into the spec's steps.
        package var step: Int
        /// When its first window began.
        package var from: Timestamp
        package var seconds = 0.0
        package var stableRequests = 0
        package var canaryRequests = 0
        package var canaryFailures = 0
        /// The last verdict at this step that compared.
        package var verdict: Verdict.Kind?

        /// The canary's share of the requests, 0...1.
        package var share: Double {
            let sum = Double(stableRequests) + Double(canaryRequests)
            return sum > 0 ? Double(canaryRequests) / sum : 0
        }
    }

    /// Requests of one side and those that failed.
    package struct Side: Sendable, Hashable {
        package var requests = 0
        package var failures = 0

        mutating func add(_ pods: [PodWindow]) {
            for pod in pods {
                requests = requests &+ pod.total
                failures = failures &+ pod.failures
            }
        }
    }

    package let purpose: RunHeader.Purpose
    /// The beginning of the judged time.
    package let startedAt: Timestamp
    package private(set) var endedAt: Timestamp
    /// Usable windows of stable's history, and all of them; before the judged time or before the canary's first request.
    package private(set) var historyUsable = 0
    package private(set) var historyWindows = 0
    /// Windows of the judged time.
    package private(set) var windows = 0
    package private(set) var usable = 0
    /// Windows since the canary's first request in which both versions could have been compared, and those that could be.
    package private(set) var comparable = 0
    package private(set) var compared = 0
    /// Windows in which the canary got everything and nothing was left to compare with.
    package private(set) var alone = 0
    package private(set) var unusableReasons: [Reason: Int] = [:]
    /// Requests of the judged time before and since the canary's first one.
    package private(set) var stableBefore = Side()
    package private(set) var stable = Side()
    package private(set) var canary = Side()
    /// The beginning of the first window with canary requests, and the end of the last one.
    package private(set) var canaryBegan: Timestamp?
    package private(set) var canaryEnded: Timestamp?
    package private(set) var steps: [Step] = []
    /// When the evidence of harm first crossed its threshold.
    package private(set) var degraded: Moment?
    /// When every metric was first proved at each step.
    package private(set) var proved: [Int: Moment] = [:]
    /// The last verdict that compared.
    package private(set) var last: Moment?
    private var number = 0

    package init(purpose: RunHeader.Purpose, startedAt: Timestamp) {
        self.purpose = purpose
        self.startedAt = startedAt
        endedAt = startedAt
    }

    /// Notes a judged window. Windows have to come in order.
    package mutating func judged(_ window: Window, in context: JudgingContext, _ verdict: Verdict, at now: Timestamp) {
        let isUsable = window.quality.unusable == nil
        guard now > startedAt else {
            historyWindows += 1
            historyUsable += isUsable ? 1 : 0
            return
        }
        endedAt = max(endedAt, now)
        windows += 1
        usable += isUsable ? 1 : 0
        let beganAt = now.advanced(by: .seconds(-(window.seconds.isFinite ? min(max(window.seconds, 0), 1e9) : 0)))
        if window.canaryTotal > 0, context.phase != .watching {
            canaryBegan = canaryBegan ?? beganAt
            canaryEnded = now
        }
        if context.phase != .idle, !isUsable { countUnusable(verdict.reason) }
        switch context.phase {
        case .watching:
            historyWindows += 1
            historyUsable += isUsable ? 1 : 0
            stableBefore.add(window.stable)
        case .idle:
            alone += 1
            canary.add(window.canary)
        case .analyzing, .baking:
            comparable += 1
            stable.add(window.stable)
            canary.add(window.canary)
            if isUsable { step(window, context, verdict, from: beganAt) }
            compared += isUsable ? 1 : 0
            guard verdict.kind != .unknown else { return }
            compare(context, verdict, at: now)
        }
    }

    private mutating func compare(_ context: JudgingContext, _ verdict: Verdict, at now: Timestamp) {
        let moment = Moment(
            window: verdict.window,
            at: now,
            seconds: canaryBegan.map { now.since($0).inSeconds } ?? 0,
            step: context.step,
            percent: context.canaryPercent,
            verdict: verdict
        )
        last = moment
        if verdict.kind == .degraded, degraded == nil { degraded = moment }
        if verdict.kind == .healthy, proved[context.step] == nil { proved[context.step] = moment }
    }

    private mutating func step(
        _ window: Window,
        _ context: JudgingContext,
        _ verdict: Verdict,
        from beganAt: Timestamp
    ) {
        if steps.last?.step != context.step, steps.count < Self.mostSteps {
            steps.append(Step(step: context.step, from: beganAt))
        }
        guard !steps.isEmpty else { return }
        let index = steps.count - 1
        steps[index].seconds += window.seconds.isFinite ? max(window.seconds, 0) : 0
        steps[index].stableRequests = steps[index].stableRequests &+ window.stableTotal
        steps[index].canaryRequests = steps[index].canaryRequests &+ window.canaryTotal
        steps[index].canaryFailures = steps[index].canaryFailures &+ window.canary.reduce(0) { $0 &+ $1.failures }
        if verdict.kind != .unknown { steps[index].verdict = verdict.kind }
    }

    /// Sentences differ in their numbers; one of each kind is kept.
    private mutating func countUnusable(_ reason: Reason) {
        let known = unusableReasons.keys.first { $0.label == reason.label }
        unusableReasons[known ?? reason, default: 0] += 1
    }

    private static let mostSteps = 1000
    fileprivate static let leastStepSeconds = 60.0
}

extension PastAccount {
    /// The largest step that the traffic reached beside stable; nil if nothing was compared.
    ///
    /// A step counts once it lasted for a minute: the share passes smaller ones on its way to a larger one.
    package var largestStep: Int? {
        let compared = steps.filter { $0.verdict != nil }
        let lasting = compared.filter { $0.seconds >= Self.leastStepSeconds }
        return (lasting.isEmpty ? compared : lasting).map(\.step).max()
    }

    /// When every metric was proved at the largest step.
    ///
    /// A share that was on its way, as to 100 % after a promotion, and never stood long enough to count is no step: then the
    /// largest one before it is meant.
    package var provedAtLargest: Moment? {
        guard let largestStep else { return nil }
        if let found = proved[largestStep] { return found }
        guard let last, last.step == largestStep, last.verdict.reason.label == "split" else { return nil }
        return proved.filter { $0.key < largestStep }.max { $0.key < $1.key }?.value
    }

    /// Windows of the judged time that could not be used.
    package var unusable: Int { unusableReasons.values.reduce(0, +) }

    /// Why most windows could not be used.
    package var mostFrequentFault: (reason: Reason, windows: Int)? {
        unusableReasons.max { ($0.value, $1.key.label) < ($1.value, $0.key.label) }.map { ($0.key, $0.value) }
    }
}
