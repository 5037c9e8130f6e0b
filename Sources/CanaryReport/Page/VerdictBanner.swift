import CanaryCore
import CanaryStatistics

/// The top of a report: what became of the canary, why, and how sure that is.
struct VerdictBanner: Sendable {
    let tone: PageTone
    let symbol: String
    let headline: String
    /// What happened, the effect, the evidence.
    let sentences: [String]
    /// What a person should do now.
    let next: String?
    let tiles: [PageTile]
    let chips: [PageTerm]

    init(_ view: StoryView) {
        let story = view.story
        if let outcome = story.outcome {
            tone = Self.tone(outcome)
            symbol = Style.plain.symbol(OutcomeWords.sign(outcome))
            let advice = OutcomeWords.next(outcome, story.header, story.ledger, canary: view.canary)
            next = PageText.sentence(advice, keeping: view.canary).replacing("`", with: "'")
        } else {
            tone = .warning
            symbol = "…"
            next = story.interruption == nil ? nil : "Run again: the run is taken up where it stopped."
        }
        headline = Self.headline(view)
        let caveat =
            view.isBeforeAfter
            ? "Before and after are different times: whatever else changed in between counts as well." : nil
        sentences = [Self.what(view), EffectWords(view).sentence, Self.evidence(view), caveat].compactMap { $0 }
        tiles = VerdictTiles.make(view)
        chips = Self.chips(view)
    }

    private static func tone(_ outcome: Outcome) -> PageTone {
        switch OutcomeWords.tone(outcome) {
        case .good: .good
        case .bad: .bad
        default: .warning
        }
    }

    // MARK: Words

    /// The canary's name without when it lived.
    private static func label(_ view: StoryView) -> String { PageText.plain(view.header.canary.label) }

    private static func headline(_ view: StoryView) -> String {
        let canary = view.canary
        switch view.story.outcome {
        case .promoted(_, unsettled: .some): return "\(canary) was promoted; Git does not know yet"
        case .promoted: return "\(canary) was promoted"
        case .rolledBack(_, .proved): return "\(canary) was rolled back"
        case .rolledBack(_, .incomplete): return "\(canary) was rolled back, but still gets requests"
        case .held(let hold, _): return "The rollout of \(canary) is held: \(words(hold))"
        case .stopped: return "The rollout of \(canary) was stopped"
        case .refused: return "The rollout of \(canary) was refused; nothing was written"
        case .judged(.healthy, _):
            return view.isBeforeAfter
                ? "\(label(view)) looks no worse than before the deploy" : "\(canary) was not worse than \(view.stable)"
        case .judged(.degraded, _):
            return view.isBeforeAfter
                ? "\(label(view)) looks worse than before the deploy" : "\(canary) was worse than \(view.stable)"
        case .judged(.undecided, _): return "Undecided: not enough requests to tell"
        case .judged(.unknown, _): return "Could not tell: the telemetry cannot be judged"
        case nil:
            return view.story.interruption == nil ? "The run has no outcome yet" : "The run was interrupted"
        }
    }

    private static func words(_ hold: Outcome.Hold) -> String {
        switch hold {
        case .deadline: "no decision in time"
        case .contested: "somebody else writes the weights"
        case .weightNotEffective: "traffic does not follow the weight"
        case .capacity: "too little capacity"
        case .telemetryLost: "telemetry is lost"
        case .journalLost: "the journal cannot be written"
        case .routeLost: "the route is lost"
        case .orphaned: "its process is gone, and its evidence with it"
        }
    }

