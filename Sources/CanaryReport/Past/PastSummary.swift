package import CanaryCore

/// A judgement of the past, for people and for programs.
package struct PastSummary: Sendable {
    package var report: PastReport

    package init(_ report: PastReport) {
        self.report = report
    }

    package var exitCode: ExitCode { report.outcome.exitCode }

    var words: PastWords { PastWords(report.header) }
    var account: PastAccount { report.account }

    /// As text, with a final newline.
    package func text(style: Style) -> String {
        var rows: [(String, String)] = [("why", report.outcome.reason.text)]
        for (index, line) in moments.enumerated() { rows.append((index == 0 ? "moments" : "", line)) }
        rows.append(("canary", Self.side(words.canary, account.canary)))
        rows.append(("stable", Self.side(words.stable, account.stable)))
        if let evidence { rows.append(("evidence", evidence)) }
        if !words.isConfounded {
            for (index, step) in account.steps.suffix(12).enumerated() {
                rows.append((index == 0 ? "steps" : "", Self.words(step, report.header.spec)))
            }
        }
        rows.append(("windows", windows))
        rows.append(("samples", "\(Phrase.count(report.samples)) read"))
        // Only where somebody with a dashboard open would wonder.
        if let views = report.views, views.differ {
            for (index, line) in views.lines.enumerated() { rows.append((index == 0 ? "shown" : "", line)) }
        }
        for note in report.notes + (account.last?.verdict.notes ?? []) { rows.append(("note", note)) }
        rows.append(("next", PastAdvice.next(report.outcome, account, words)))

        var lines = [headline(style)]
        for (name, value) in rows {
            for (index, line) in TextCells.wrapped(TextCells.harmless(value), to: 100).enumerated() {
                lines.append("  " + TextCells.padded(index == 0 ? name : "", to: 10) + line)
            }
        }
        // To be copied, so never wrapped.
        let journal = ShellPath.word(TextCells.harmless(report.journalPath))
        lines.append("  explain   haldane explain \(journal)")
        lines.append("  replay    haldane replay \(journal)")
        return lines.joined(separator: "\n") + "\n"
    }

    private func headline(_ style: Style) -> String {
        let outcome = report.outcome
        let word = words.isConfounded ? PastAdvice.weakWord(outcome) : OutcomeWords.short(outcome)
        let sign = style.paint("\(style.symbol(OutcomeWords.sign(outcome))) \(word)", OutcomeWords.tone(outcome))
        let header = report.header
        return "\(sign): \(TextCells.harmless("\(header.spec.namespace)/\(header.spec.name)")) "
            + TextCells.harmless("\(words.stable) \(style.symbol(.arrow)) \(words.canary)") + ", \(time)\(words.caveat)"
    }

    private var time: String {
        switch report.question {
        case .sideBySide(let from, let to):
            "judged from \(Figures.moment(from)) to \(Figures.moment(to))"
        case .beforeAfter(let before, let after, let span):
            "the \(Phrase.duration(span.inSeconds)) up to \(Figures.moment(before)) against that from \(Figures.moment(after)) on"
        }
    }

    /// When what happened, in its order.
    private var moments: [String] {
        var moments: [(Timestamp, String)] = []
        if let began = account.canaryBegan {
            moments.append((began, words.isConfounded ? "the comparison begins" : "\(words.canary)'s first request"))
        }
        for (step, moment) in account.proved.sorted(by: { $0.key < $1.key }) {
            let place =
                words.isConfounded
                ? "every metric looks no worse than before the deploy"
                : "every metric proved at the margin of \(Self.weight(step, report.header.spec))"
            moments.append((moment.at, "\(place) (window \(Phrase.count(moment.window)))\(words.caveat)"))
        }
        if let moment = account.degraded {
            let what = PastWords.leading(moment.verdict).map { ", \($0.name)" } ?? ""
            let crossed =
                moment.verdict.reason.label == "absolute"
                ? "the absolute guard fired"
                : "the evidence of harm crossed \(Figures.odds(moment.verdict.harmThreshold)): \(Figures.odds(moment.verdict.logD))"
            moments.append((moment.at, "\(crossed) (window \(Phrase.count(moment.window))\(what))\(words.caveat)"))
        }
        if let ended = account.canaryEnded, ended < account.endedAt {
            moments.append((ended, "\(words.canary)'s last request"))
        }
        moments.append((account.endedAt, "the end of the judged time"))
        let order = moments.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
        return order.map { "\(Figures.moment($0.element.0)) \($0.element.1)" }
    }

    private var evidence: String? {
        guard let verdict = (account.degraded ?? account.last)?.verdict else { return nil }
        let proved = verdict.findings.filter { $0.safety?.isLatched == true }.map(\.name)
        let open = verdict.findings.filter { $0.safety?.isLatched == false }.map(\.name)
        var parts = ["harm \(Figures.odds(verdict.logD)) (degraded at \(Figures.odds(verdict.harmThreshold)))"]
        if !proved.isEmpty {
            let words = words.isConfounded ? "look no worse" : "not worse, proved"
            parts.append("\(words): \(proved.joined(separator: ", "))")
        }
        if !open.isEmpty { parts.append("still open: \(open.joined(separator: ", "))") }
        return parts.joined(separator: "; ") + words.caveat
    }

    private var windows: String {
        var parts = [
            "\(Figures.plural(account.compared, "window")) of \(Phrase.duration(report.step.inSeconds)) compared, "
                + "of \(Phrase.count(account.windows)) in the time"
        ]
        if let fault = account.mostFrequentFault {
            parts.append(
                "\(Phrase.count(account.unusable)) could not be used (most often: \(fault.reason.text); \(Phrase.count(fault.windows)))"
            )
        }
        if account.alone > 0 {
            parts.append("\(Phrase.count(account.alone)) without any stable request beside the canary")
        }
        parts.append("\(Phrase.count(account.historyUsable)) of stable's history")
        return parts.joined(separator: "; ")
    }

    private static func side(_ name: String, _ side: PastAccount.Side) -> String {
        let tally = Finding.Tally(events: Double(side.failures), requests: Double(side.requests))
        let share = tally.share.map { " (\(Phrase.percent($0)))" } ?? ""
        return "\(name): \(Phrase.count(side.requests)) requests, \(Phrase.count(side.failures)) failed\(share)"
    }

    private static func words(_ step: PastAccount.Step, _ spec: CanarySpec) -> String {
        let verdict = step.verdict.map { ", \($0.rawValue)" } ?? ""
        return
            "\(Figures.moment(step.from)) judged as \(weight(step.step, spec)), seen \(Phrase.percent(step.share)), for "
            + "\(Phrase.duration(step.seconds)): \(Phrase.count(step.canaryRequests)) canary requests, "
            + "\(Phrase.count(step.canaryFailures)) failed\(verdict)"
    }

    static func weight(_ step: Int, _ spec: CanarySpec) -> String {
        spec.steps.indices.contains(step) ? Phrase.weight(spec.steps[step]) : "the last step"
    }
}
