import CanaryCore
import CanaryTelemetry

/// What the telling of events has to remember.
struct TellingState: Sendable {
    /// The write that was asked for last, until it is known to be in force.
    var asked: WeightPlan?
    /// A write that is not done again and again is told once, with how often.
    var refusal: (number: Int, plan: WeightPlan?, label: String, count: Int)?
    /// Doubts that were told, each once a step.
    var doubts: Set<Doubt> = []
    /// Why the run was taken over from somebody else; the process that does so says it more than once.
    var takenOver: Reason?
    /// Rounds without a verdict that are going on.
    var silence: (since: Double, windows: Int, isTold: Bool)?

    struct Doubt: Sendable, Hashable {
        var step: Int
        var label: String
    }
}

extension StoryFold {
    private var words: PastWords { PastWords(header) }

    mutating func tellStart() {
        let versions = "\(header.stableVersion) → \(header.canaryVersion) at \(header.place)"
        let steps = header.spec.steps.map { Phrase.weight($0) }.joined(separator: ", ")
        switch header.purpose {
        case nil:
            let title = header.by.map { "started by \($0)" } ?? "started"
            log.add(0, .automation, .neutral, title, "\(versions), planned steps \(steps)", actor: header.by)
        case .past: log.add(0, .automation, .neutral, "the judged time begins", versions)
        case .beforeAfter:
            let text = "\(words.stable) and \(words.canary) at \(header.place)\(words.caveat)"
            log.add(0, .automation, .neutral, "the compared time begins", text)
        }
    }

    mutating func tellFirstRequest(at seconds: Double) {
        guard !words.isConfounded else { return }
        log.add(seconds, .automation, .neutral, "first request", "\(words.canary) got its first request")
    }

    mutating func tell(_ notice: Notice, at seconds: Double) {
        let reason = notice.reason
        switch (notice.urgency, reason.label) {
        case (.info, "step"), (.info, "operator"), (.info, "gate"), (.info, "taken-over"):
            // The write, the command, the gate and the new owner are events of their own.
            return
        case (.info, "past"):
            log.add(max(seconds, 0), .automation, .neutral, "note", reason.text)
        case (.info, "retry"):
            log.add(seconds, .operatorActions, .neutral, "tried again", reason.text)
        case (let urgency, let label):
            let tone: StoryEvent.Tone =
                switch urgency {
                case .info: .neutral
                case .warning: .warning
                case .page: .bad
                }
            let title = Self.title(label)
            let text = Self.without("\(title): ", reason.text)
            log.add(seconds, .alerts, tone, "\(urgency.rawValue): \(title)", text)
        }
    }

    mutating func tell(_ outcome: Outcome, at seconds: Double) {
        let tone: StoryEvent.Tone =
            switch OutcomeWords.tone(outcome) {
            case .good: .good
            case .bad: .bad
            case .warning, .quiet, .strong: .warning
            }
        var text = outcome.text
        switch outcome {
        case .rolledBack(_, .proved):
            text += "; telemetry proves that no request reaches \(header.canary.label) any more"
        case .rolledBack(_, .incomplete(let why)): text += "; the rollback is incomplete: \(why)"
        case .promoted, .held, .stopped, .refused, .judged: break
        }
        log.add(max(seconds, 0), .automation, tone, outcomeWord(outcome), text)
    }

    private func outcomeWord(_ outcome: Outcome) -> String {
        words.isConfounded ? PastAdvice.weakWord(outcome) : OutcomeWords.short(outcome)
    }

    // MARK: Inputs

    mutating func tell(_ input: Rollout.Input, before: Rollout, at seconds: Double) {
        switch input {
        case .applied(let snapshot):
            tellWritten(snapshot, before: before, isFound: false, at: seconds)
        case .routeRead(let snapshot):
            guard let known = before.route?.weights else {
                tellFound(snapshot, at: seconds)
                return
            }
            guard snapshot.weights != known else { return }
            let isOurs = telling.asked.map { Self.isSame($0.canaryPercent, snapshot.weights.canaryPercent) } ?? false
            if isOurs {
                tellWritten(snapshot, before: before, isFound: true, at: seconds)
            } else {
                tellForeign(snapshot, before: before, at: seconds)
            }
        case .refused(let fault):
            tellRefused(fault, at: seconds)
        case .command(let command):
            tell(command, at: seconds)
        case .priorHistory(let windows, let length):
            let text = "\(Figures.plural(windows, "window")) of \(header.stable.label)'s history were taken over"
            log.add(seconds, .automation, .neutral, "history", "\(text), \(Phrase.duration(length))")
        case .journalLost(let reason):
            log.add(seconds, .alerts, .bad, "journal lost", reason.text)
        case .gate(let reason):
            tellGate(reason, before: before.gate, at: seconds)
        case .routeUnreadable, .judged, .population, .tick:
            break
        }
    }

