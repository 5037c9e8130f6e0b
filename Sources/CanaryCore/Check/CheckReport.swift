/// What one check found.
package struct CheckReport: Sendable, Hashable {
    package var at: Timestamp
    package var verdicts: [CheckVerdict]
    package var rules: CheckRules
    /// Why the check as a whole cannot tell; nil if it can.
    package var fault: Reason?
    /// Whether there is something that was not told before, or a failure that has stood for a day since.
    package var isNews: Bool
    /// The evidence was restarted because the stored one could not be used.
    package var restarted: Reason?
    package var samples: Int
    package var notes: [String]

    package init(
        at: Timestamp,
        verdicts: [CheckVerdict] = [],
        rules: CheckRules = CheckRules(),
        fault: Reason? = nil,
        isNews: Bool = true,
        restarted: Reason? = nil,
        samples: Int = 0,
        notes: [String] = []
    ) {
        self.at = at
        self.verdicts = verdicts
        self.rules = rules
        self.fault = fault
        self.isNews = isNews
        self.restarted = restarted
        self.samples = samples
        self.notes = notes
    }

    /// The heaviest verdict: degraded, then unknown, undecided, healthy. Nothing judged is unknown, never healthy.
    package var kind: Verdict.Kind {
        var kinds = verdicts.map(\.kind)
        if fault != nil || verdicts.isEmpty { kinds.append(.unknown) }
        return kinds.max { $0.weight < $1.weight } ?? .unknown
    }

    /// Subjects about which something could be said.
    package var judged: Int { verdicts.count { $0.kind != .unknown } }

    package func count(_ kind: Verdict.Kind) -> Int { verdicts.count { $0.kind == kind } }

    package var exitCode: ExitCode { kind.exitCode }
}