    /// What happened, when, at which weight.
    private static func what(_ view: StoryView) -> String {
        let story = view.story
        let canary = view.canary
        let top = PageText.weight(story.highestPercent)
        let length = view.begin.map { PageText.duration(max(story.seconds - $0, 0)) }
        let after = length.map { ", \($0) after it got its first requests" } ?? ""
        switch story.outcome {
        case .promoted(let reason, let unsettled):
            let rest = unsettled.map { " " + PageText.sentence($0.text, keeping: label(view)) } ?? ""
            return "\(canary) carries \(top) of the traffic\(after). "
                + PageText.sentence(reason.text, keeping: label(view)) + rest
        case .rolledBack(let reason, let emptiness):
            let words =
                decided(view)
                ?? "Its weight was at most \(top). \(PageText.sentence(reason.text, keeping: label(view)))"
            switch emptiness {
            case .incomplete(let why): return "\(words) Requests may still reach it: \(why)."
            case .proved: return "\(words) Telemetry proves that no request reaches it any more."
            }
        case .held(_, let reason):
            let share = story.highestPercent > 0 ? "had a weight of at most \(top)" : "got no traffic"
            return "\(PageText.sentence(reason.text, keeping: label(view))) \(canary) \(share)."
        case .stopped(let reason), .refused(let reason), .judged(_, let reason):
            return PageText.sentence(reason.text, keeping: label(view))
        case nil:
            let weights = story.weights.map { " Weights are \(Figures.split($0)) (\(view.stable)/\(canary))." } ?? ""
            if let why = story.interruption { return "\(PageText.sentence(why.text))\(weights)" }
            return "This is what its journal says up to \(Figures.moment(story.end)).\(weights)"
        }
    }

    /// `At 5 % of the traffic, 1 min 20 s after its first requests, v2 was proved to be worse than tolerated.`
    private static func decided(_ view: StoryView) -> String? {
        guard let crossing = view.story.crossings.last(where: { $0.kind == .harm }), let begin = view.begin else {
            return nil
        }
        let length = PageText.duration(max(crossing.at - begin, 0))
        let metric = crossing.metric.map { " (\(view.metricLabel($0)))" } ?? ""
        return
            "At \(PageText.weight(crossing.percent)) of the traffic, \(length) after its first requests, \(view.canary) was "
            + "proved to be worse than tolerated\(metric)."
    }

    /// Evidence against its thresholds.
    private static func evidence(_ view: StoryView) -> String? {
        guard let verdict = view.verdict, verdict.harmThreshold > 0 else { return nil }
        let most = max(view.story.budget.mostHarm ?? verdict.logD, verdict.logD)
        let bar = PageText.odds(verdict.harmThreshold)
        let asked = verdict.findings.compactMap(\.safety)
        let proved = asked.count(where: \.isLatched)
        var words =
            most > 0
            ? "The evidence that \(view.canary) is worse reached \(PageText.odds(most)), and \(bar) is proof."
            : "There was never any evidence that \(view.canary) is worse; \(bar) would be proof."
        if !asked.isEmpty, most < verdict.harmThreshold {
            words +=
                proved == asked.count
                ? " That it is not worse than the step allows is proved for \(asked.count == 1 ? "the metric" : "all \(asked.count) metrics") that promotion asks for."
                : " That it is not worse than the step allows is proved for \(proved) of the \(asked.count) metrics that promotion asks for."
        }
        return words
    }

    // MARK: Chips

    private static func chips(_ view: StoryView) -> [PageTerm] {
        let story = view.story
        let ledger = story.ledger
        var chips = [PageTerm("run", story.header.run)]
        chips.append(PageTerm("route", story.header.place))
        if story.header.release != nil || story.header.images != nil {
            chips.append(PageTerm("revisions", "\(story.header.stableVersion) → \(story.header.canaryVersion)"))
        }
        chips.append(PageTerm("started", moment(story.header.startedAt)))
        if let by = story.header.by { chips.append(PageTerm("by", by)) }
        chips.append(PageTerm("duration", PageText.duration(story.seconds)))
        let (stable, canary) = (PageText.count(ledger.stableRequests), PageText.count(ledger.canaryRequests))
        chips.append(PageTerm("requests", "\(view.stable) \(stable), \(view.canary) \(canary)"))
        if let weights = story.weights, !view.isPast {
            chips.append(PageTerm("weights now", "\(Figures.split(weights)) (\(view.stable)/\(view.canary))"))
        }
        chips.append(PageTerm("haldane", story.header.version))
        return chips
    }

    /// `2026-11-23 04:31:30 UTC`.
    static func moment(_ at: Timestamp) -> String {
        let text = Figures.moment(at)
        guard let cut = text.firstIndex(of: "T") else { return text }
        return PageText.number("\(text[..<cut]) \(text[text.index(after: cut)...].prefix(8)) UTC")
            .replacing("\u{2212}", with: "-")
    }
}