    /// Tells what keeps the weight from rising when it begins, becomes another thing, and ends.
    private mutating func tellGate(_ reason: Reason?, before: Rollout.Gate?, at seconds: Double) {
        if let reason {
            guard before?.reason.label != reason.label else { return }
            log.add(seconds, .automation, .warning, "steps up wait", reason.text)
        } else if let before {
            let length = Phrase.duration(max(seconds - self.seconds(before.since), 0).rounded())
            let text = "after \(length); what kept them was: \(before.reason.text)"
            log.add(seconds, .automation, .neutral, "steps up may go on", text)
        }
    }

    /// A weight of before the run was taken over.
    mutating func tellEarlier(_ step: RunLedger.Step) {
        guard step.percent > 0, step.fromSeconds.isFinite else { return }
        let weight = Phrase.weight(step.percent)
        let text = "\(header.canary.label) had \(weight) from here on; what happened then is in another journal"
        log.add(max(step.fromSeconds, 0), .routeWrites, .neutral, "\(weight) in force", text, percent: step.percent)
    }

    private mutating func tellFound(_ snapshot: RouteSnapshot, at seconds: Double) {
        let percent = snapshot.weights.canaryPercent
        guard percent > 0 else { return }
        let text = "\(header.canary.label) had \(Phrase.weight(percent)) in \(snapshot.place) when the run began"
        log.add(seconds, .routeWrites, .neutral, "\(Phrase.weight(percent)) found", text, percent: percent)
    }

    private mutating func tellWritten(_ snapshot: RouteSnapshot, before: Rollout, isFound: Bool, at seconds: Double) {
        let percent = snapshot.weights.canaryPercent
        let plan = telling.asked
        telling.asked = nil
        telling.refusal = nil
        guard let plan, Self.isSame(plan.canaryPercent, percent) else {
            tellForeign(snapshot, before: before, at: seconds)
            return
        }
        let from = before.route?.weights.canaryPercent ?? 0
        let move = "\(Phrase.weight(from)) → \(Phrase.weight(percent)) \(isFound ? "found written" : "written")"
        let tone: StoryEvent.Tone = plan.purpose == .rollback ? .bad : .good
        let what =
            switch plan.purpose {
            case .step: "a step of \(header.canary.label)"
            case .promotion: "all of the traffic for \(header.canary.label)"
            case .rollback: "the rollback of \(header.canary.label)"
            }
        let how = isFound ? "; the write was asked for before, and its answer was lost" : ""
        let text = "\(what): \(Figures.split(snapshot.weights)) in \(snapshot.place)\(how)"
        log.add(seconds, .routeWrites, tone, move, text, percent: percent)
    }

    private mutating func tellForeign(_ snapshot: RouteSnapshot, before: Rollout, at seconds: Double) {
        let percent = snapshot.weights.canaryPercent
        let known = before.route?.weights.canaryPercent ?? 0
        let actor = snapshot.writer ?? "somebody else"
        var text =
            state.rollout.contest?.reason.text
            ?? "\(actor) set \(header.canary.label) to \(Phrase.weight(percent)) in \(snapshot.place), where "
            + "\(Phrase.weight(known)) was in force"
        if snapshot.writer == nil { text += "; the store does not know who" }
        let title = "\(Phrase.weight(known)) → \(Phrase.weight(percent)) by \(actor)"
        log.add(seconds, .otherWriters, .warning, title, text, actor: snapshot.writer, percent: percent)
    }

    private mutating func tellRefused(_ fault: Rollout.RouteFault, at seconds: Double) {
        let plan = telling.asked
        if let refusal = telling.refusal, refusal.plan == plan, refusal.label == fault.reason.label {
            let count = refusal.count &+ 1
            telling.refusal?.count = count
            log.retell(refusal.number, "\(fault.reason.text) (refused \(Phrase.count(count)) times)")
            return
        }
        let title = plan.map { "\(Phrase.weight($0.canaryPercent)) not written" } ?? "a write was refused"
        let tone: StoryEvent.Tone = plan?.purpose == .rollback ? .bad : .warning
        let number = log.add(seconds, .routeWrites, tone, title, fault.reason.text)
        telling.refusal = (number, plan, fault.reason.label, 1)
    }

