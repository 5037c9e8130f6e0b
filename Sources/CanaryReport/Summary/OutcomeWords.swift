import CanaryCore

/// Words for how a run ended.
enum OutcomeWords {
    /// `promoted`, `rolled back`, `held (deadline)`.
    static func short(_ outcome: Outcome) -> String {
        switch outcome {
        case .promoted(_, unsettled: .some): "promoted (unsettled)"
        case .promoted: "promoted"
        case .rolledBack(_, .proved): "rolled back"
        case .rolledBack(_, .incomplete): "rolled back (incomplete)"
        case .held(let hold, _): "held (\(spaced(hold.rawValue)))"
        case .stopped: "stopped"
        case .refused(let reason): "refused (\(spaced(reason.label)))"
        case .judged(let kind, _): kind.rawValue
        }
    }

    /// `weight not effective` of `weightNotEffective` and of `weight-not-effective`.
    private static func spaced(_ label: String) -> String {
        label.reduce(into: "") { words, letter in
            if letter.isUppercase { words.append(" ") }
            words.append(letter == "-" ? " " : Character(letter.lowercased()))
        }
    }

    static func sign(_ outcome: Outcome) -> Style.Sign {
        switch outcome {
        case .promoted: .done
        case .rolledBack: .failed
        case .held, .stopped: .open
        case .refused: .unknown
        case .judged(.healthy, _): .done
        case .judged(.degraded, _): .failed
        case .judged(.undecided, _): .open
        case .judged(.unknown, _): .unknown
        }
    }

    static func tone(_ outcome: Outcome) -> Style.Tone {
        switch outcome {
        case .promoted, .judged(.healthy, _): .good
        case .rolledBack, .judged(.degraded, _): .bad
        case .held, .stopped, .refused, .judged: .warning
        }
    }

    /// What a person should do now, after a rollout.
    ///
    /// - Parameter canary: what a reader calls it; nil for its label.
    static func next(_ outcome: Outcome, _ header: RunHeader, _ ledger: RunLedger, canary: String? = nil) -> String {
        let canary = canary ?? header.canary.label
        switch outcome {
        case .rolledBack(let reason, .proved) where reason.label == Reason.operatorLabel && ledger.untold != nil:
            return "look at what \(canary) did before the takeover; `haldane retry` tries the same release again"
        case .rolledBack(let reason, .proved)
        where reason.label == Reason.releaseChangedLabel && header.isUnattended == true:
            return "nothing; what is there now is tried by itself"
        default:
            return next(outcome, canary: canary)
        }
    }

    /// What a person should do now, by the outcome alone.
    private static func next(_ outcome: Outcome, canary: String) -> String {
        switch outcome {
        case .promoted(_, unsettled: let unsettled?):
            return unsettled.text
        case .promoted:
            return "nothing; \(canary) carries the weight it was meant to carry"
        case .rolledBack(let reason, .proved) where reason.label == "operator":
            return "nothing was found against \(canary); `haldane retry` tries the same release again"
        case .rolledBack(let reason, .proved) where reason.label == "release-changed":
            return "run again to try the new revision"
        case .rolledBack(_, .proved):
            return "look at \(canary) before trying again; the journal has the numbers"
        case .rolledBack(_, .incomplete(let why)):
            return "requests may still reach \(canary) (\(why)); stop them there"
        case .held(.deadline, _):
            return "raise the traffic, the margins or the deadline, or decide by hand"
        case .held(.contested, _):
            return "find the other writer of the weights, stop one of the two, run again"
        case .held(.weightNotEffective, _):
            return "find out why the traffic does not follow the written weight: a retry, a cache, another rule"
        case .held(.capacity, let reason) where reason.label == "stable-not-ready":
            return "bring stable's pods back; the weights are as they were, and \(canary) still has its share"
        case .held(.capacity, _):
            return "add pods as said above, run again"
        case .held(.telemetryLost, _):
            return "bring the telemetry back (`haldane scrape TARGET`, or `queries run` of a server), run again"
        case .held(.routeLost, _):
            return "bring the route back, look at its weights by hand, run again"
        case .held(.orphaned, _):
            return "look at \(canary) and set the weights by hand, then try it again with `haldane retry`"
        case .held(.journalLost, _):
            return "make room for the journal, run again"
        case .stopped:
            return "weights stay as they are; run again to go on"
        case .refused:
            return "nothing was written; remove the cause, run again"
        case .judged(.healthy, _):
            return "nothing; \(canary) was not worse than the margin"
        case .judged(.degraded, _):
            return "look at \(canary); `haldane explain JOURNAL` has the numbers"
        case .judged(.undecided, _):
            return "judge a longer time, or wider margins"
        case .judged(.unknown, _):
            return "bring the telemetry back, judge again"
        }
    }
}

extension RunLedger {
    /// The last notices that somebody may have to know, without what the outcome says itself.
    func telling(beside outcome: Outcome?) -> ArraySlice<Notice> {
        let said = outcome?.reason.text
        return notices.filter { notice in
            notice.urgency != .info && said.map { !notice.reason.text.contains($0) } ?? true
        }.suffix(5)
    }
}
