/// What one look at the two versions says.
///
/// A verdict is a pure function of the windows and contexts before it; two machines that judge the same journal produce
/// equal verdicts, bit for bit.
package struct Verdict: Sendable, Hashable, Codable {
    package enum Kind: String, Sendable, Hashable, Codable {
        /// Not worse than the margin of the present step, proved.
        case healthy
        /// Worse than tolerated, proved.
        case degraded
        /// Not enough requests yet.
        case undecided
        /// The telemetry cannot be judged.
        case unknown
    }

    /// What the statistics ask for; the rollout decides whether it may be done.
    package enum Decision: String, Sendable, Hashable, Codable {
        case hold
        case advance
        case promote
        case rollback
    }

    package var kind: Kind
    package var decision: Decision
    /// Why, with the numbers that matter.
    package var reason: Reason
    /// Judged windows so far, this one included; 0 if the window was not fed to the engine.
    package var window: Int
    /// Log evidence of a regression before and after the deduction for bursts, in nats.
    package var logE: Double
    package var logD: Double
    /// What `logD` has to reach for a rollback.
    package var harmThreshold: Double
    /// What each finding's `logN` has to reach for the step to be proved.
    package var safetyThreshold: Double
    package var findings: [Finding]
    /// Canary requests that are probably still missing for this step, if that is why the verdict is open.
    package var missingRequests: Int?
    /// What a reader must know beside the verdict, e.g. that comparability was assumed.
    package var notes: [String]

    package init(
        kind: Kind,
        decision: Decision,
        reason: Reason,
        window: Int = 0,
        logE: Double = 0,
        logD: Double = 0,
        harmThreshold: Double = 0,
        safetyThreshold: Double = 0,
        findings: [Finding] = [],
        missingRequests: Int? = nil,
        notes: [String] = []
    ) {
        self.kind = kind
        self.decision = decision
        self.reason = reason
        self.window = window
        self.logE = logE
        self.logD = logD
        self.harmThreshold = harmThreshold
        self.safetyThreshold = safetyThreshold
        self.findings = findings
        self.missingRequests = missingRequests
        self.notes = notes
    }

    /// The telemetry could not be judged.
    package static func unknown(_ reason: Reason, notes: [String] = []) -> Verdict {
        Verdict(kind: .unknown, decision: .hold, reason: reason, notes: notes)
    }

    /// Whether the two say the same, bit for bit in every number; their sentences may have been improved in between.
    package func agrees(with other: Verdict) -> Bool {
        var (left, right) = (self, other)
        (left.reason.text, right.reason.text) = ("", "")
        (left.notes, right.notes) = ([], [])
        return left == right
    }

    /// How far the evidence of harm has come, 0...1.
    package var harmProgress: Double {
        harmThreshold > 0 ? min(max(logD / harmThreshold, 0), 1) : 0
    }

    /// How far the evidence of safety has come at the least proved metric, 0...1; a latched metric counts as 1.
    package var safetyProgress: Double {
        guard safetyThreshold > 0 else { return 0 }
        let open = findings.compactMap(\.safety)
        guard !open.isEmpty else { return 0 }
        return open.map { $0.isLatched ? 1 : min(max($0.logN / safetyThreshold, 0), 1) }.min() ?? 0
    }
}
