package import CanaryCore

/// How a run ended, for people and for programs.
package struct RunSummary: Sendable {
    package var report: RunReport
    /// Only for a demo.
    package var demo: DemoFacts?

    package init(_ report: RunReport, demo: DemoFacts? = nil) {
        self.report = report
        self.demo = demo
    }

    /// The exit code of the outcome; 1 for a run without one.
    package var exitCode: ExitCode { report.outcome?.exitCode ?? .undecided }

    /// The summary as text, with a final newline.
    ///
    /// - Parameter width: of the terminal; commands to copy are never wrapped.
    package func text(style: Style, width: Int = 112) -> String {
        var rows: [(String, String)] = [("why", why)]
        rows.append(("weights", weights))
        rows += requestRows
        if let evidence { rows.append(("evidence", evidence)) }
        for (index, step) in report.ledger.steps.suffix(12).enumerated() {
            rows.append((index == 0 ? "steps" : "", Self.words(step)))
        }
        for note in (report.ledger.lastComparison ?? report.ledger.lastVerdict)?.notes ?? [] {
            rows.append(("note", note))
        }
        for notice in report.ledger.telling(beside: report.outcome) {
            rows.append((notice.urgency.rawValue, notice.reason.text))
        }
        if let demo { rows += truthRows(demo) }
        if let outcome = report.outcome {
            rows.append(("next", OutcomeWords.next(outcome, report.header, report.ledger)))
        }

        var lines = [headline(style)]
        for (name, value) in rows {
            for (index, line) in TextCells.wrapped(TextCells.harmless(value), to: max(width - 12, 40)).enumerated() {
                lines.append("  " + TextCells.padded(index == 0 ? name : "", to: 10) + line)
            }
        }
        // To be copied, so never wrapped.
        let journal = Self.shellWord(TextCells.harmless(report.journalPath))
        lines.append("  report    haldane report \(journal) -o report.html")
        lines.append("  explain   haldane explain \(journal)")
        lines.append("  replay    haldane replay \(journal)")
        lines += advice
        return lines.joined(separator: "\n") + "\n"
    }

    /// What to paste where the run was refused because the versions are not comparable.
    private var advice: [String] {
        guard case .refused(let reason) = report.outcome, reason.label == "notComparable" else { return [] }
        let spec = report.header.spec
        let rule: String? = if case .name(let name) = spec.route.rule { name } else { nil }
        return ["", "To compare like with like, tag the callers' metrics with the route:", ""]
            + ComparabilityAdvice.telemetry(namespace: spec.namespace).split(separator: "\n").map(String.init)
            + ["", "and select it in the spec:", ""]
            + ComparabilityAdvice.spec(rule: rule).split(separator: "\n").map(String.init)
    }

    /// A path as one word of a shell.
    private static func shellWord(_ path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-._/".unicodeScalars.contains($0)
        }
        return isPlain && !path.isEmpty ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }

    private func headline(_ style: Style) -> String {
        let header = report.header
        let names = "\(header.stable.label) \(style.symbol(.arrow)) \(header.canary.label)"
        let time = "after \(Phrase.duration(report.ledger.seconds))"
        guard let outcome = report.outcome else {
            let sign = style.paint("\(style.symbol(.unknown)) interrupted", .warning)
            let rest =
                demo == nil
                ? "the run is unfinished and is resumed by the next `haldane run`" : "the demo was left unfinished"
            return "\(sign): \(TextCells.harmless(header.spec.name)) \(TextCells.harmless(names)) \(time); \(rest)"
        }
        let words = "\(style.symbol(OutcomeWords.sign(outcome))) \(OutcomeWords.short(outcome))"
        return
            "\(style.paint(words, OutcomeWords.tone(outcome))): \(TextCells.harmless(header.spec.name)) \(TextCells.harmless(names)) \(time)"
    }

    private var why: String {
        guard let outcome = report.outcome else { return report.interruption?.text ?? "the process was asked to end" }
        guard case .rolledBack(let reason, .incomplete(let who)) = outcome else { return outcome.reason.text }
        return "\(reason.text); the rollback is incomplete: \(who)"
    }

    private var weights: String {
        let header = report.header
        guard let weights = report.weights else {
            return "unknown: the route \(report.route) could not be read at the end"
        }
        return "\(Figures.split(weights)) (\(header.stable.label)/\(header.canary.label)) in \(report.route)"
    }

    private var requestRows: [(String, String)] {
        let ledger = report.ledger
        let canary = Finding.Tally(events: Double(ledger.canaryFailures), requests: Double(ledger.canaryRequests))
        let stable = Finding.Tally(events: Double(ledger.stableFailures), requests: Double(ledger.stableRequests))
        func words(_ tally: Finding.Tally) -> String {
            let share = tally.share.map { " (\(Phrase.percent($0)))" } ?? ""
            return "\(Phrase.count(tally.requests)) requests, \(Phrase.count(tally.events)) failed\(share)"
        }
        let begin = ledger.untold == nil ? "the run began" : "the takeover"
        var rows = [("canary", words(canary)), ("stable", "\(words(stable)), all since \(begin)")]
        if let untold = ledger.untold { rows.append(("before", untold.words(report.header.canary.label))) }
        if ledger.unusableWindows > 0 {
            rows.append(("rounds", "\(ledger.unusableWindows) of \(ledger.windows) could not be used"))
        }
        if case .rolledBack = report.outcome { rows.append(("cost", blastRadius(canary))) }
        return rows
    }

    /// What the canary cost, in requests; against stable while both were compared, as the report says it.
    private func blastRadius(_ canary: Finding.Tally) -> String {
        let since = report.ledger.untold == nil ? "" : " since the takeover"
        let affected = "\(Phrase.count(canary.requests)) requests reached the canary\(since)"
        guard report.ledger.lastComparison != nil else { return affected }
        let extra = Phrase.count(max(report.ledger.extraFailures, 0).rounded())
        var parts = [affected]
        if slow == nil || extra != "0" { parts.append("about \(extra) failed that would not have failed on stable") }
        if let slow { parts.append(slow) }
        return parts.joined(separator: "; ")
    }

    /// How many requests were slower than the edge with most evidence, if that is what was found.
    private var slow: String? {
        let findings = report.ledger.lastComparison?.findings.filter { $0.edge != nil && $0.custom == nil } ?? []
        guard let worst = findings.max(by: { $0.logE - $0.penalty < $1.logE - $1.penalty }),
            worst.logE - worst.penalty > 1, let edge = worst.edge, let stable = worst.stable.share
        else { return nil }
        let excess = max(worst.canary.events - stable * worst.canary.requests, 0)
        return
            "about \(Phrase.count(excess.rounded())) took longer than \(Phrase.decimal(edge)) ms that would not have on stable"
    }

    private var evidence: String? {
        guard let verdict = report.ledger.lastComparison else { return nil }
        let harm = "harm \(Figures.odds(verdict.logD)) (rollback at \(Figures.odds(verdict.harmThreshold)))"
        let worse = verdict.findings.filter { $0.custom == nil && $0.isHarmProved(in: verdict) }.map(\.name)
        let asked = verdict.findings.filter { $0.safety != nil && !worse.contains($0.name) }
        let proved = asked.filter { $0.safety?.isLatched == true }.map(\.name)
        let open = asked.filter { $0.safety?.isLatched == false }.map(\.name)
        var parts = [harm]
        if !worse.isEmpty { parts.append("worse, proved: \(worse.joined(separator: ", "))") }
        if !proved.isEmpty { parts.append("not worse, proved: \(proved.joined(separator: ", "))") }
        if !open.isEmpty { parts.append("still open: \(open.joined(separator: ", "))") }
        return parts.joined(separator: "; ")
    }

    private static func words(_ step: RunLedger.Step) -> String {
        let verdict = step.verdict.map { ", \($0.rawValue)" } ?? ""
        return
            "\(Figures.clock(step.fromSeconds)) at \(Phrase.weight(step.percent)) for \(Phrase.duration(step.seconds)): "
            + "\(Phrase.count(step.canaryRequests)) canary requests, \(Phrase.count(step.canaryFailures)) failed\(verdict)"
    }

    /// Whether an operator took part in how it ended.
    private var wasCommanded: Bool {
        report.outcome?.reason.label == "operator" || report.ledger.notices.contains { $0.reason.label == "operator" }
    }

    private func truthRows(_ demo: DemoFacts) -> [(String, String)] {
        func words(_ name: String, _ version: DemoFacts.Version) -> String {
            guard let share = version.failedShare else { return "\(name) had no requests" }
            let median = version.medianMilliseconds.map { ", median \(Phrase.decimal($0)) ms" } ?? ""
            let p99 = version.p99Milliseconds.map { ", 99 % within \(Phrase.decimal($0)) ms" } ?? ""
            return "\(name) failed \(Phrase.percent(share)) of \(Phrase.count(version.requests))\(median)\(p99)"
        }
        var rows = [("truth", "v2 (\(demo.scenario), seed \(demo.seed)): \(demo.nature)")]
        rows.append(("", "\(words("v2", demo.canary)); meanwhile \(words("v1", demo.stableBesideCanary))"))
        for (caller, count) in demo.bypassed.sorted(by: { $0.key < $1.key }) {
            rows.append(("", "\(caller) sent \(Phrase.count(count)) requests to v2 past the rule"))
        }
        if demo.restarts > 0 { rows.append(("", "\(Figures.plural(demo.restarts, "pod restart"))")) }
        guard let outcome = report.outcome else {
            rows.append(("concluded", "nothing yet; it must end \(demo.expectation)"))
            return rows
        }
        var agreement = demo.isAsExpected ? "as it must be" : "but it must be \(demo.expectation)"
        if wasCommanded { agreement = "as an operator asked; left alone it must be \(demo.expectation)" }
        rows.append(("concluded", "\(OutcomeWords.short(outcome)), \(agreement)"))
        return rows
    }
}