    private mutating func tell(_ command: Rollout.OperatorCommand, at seconds: Double) {
        let verb =
            switch command.verb {
            case .promote: "promoted"
            case .rollback: "rolled back"
            case .pause: "paused"
            case .resume: "resumed"
            case .stop: "stopped"
            }
        let who = command.by ?? "the operator"
        let reason = command.reason.isEmpty ? "no reason was given" : command.reason
        log.add(seconds, .operatorActions, .neutral, "\(verb) by \(who)", reason, actor: command.by)
    }

    static func isSame(_ left: Double, _ right: Double) -> Bool { (left - right).magnitude < 1e-6 }
}

// MARK: Verdicts

extension StoryFold {
    mutating func tell(_ verdict: Verdict, of window: Window, in context: JudgingContext, at seconds: Double) {
        guard context.phase != .idle else {
            telling.silence = nil
            return
        }
        tellSilence(verdict, of: window, at: seconds)
        let percent = context.canaryPercent
        if verdict.decision == .rollback, context.phase != .watching || percent > 0,
            book.noteHarm(verdict, at: seconds, percent: percent)
        {
            log.add(seconds, .automation, .bad, harmTitle(verdict), said(verdict))
        }
        guard context.phase == .analyzing else { return }
        if verdict.kind == .healthy, verdict.decision == .advance || verdict.decision == .promote,
            book.noteSafety(step: context.step, at: seconds, percent: percent)
        {
            log.add(seconds, .automation, .good, safetyTitle(context), said(verdict))
        }
        if let title = Self.doubts[verdict.reason.label], telling.doubts.count < 1000,
            telling.doubts.insert(TellingState.Doubt(step: context.step, label: verdict.reason.label)).inserted
        {
            log.add(seconds, .automation, .warning, title, Self.without("\(title): ", said(verdict)))
        }
    }

    /// Tells of rounds without a verdict once when they begin and once when they end.
    private mutating func tellSilence(_ verdict: Verdict, of window: Window, at seconds: Double) {
        guard verdict.kind == .unknown else {
            if let silence = telling.silence, silence.isTold {
                let length = Phrase.duration((seconds - silence.since).rounded())
                let text = "after \(length) and \(Figures.plural(silence.windows, "round")) without a verdict"
                log.add(seconds, .automation, .neutral, "verdicts again", text)
            }
            telling.silence = nil
            return
        }
        guard window.quality.unusable != .baseline else { return }
        var silence = telling.silence ?? (since: seconds, windows: 0, isTold: false)
        silence.windows += 1
        if silence.windows >= Self.toldSilence, !silence.isTold {
            silence.isTold = true
            let title = window.quality.unusable == nil ? "no verdict possible" : "telemetry not usable"
            log.add(silence.since, .automation, .warning, title, said(verdict))
        }
        telling.silence = silence
    }

    /// A verdict's reason in words that fit the purpose.
    private func said(_ verdict: Verdict) -> String {
        guard header.purpose != nil else { return verdict.reason.text }
        return "\(words.canary) \(words.sentence(verdict))"
    }

    private func harmTitle(_ verdict: Verdict) -> String {
        if verdict.reason.label == "absolute" { return "the absolute guard fired" }
        if words.isConfounded { return "looks worse" }
        return switch verdict.reason.label {
        case "errors": "more failures, proved"
        case "latency": "slower, proved"
        default: "worse, proved"
        }
    }

    private func safetyTitle(_ context: JudgingContext) -> String {
        if words.isConfounded { return "looks no worse" }
        guard header.purpose != nil else { return "\(Phrase.weight(context.canaryPercent)) proved not worse" }
        return "proved at the margin of \(PastSummary.weight(context.step, header.spec))"
    }

    /// A text without what its title says already.
    private static func without(_ start: String, _ text: String) -> String {
        text.hasPrefix(start) ? String(text.dropFirst(start.count)) : text
    }

    /// A notice's label as words.
    private static func title(_ label: String) -> String {
        var title = ""
        for scalar in label.unicodeScalars {
            if ("A"..."Z").contains(scalar) {
                title += " \(scalar.properties.lowercaseMapping)"
            } else {
                title.unicodeScalars.append(scalar == "-" ? " " : scalar)
            }
        }
        return title
    }

    private static let doubts = [
        "suspicion": "held on suspicion",
        "one-canary-pod": "evidence on one pod only",
        "one-window": "evidence in one window only",
        "bursts": "evidence within bursts",
        "stable-incident": "stable is in an incident",
        "restarts": "canary pods restart",
    ]

    /// Rounds without a verdict before they are worth a word.
    private static let toldSilence = 3
}
