package import CanaryCore
import CanaryTelemetry

/// What came out of judging a journal's evidence again, for people and for programs.
package struct ReplaySummary: Sendable {
    /// One verdict that differs.
    package struct Difference: Sendable {
        package var window: Int
        package var at: Timestamp
        package var recorded: Verdict
        package var recomputed: Verdict

        package init(window: Int, at: Timestamp, recorded: Verdict, recomputed: Verdict) {
            self.window = window
            self.at = at
            self.recorded = recorded
            self.recomputed = recomputed
        }
    }

    /// The first decision other than to hold.
    package struct FirstDecision: Sendable {
        package var window: Int
        package var verdict: Verdict

        package init(window: Int, verdict: Verdict) {
            self.window = window
            self.verdict = verdict
        }
    }

    package var header: RunHeader
    package var outcome: Outcome?
    package var verdicts: Int
    package var differences: [Difference]
    package var differenceCount: Int
    package var recorded: FirstDecision?
    package var recomputed: FirstDecision?
    package var tornBytes: Int
    /// `--set` arguments; empty for a plain replay.
    package var settings: [String]

    package init(
        header: RunHeader,
        outcome: Outcome?,
        verdicts: Int,
        differences: [Difference],
        differenceCount: Int,
        recorded: FirstDecision?,
        recomputed: FirstDecision?,
        tornBytes: Int,
        settings: [String]
    ) {
        self.header = header
        self.outcome = outcome
        self.verdicts = verdicts
        self.differences = differences
        self.differenceCount = differenceCount
        self.recorded = recorded
        self.recomputed = recomputed
        self.tornBytes = tornBytes
        self.settings = settings
    }

    package var isIdentical: Bool { differenceCount == 0 }

    /// 0 if every verdict is the same, bit for bit, else 2.
    package var exitCode: ExitCode { isIdentical ? .healthy : .degraded }

    /// As text, with a final newline.
    package func text(style: Style) -> String {
        let sign =
            isIdentical
            ? style.paint("\(style.symbol(.done)) identical", .good)
            : style.paint("\(style.symbol(.failed)) differs", .bad)
        var lines: [String] = []
        if settings.isEmpty {
            let rest =
                isIdentical
                ? "all are the recorded ones, bit for bit"
                : "\(Phrase.count(differenceCount)) are not the recorded ones"
            lines.append(
                "\(sign): \(Figures.plural(verdicts, "verdict")) of \(thing) \(header.run) recomputed from the evidence; \(rest)"
            )
        } else {
            let isSame =
                recorded?.window == recomputed?.window && recorded?.verdict.decision == recomputed?.verdict.decision
            let same = isSame && !isIdentical ? ", but no decision does" : ""
            let count = isIdentical ? "none" : Phrase.count(differenceCount)
            lines.append(
                "\(sign): with \(settings.joined(separator: ", ")), \(count) of \(Figures.plural(verdicts, "verdict")) of "
                    + "\(thing) \(header.run) \(differenceCount > 1 ? "change" : "changes")\(same)"
            )
            lines.append("  recorded    \(words(recorded))")
            lines.append("  recomputed  \(words(recomputed))")
            if header.purpose == nil {
                lines.append(
                    "  the evidence ends where the recorded run ended; windows after a changed decision keep the recorded weights"
                )
            }
        }
        if !EngineVersion.mayContinue(header) {
            lines.append(
                "  it was judged by version \(header.engine ?? 1) of the statistics, and this Haldane has version "
                    + "\(EngineVersion.current): verdicts may differ because the statistics changed"
            )
        }
        if let outcome {
            lines.append(
                "  \(settings.isEmpty ? "outcome   " : "it was    ")  \(Self.word(outcome, header)): \(TextCells.harmless(outcome.text))"
            )
        }
        let most = settings.isEmpty ? 20 : 5
        for difference in listed.prefix(most) {
            lines.append(
                "  window \(difference.window) at \(Figures.moment(difference.at)): \(Self.words(difference, style))"
            )
        }
        let rest = differenceCount - min(listed.count, most)
        if rest > 0 {
            let place = settings.isEmpty ? "" : " (--output json has all of them)"
            lines.append("  and \(Phrase.count(rest)) more\(place)")
        }
        if tornBytes > 0 {
            lines.append(
                "  the journal ends in \(Phrase.count(tornBytes)) bytes of an unfinished frame, which were left out"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// With other settings only what reads differently, changed decisions first: that is what one wants to know.
    private var listed: [Difference] {
        guard !settings.isEmpty else { return differences }
        let visible = differences.filter { Self.brief($0.recorded) != Self.brief($0.recomputed) }
        let isDecided = { (difference: Difference) in difference.recorded.decision != difference.recomputed.decision }
        return visible.filter(isDecided) + visible.filter { !isDecided($0) }
    }

    /// What the journal is the record of.
    private var thing: String { header.purpose == nil ? "run" : "judgement" }

    private static func word(_ outcome: Outcome, _ header: RunHeader) -> String {
        header.purpose == .beforeAfter ? PastAdvice.weakWord(outcome) : OutcomeWords.short(outcome)
    }

    private func words(_ decision: FirstDecision?) -> String {
        guard header.purpose == nil else { return pastWords(decision) }
        guard let decision else { return "held to the end" }
        return
            "\(decision.verdict.decision.rawValue) at window \(decision.window): \(TextCells.harmless(decision.verdict.reason.text))"
    }

    /// A judgement of the past decides nothing: it finds something.
    private func pastWords(_ decision: FirstDecision?) -> String {
        guard let decision else { return "open to the end" }
        let words = PastWords(header)
        let word =
            words.isConfounded
            ? PastAdvice.weakWord(.judged(decision.verdict.kind, decision.verdict.reason))
            : decision.verdict.kind.rawValue
        return "\(word) at window \(decision.window): \(TextCells.harmless(words.sentence(decision.verdict)))"
    }

    private static func words(_ difference: Difference, _ style: Style) -> String {
        let (recorded, recomputed) = (brief(difference.recorded), brief(difference.recomputed))
        if recorded == recomputed { return "\(recorded), in digits that are not shown here (--output json has them)" }
        return "\(recorded) \(style.symbol(.arrow)) \(recomputed)"
    }

    /// `degraded, rollback, evidence of harm 184 : 1 (errors)`.
    private static func brief(_ verdict: Verdict) -> String {
        let odds = verdict.window > 0 ? ", evidence of harm \(Figures.odds(verdict.logD))" : ""
        return "\(verdict.kind.rawValue), \(verdict.decision.rawValue)\(odds) (\(verdict.reason.label))"
    }

    /// As one JSON object and a newline: `haldane.replay/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.replay/1")
        writer.key("run")
        writer.string(header.run)
        writer.key("identical")
        writer.bool(isIdentical)
        writer.key("verdicts")
        writer.integer(verdicts)
        writer.key("different")
        writer.integer(differenceCount)
        writer.key("settings")
        writer.strings(settings)
        writer.key("outcome")
        if let outcome { writer.string(outcome.qualifiedWord) } else { writer.null() }
        writer.key("recorded")
        Self.write(recorded, to: &writer)
        writer.key("recomputed")
        Self.write(recomputed, to: &writer)
        writer.key("differences")
        writer.beginArray()
        for difference in differences {
            writer.beginObject()
            writer.key("window")
            writer.integer(difference.window)
            writer.key("at")
            writer.string(Figures.moment(difference.at))
            writer.key("recorded")
            VerdictJSON.write(difference.recorded, to: &writer)
            writer.key("recomputed")
            VerdictJSON.write(difference.recomputed, to: &writer)
            writer.endObject()
        }
        writer.endArray()
        writer.key("tornBytes")
        writer.integer(tornBytes)
        writer.key("engine")
        writer.integer(header.engine ?? 1)
        writer.key("presentEngine")
        writer.integer(EngineVersion.current)
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private static func write(_ decision: FirstDecision?, to writer: inout JSONLineWriter) {
        guard let decision else {
            writer.null()
            return
        }
        writer.beginObject()
        writer.key("window")
        writer.integer(decision.window)
        writer.key("verdict")
        VerdictJSON.write(decision.verdict, to: &writer)
        writer.endObject()
    }
}
