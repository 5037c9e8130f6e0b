import CanaryCore
import CanaryStatistics

/// A story in words: what every form of a report says in the same way.
struct StoryWords: Sendable {
    let story: RunStory

    init(_ story: RunStory) {
        self.story = story
    }

    private var past: PastWords { PastWords(story.header) }
    /// Whether two times are compared, so that nothing is proved.
    var isConfounded: Bool { past.isConfounded }
    var isPast: Bool { story.header.purpose != nil }
    var stable: String { isPast ? past.stable : story.header.stable.label }
    var canary: String { isPast ? past.canary : story.header.canary.label }

    // MARK: How it ended

    var sign: Style.Sign {
        if let outcome = story.outcome { return OutcomeWords.sign(outcome) }
        return story.interruption == nil ? .open : .unknown
    }

    var tone: Style.Tone { story.outcome.map(OutcomeWords.tone) ?? .warning }

    /// `rolled back`, `looks worse`, `interrupted`, `unfinished`.
    var word: String {
        guard let outcome = story.outcome else { return story.interruption == nil ? "unfinished" : "interrupted" }
        return isConfounded ? PastAdvice.weakWord(outcome) : OutcomeWords.short(outcome)
    }

    /// `test1/demo4 v1 → v2 after 31 min 30 s`.
    var title: String {
        let spec = story.header.spec
        let time = isPast ? "over" : "after"
        return "\(spec.namespace)/\(spec.name) \(stable) → \(canary) \(time) \(Phrase.duration(story.seconds))"
    }

    /// Why, and how sure.
    var sentence: String {
        switch story.outcome {
        case .rolledBack(let reason, .incomplete(let why)): "\(reason.text); the rollback is incomplete: \(why)"
        case let outcome?: outcome.text
        case nil: story.interruption?.text ?? unfinished
        }
    }

    /// A journal that was cut off: what is told may not be the end.
    var torn: String? {
        guard story.tornBytes > 0 else { return nil }
        return
            "the journal is cut off in the middle of a write (\(Phrase.count(story.tornBytes)) bytes lost): what came after is not told here"
    }

    private var unfinished: String {
        guard let verdict = story.ledger.lastVerdict else { return "nothing was judged yet" }
        return "\(verdict.kind.rawValue) so far: \(verdict.reason.text)"
    }

    /// What a person should do now.
    var next: String {
        guard let outcome = story.outcome else {
            return isPast ? "judge again" : "the run has no outcome: the next `haldane run` takes it up"
        }
        if let account = story.past { return PastAdvice.next(outcome, account, past) }
        return OutcomeWords.next(outcome, story.header, story.ledger, canary: canary)
    }

    /// The last verdict that compared, and for a judgement of the past the one that decided.
    var verdict: Verdict? {
        if let account = story.past { return (account.degraded ?? account.last)?.verdict }
        return story.ledger.lastComparison
    }

    /// Commands to go on with; none where there is no file.
    var commands: [String] {
        guard let path = story.journalPath else { return [] }
        let journal = ShellPath.word(TextCells.harmless(path))
        return ["haldane report \(journal) -o report.html", "haldane explain \(journal)", "haldane replay \(journal)"]
    }

    // MARK: What it meant

    /// What the canary did to users, a sentence each.
    var meaning: [String] {
        let ledger = story.ledger
        guard let harm = story.harm else {
            if let untold = ledger.untold { return [untold.requests(ledger, canary), untold.words(canary)] }
            guard ledger.canaryRequests > 0 else { return ["no request reached \(canary)\(past.caveat(isPast))"] }
            return [
                "\(Phrase.count(ledger.canaryRequests)) requests reached \(canary), \(Phrase.count(ledger.canaryFailures)) of them "
                    + "failed; the versions were never compared, so nobody can say what \(stable) would have done with them"
                    + past.caveat(isPast)
            ]
        }
        var sentences = [failed(harm), full(harm)]
        if let untold = ledger.untold { sentences.append(untold.words(canary)) }
        if let confounded { sentences.append(confounded) }
        if let slow = harm.extraSlow, slow.extra >= 1, slow.evidence > Self.worthTelling {
            sentences.append(
                "about \(Self.rounded(slow.extra)) more requests took longer than \(Phrase.decimal(slow.edge)) ms than on \(stable)"
            )
        }
        return sentences.map { $0 + past.caveat(isPast) }
    }

    /// Where the shares of the whole time say something else than the comparison window by window.
    private var confounded: String? {
        story.confounding.map {
            "the shares of the whole time (\(Phrase.points($0.whole))) mislead, \(Confounding.cause(canary)); "
                + "compared window by window the difference is \(Phrase.points($0.fair))"
        }
    }

    /// Evidence below e : 1 is chance as often as not.
    private static let worthTelling = 1.0

    private func failed(_ harm: HarmDone) -> String {
        let band = harm.extraFailuresBand
        let words =
            "\(Phrase.count(harm.failures)) of \(canary)'s \(Phrase.count(harm.requests)) compared requests failed"
        let limits = "95 %: \(Self.rounded(band.lower)) to \(Self.rounded(band.upper))"
        if band.lower > 0 {
            return
                "\(words), about \(Self.rounded(harm.extraFailures)) more than \(stable) would have failed (\(limits))"
        }
        if band.upper < 0 {
            return "\(words), about \(Self.rounded(-harm.extraFailures)) fewer than \(stable) would have failed (95 %: "
                + "\(Self.rounded(-band.upper)) to \(Self.rounded(-band.lower)) fewer)"
        }
        return
            "\(words); that is no clear difference from \(stable): \(Self.signed(harm.extraFailures)) failed requests "
            + "(95 %: \(Self.signed(band.lower)) to \(Self.signed(band.upper)))"
    }

