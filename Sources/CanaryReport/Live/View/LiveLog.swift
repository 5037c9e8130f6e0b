import CanaryCore

/// What happened, newest last: decisions, writes, operators, warnings.
struct LiveLog: Sendable {
    /// One line of it.
    struct Note: Sendable, Hashable {
        /// Seconds since the run began.
        var at: Double
        var sign: Style.Sign
        var tone: Style.Tone
        var text: String
        /// How often in a row.
        var count = 1
    }

    private(set) var notes: [Note] = []
    private(set) var revision = 0

    /// Notes a write, with what it was decided on.
    mutating func wrote(_ plan: WeightPlan, from before: Double?, because verdict: Verdict?, at seconds: Double) {
        let to = Phrase.weight(plan.canaryPercent)
        let change = before.map { "\(Phrase.weight($0)) → \(to)" } ?? to
        switch plan.purpose {
        case .step, .promotion:
            var why = before == 0 ? ": first step" : ""
            if let verdict, verdict.kind == .healthy {
                why = ": proved not worse" + (verdict.findings.first.map(Self.requests) ?? "")
            }
            add(seconds, .done, .good, "canary \(change)\(why)")
        case .rollback:
            add(seconds, .failed, .bad, "canary \(change): rolled back")
        }
    }

    /// Notes what happened, unless the rows above the log say it already.
    mutating func add(_ progress: RunProgress, at seconds: Double) {
        switch progress.happening {
        case .started:
            let steps = progress.header.spec.steps.map { Phrase.weight($0) }.joined(separator: ", ")
            add(seconds, .started, .strong, "started: steps \(steps)")
        case .resumed(let reason):
            add(seconds, .started, .strong, "resumed: \(reason.text)")
        case .notice(let notice) where notice.reason.label == "step":
            break  // The write is noted.
        case .notice(let notice):
            add(seconds, Self.sign(notice), Self.tone(notice), notice.reason.text)
        case .finished(let outcome):
            let words = "\(OutcomeWords.short(outcome)): \(outcome.text)"
            add(seconds, OutcomeWords.sign(outcome), OutcomeWords.tone(outcome), words)
        case .interrupted(let reason):
            add(seconds, .unknown, .warning, reason.text)
        case .judged, .wrote:
            break
        }
    }

    mutating func add(_ seconds: Double, _ sign: Style.Sign, _ tone: Style.Tone, _ text: String) {
        let text = TextCells.harmless(text)
        revision &+= 1
        if let last = notes.last, last.text == text {
            notes[notes.count - 1].count = min(last.count + 1, 1_000_000)
            notes[notes.count - 1].at = seconds
            return
        }
        notes.append(Note(at: seconds, sign: sign, tone: tone, text: text))
        if notes.count > Self.most { notes.removeFirst() }
    }

    /// The newest notes, newest first; the newest two may take two lines each.
    func lines(_ most: Int, width: Int, style: Style) -> [String] {
        notes.suffix(max(most, 0)).reversed().enumerated().flatMap { index, note in
            let sign = style.paint(style.symbol(note.sign), note.tone)
            let start = "  \(Figures.clock(note.at)) \(sign) "
            let times = note.count > 1 ? " (\(note.count) times)" : ""
            let text = (style.hasSymbols ? note.text : note.text.replacing("→", with: "->")) + times
            guard index < 2 else { return [start + text] }
            let indent = TextCells.width(start)
            let rows = TextCells.wrapped(text, to: max(width - indent, 20))
            guard rows.count > 1 else { return [start + text] }
            // The rest of a third line is cut at the edge.
            let rest = String(repeating: " ", count: indent) + rows.dropFirst().joined(separator: " ")
            return [start + rows[0], rest]
        }
    }

    private static func requests(_ finding: Finding) -> String {
        finding.canary.requests > 0 ? " (\(Phrase.count(finding.canary.requests)) canary requests)" : ""
    }

    private static func sign(_ notice: Notice) -> Style.Sign {
        switch notice.urgency {
        case .info: .dot
        case .warning: .unknown
        case .page: .failed
        }
    }

    private static func tone(_ notice: Notice) -> Style.Tone {
        switch notice.urgency {
        case .info: .quiet
        case .warning: .warning
        case .page: .bad
        }
    }

    private static let most = 30
}
