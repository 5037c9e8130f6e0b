package import CanaryCore

extension StepSummary {
    /// A judgement of the past.
    package init(_ report: PastReport) {
        let header = report.header
        let account = report.account
        let way = header.purpose == .beforeAfter ? "before and after (confounded by time)" : "judged from the past"
        self.init(
            title:
                "\(header.spec.namespace)/\(header.spec.name) \(header.stable.label) → \(header.canary.label), \(way)",
            sign: OutcomeWords.sign(report.outcome),
            word: OutcomeWords.short(report.outcome),
            sentence: report.outcome.reason.text,
            columns: ["", header.stable.label, header.canary.label, "finding"],
            rows: ((account.degraded ?? account.last)?.verdict).map(Self.rows) ?? [],
            notes: report.notes,
            command: "haldane explain \(report.journalPath)"
        )
    }

    /// A check: a row a subject that is not healthy, and how many are.
    package init(_ report: CheckReport) {
        let outcome = Outcome.judged(report.kind, report.fault ?? Reason("check", ""))
        let ill = report.verdicts.filter { $0.kind != .healthy }
        let healthy = report.count(.healthy)
        let what = report.verdicts.count == 1 ? report.verdicts[0].subject.key : "\(report.verdicts.count) services"
        self.init(
            title: "check of \(what)",
            sign: OutcomeWords.sign(outcome),
            word: OutcomeWords.short(outcome),
            sentence: report.fault?.text
                ?? "\(report.judged) of \(report.verdicts.count) judged: \(healthy) healthy, \(report.count(.degraded)) degraded, "
                + "\(report.count(.undecided)) undecided, \(report.count(.unknown)) unknown",
            columns: ["service", "verdict", "why"],
            rows: (ill.isEmpty ? report.verdicts : ill).map { [$0.subject.key, $0.kind.rawValue, $0.reason.text] },
            notes: report.notes
        )
    }
}