    private func full(_ harm: HarmDone) -> String {
        let band = harm.failuresPerHourBand
        let rate = "\(Phrase.decimal(harm.requestsPerSecond)) requests/s"
        if band.lower > 0 {
            return
                "an hour at 100 % (\(rate)) would have cost about \(Self.rounded(harm.failuresPerHourAtFull)) more failed "
                + "requests (95 %: \(Self.rounded(band.lower)) to \(Self.rounded(band.upper)))"
        }
        if band.upper < 0 {
            return
                "an hour at 100 % (\(rate)) would have spared about \(Self.rounded(-harm.failuresPerHourAtFull)) failed requests "
                + "(95 %: \(Self.rounded(-band.upper)) to \(Self.rounded(-band.lower)))"
        }
        return
            "an hour at 100 % (\(rate)) would have changed failed requests by \(Self.signed(band.lower)) to \(Self.signed(band.upper)) (95 %)"
    }

    /// Two digits that matter: more would pretend to know.
    static func rounded(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 9e15 else { return "?" }
        var scale = 1.0
        while value.magnitude / scale >= 100 { scale *= 10 }
        return Phrase.count((value / scale).rounded() * scale)
    }

    static func signed(_ value: Double) -> String {
        let text = rounded(value)
        return text.hasPrefix("-") || text == "0" || text == "?" ? text : "+" + text
    }

    // MARK: Data quality

    /// How good the telemetry was, a sentence each.
    var quality: [String] {
        let quality = story.quality
        let unusable = story.ledger.unusableWindows
        var first = Figures.plural(quality.windows, "round")
        if unusable == 0 {
            first += quality.windows == 0 ? "" : ", all usable"
        } else {
            first += ", \(Phrase.count(unusable)) of them not usable"
            if let most = quality.unusable.first { first += " (most often: \(most.reason))" }
        }
        first +=
            "; \(Figures.plural(quality.stablePods, "stable pod")), \(Figures.plural(quality.canaryPods, "canary pod"))"
        if quality.restarts > 0 { first += ", \(Figures.plural(quality.restarts, "restart"))" }
        var sentences = [first]
        if quality.gaps > 0 {
            sentences.append(
                "\(Figures.plural(quality.gaps, "gap")) between rounds, the longest of \(Phrase.duration(quality.longestGap))"
            )
        }
        if let most = quality.faults.first {
            sentences.append(
                "\(Figures.plural(quality.faults.reduce(0) { $0 &+ $1.count }, "answer")) of single pods missing, most often "
                    + "\(most.label) (\(most.example))"
            )
        }
        if quality.historyWindows > 0 {
            sentences.append(
                "\(stable) was known from \(Figures.plural(quality.historyWindows, "window")) of history, "
                    + Phrase.duration(quality.historySeconds)
            )
        }
        if let split = quality.split {
            let share = quality.observedShare.map {
                ": \(Phrase.percent($0)) of the requests reached \(canary) at the last weight compared"
            }
            sentences.append("the split is \(split)\(share ?? "")")
        }
        if story.tornBytes > 0 {
            sentences.append(
                "\(Phrase.count(story.tornBytes)) bytes at the journal's end were cut off in the middle of a write"
            )
        }
        return sentences
    }

    /// What the verdict's promise is, and what was spent of it.
    var promise: String {
        if isConfounded { return "no share of false alarms is promised\(past.caveat)" }
        let budget = story.budget
        var words =
            "an equal release is rolled back in at most \(Phrase.percent(budget.falseRollback)) of the rollouts, however often one looks"
        if let most = budget.mostHarm, let needed = budget.harmThreshold {
            words +=
                most > 0
                ? "; the most evidence of harm was \(Figures.odds(most)), a rollback needs \(Figures.odds(needed))"
                : "; there never was any evidence of harm, a rollback needs \(Figures.odds(needed))"
        }
        return words
    }

    /// Notes of the last verdict.
    var notes: [String] { (verdict ?? story.ledger.lastVerdict)?.notes ?? [] }

    // MARK: Timeline

    /// One line of the timeline.
    struct Line {
        var at: Double
        var sign: Style.Sign
        var text: String
    }

    /// Events as lines. What an event beside says already is not said again, and a step that was written needs no more words.
    var timeline: [Line] {
        var told: [String] = []
        return story.events.compactMap { event in
            var text = event.text
            if told.contains(text) {
                guard event.lane != .alerts else { return nil }
                text = ""
            } else if let known = told.last(where: { text.hasPrefix($0 + "; ") }) {
                text = String(text.dropFirst(known.count + 2))
            }
            told.append(event.text)
            if told.count > Self.mostTold { told.removeFirst() }
            if event.lane == .routeWrites, event.tone == .good { text = "" }
            return Line(
                at: event.at,
                sign: Self.sign(event),
                text: event.title + (text.isEmpty ? "" : ": \(text)")
            )
        }
    }

    private static let mostTold = 8

    private static func sign(_ event: StoryEvent) -> Style.Sign {
        switch event.tone {
        case .good: .done
        case .bad: .failed
        case .warning: .unknown
        case .neutral: event.number == 1 ? .started : .dot
        }
    }

    // MARK: Objectives

    /// The findings that are worth a row: errors, what promotion asks, metrics of the user's own, and what speaks of harm.
    func shown(_ verdict: Verdict) -> [Finding] {
        verdict.findings.enumerated().filter { place, finding in
            place == 0 || finding.safety != nil || finding.custom != nil || finding.logE - finding.penalty > 1
        }.map(\.element)
    }
}

extension PastWords {
    /// The caveat of a judgement of the past; a rollout has none.
    fileprivate func caveat(_ isPast: Bool) -> String { isPast ? caveat : "" }
}
