package import CanaryCore
package import CanaryStatistics
import CanaryTelemetry

/// What a terminal shows of a run: fed with what happened, asked for frames.
///
/// Memory is bounded: counts, two confidence sequences, and the last decisions.
package struct LiveView: Sendable {
    /// One decision in the log at the bottom.
    struct Note: Sendable, Hashable {
        var at: Double
        var sign: Style.Sign
        var tone: Style.Tone
        var text: String
    }

    private(set) var header: RunHeader?
    private(set) var rollout: Rollout?
    private(set) var ledger = RunLedger()
    private(set) var at: Timestamp?
    private(set) var startedAt: Timestamp?
    private(set) var verdict: Verdict?
    private(set) var notes: [Note] = []
    private(set) var lastWindow: Window?
    private var difference = DifferenceSequence()
    private var windows = 0

    package init() {}

    /// Notes what happened.
    package mutating func note(_ progress: RunProgress) {
        header = progress.header
        rollout = progress.rollout
        ledger = progress.ledger
        at = progress.at
        startedAt = startedAt ?? progress.header.startedAt
        let seconds = startedAt.map { progress.at.since($0).inSeconds } ?? 0
        switch progress.happening {
        case .started:
            add(
                seconds,
                .started,
                .strong,
                "started: \(progress.header.spec.steps.map { Phrase.weight($0) }.joined(separator: ", "))"
            )
        case .resumed(let reason):
            add(seconds, .started, .strong, "resumed: \(reason.text)")
        case .judged(let window, let verdict):
            lastWindow = window
            self.verdict = verdict
            learn(window, verdict)
        case .wrote(let plan):
            noteWrite(plan, at: seconds)
        case .notice(let notice) where notice.reason.label == "step":
            break  // the write itself is noted
        case .notice(let notice):
            let isInfo = notice.urgency == .info
            add(
                seconds,
                isInfo ? .dot : .unknown,
                isInfo ? .quiet : .warning,
                "\(notice.urgency.rawValue): \(notice.reason.text)"
            )
        case .finished(let outcome):
            add(
                seconds,
                OutcomeWords.sign(outcome),
                OutcomeWords.tone(outcome),
                "\(OutcomeWords.short(outcome)): \(outcome.reason.text)"
            )
        case .interrupted(let reason):
            add(seconds, .unknown, .warning, "interrupted: \(reason.text)")
        }
    }

    /// Seconds since the run began.
    var elapsed: Double {
        guard let at, let startedAt else { return 0 }
        return at.since(startedAt).inSeconds
    }

    /// The canary's share in force, in percent.
    var percent: Double { rollout?.route?.weights.canaryPercent ?? 0 }

    private mutating func noteWrite(_ plan: WeightPlan, at seconds: Double) {
        let split = Figures.split(percent: plan.canaryPercent)
        switch plan.purpose {
        case .step: add(seconds, .done, .good, "weights \(split) written")
        case .promotion: add(seconds, .done, .good, "weights \(split) written: promoted")
        case .rollback: add(seconds, .failed, .bad, "weights \(split) written: rolling back")
        }
    }

    private mutating func add(_ seconds: Double, _ sign: Style.Sign, _ tone: Style.Tone, _ text: String) {
        notes.append(Note(at: seconds, sign: sign, tone: tone, text: TextCells.harmless(text)))
        if notes.count > Self.mostNotes { notes.removeFirst() }
    }

    private mutating func learn(_ window: Window, _ verdict: Verdict) {
        guard window.quality.unusable == nil, verdict.window > 0 else { return }
        difference.add(
            stable: EventCount(x: window.stable.failures, n: Double(window.stableTotal)),
            canary: EventCount(x: window.canary.failures, n: Double(window.canaryTotal))
        )
        windows += 1
    }

    /// Where the difference of the shares of failed requests lies, 95 % whenever one looks; nil before the first comparison.
    package var difference95: ConfidenceInterval? { windows > 0 ? difference.interval() : nil }

    private static let mostNotes = 12
}

extension [PodWindow] {
    fileprivate var failures: Double { Double(reduce(0) { $0 &+ $1.failures }) }
}
