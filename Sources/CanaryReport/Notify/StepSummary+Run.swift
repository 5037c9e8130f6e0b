package import CanaryCore

extension StepSummary {
    /// How a run ended, or that it was interrupted.
    package init(_ report: RunReport) {
        let header = report.header
        let outcome = report.outcome
        let why = outcome?.reason.text ?? report.interruption?.text ?? "the process was asked to end"
        self.init(
            title: "\(header.spec.namespace)/\(header.spec.name) \(header.stable.label) → \(header.canary.label)"
                + " after \(Phrase.duration(report.ledger.seconds))",
            sign: outcome.map(OutcomeWords.sign) ?? .unknown,
            word: outcome.map(OutcomeWords.short) ?? "interrupted",
            sentence: why,
            columns: ["", header.stable.label, header.canary.label, "finding"],
            rows: Self.rows(report.ledger),
            timeline: report.ledger.steps.map(Self.words),
            notes: Self.notes(report),
            command: "haldane explain \(report.journalPath)"
        )
    }

    /// A verdict alone, e.g. of a check: its metrics as rows.
    package static func rows(_ verdict: Verdict) -> [[String]] {
        verdict.findings.map { finding in
            [name(finding), side(finding, .stable), side(finding, .canary), words(finding, verdict)]
        }
    }

    /// A finding with the difference of the two sides and its interval; of two times nothing is called proved.
    static func row(_ finding: Finding, _ verdict: Verdict, isConfounded: Bool) -> [String] {
        let words = words(finding, verdict)
        return [
            name(finding), side(finding, .stable), side(finding, .canary),
            difference(finding) + (interval(finding).map { " (\($0))" } ?? ""),
            isConfounded ? weak[words] ?? words : words,
        ]
    }

    private static let weak = ["worse, proved": "looks worse", "not worse, proved": "looks no worse"]

    /// How far the canary is from stable: `+5.06 pp`, of a gauge `+45 %`.
    static func difference(_ finding: Finding) -> String {
        if let level = finding.custom?.level {
            return level.change.map { "\($0 < 0 ? "" : "+")\(Phrase.percent($0))" } ?? ""
        }
        guard let canary = finding.canary.share, let stable = finding.stable.share else { return "" }
        return Phrase.points(canary - stable)
    }

    /// Where the difference lies whenever one looks: `95 %: +2.94 pp to +7.94 pp`; nil where nobody knows.
    static func interval(_ finding: Finding) -> String? {
        finding.difference95.map { "95 %: \(Phrase.points($0.low)) to \(Phrase.points($0.high))" }
    }

    // MARK: Parts

    enum Side {
        case stable
        case canary

        var tally: KeyPath<Finding, Finding.Tally> { self == .stable ? \.stable : \.canary }
        var level: KeyPath<Finding.Level, Double?> { self == .stable ? \.stable : \.canary }
    }

    private static func rows(_ ledger: RunLedger) -> [[String]] {
        let requests = [
            "requests", Phrase.count(Double(ledger.stableRequests)), Phrase.count(Double(ledger.canaryRequests)), "",
        ]
        let failed = [
            "failed", Phrase.count(Double(ledger.stableFailures)), Phrase.count(Double(ledger.canaryFailures)), "",
        ]
        return [requests, failed] + ((ledger.lastComparison ?? ledger.lastVerdict).map(rows) ?? [])
    }

    static func name(_ finding: Finding) -> String {
        guard finding.custom == nil, let edge = finding.edge else { return finding.label }
        return "slower than \(Phrase.decimal(edge)) ms"
    }

    static func side(_ finding: Finding, _ side: Side) -> String {
        if let level = finding.custom?.level {
            return level[keyPath: side.level].map(Phrase.decimal) ?? "no data"
        }
        let tally = finding[keyPath: side.tally]
        guard let share = tally.share else { return finding.custom == nil ? "no requests" : "no data" }
        return "\(Phrase.percent(share)) of \(Phrase.count(tally.requests))"
    }

    static func words(_ finding: Finding, _ verdict: Verdict) -> String {
        let harm = finding.logE - finding.penalty
        if harm >= verdict.harmThreshold { return "worse, proved" }
        if finding.safety?.isLatched == true { return "not worse, proved" }
        if let absence = finding.custom?.absence { return "no data: \(absence)" }
        return finding.safety == nil ? "not worse so far" : "open"
    }

    private static func words(_ step: RunLedger.Step) -> String {
        let verdict = step.verdict.map { ", \($0.rawValue)" } ?? ""
        return
            "\(Figures.clock(step.fromSeconds)) at \(Phrase.weight(step.percent)) for \(Phrase.duration(step.seconds)): "
            + "\(Phrase.count(Double(step.canaryRequests))) canary requests, "
            + "\(Phrase.count(Double(step.canaryFailures))) failed\(verdict)"
    }

    private static func notes(_ report: RunReport) -> [String] {
        var notes: [String] = []
        if let weights = report.weights {
            notes.append("weights are \(Figures.split(weights)) in \(report.route)")
        } else {
            notes.append("weights are unknown: \(report.route) could not be read at the end")
        }
        if let untold = report.ledger.untold { notes.append(untold.words(report.header.canary.label)) }
        notes += (report.ledger.lastComparison ?? report.ledger.lastVerdict)?.notes ?? []
        notes += report.ledger.telling(beside: report.outcome).map { "\($0.urgency.rawValue): \($0.reason.text)" }
        if let outcome = report.outcome {
            notes.append("next: \(OutcomeWords.next(outcome, report.header, report.ledger))")
        }
        return notes
    }
}
