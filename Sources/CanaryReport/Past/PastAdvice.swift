import CanaryCore

/// What a reader of a judgement of the past should do, and what a confounded one is called.
enum PastAdvice {
    /// The verdict in weaker words.
    static func weakWord(_ outcome: Outcome) -> String {
        switch outcome {
        case .judged(.degraded, _): "looks worse"
        case .judged(.healthy, _): "looks no worse"
        default: OutcomeWords.short(outcome)
        }
    }

    static func next(_ outcome: Outcome, _ account: PastAccount, _ words: PastWords) -> String {
        guard case .judged(let kind, let reason) = outcome else { return "judge again" }
        switch (kind, reason.label) {
        case (.healthy, _) where words.isConfounded:
            return "nothing, if traffic was alike before and after; two versions side by side say more\(words.caveat)"
        case (.healthy, _):
            return "nothing; \(words.canary) was not worse than the margin"
        case (.degraded, _) where words.isConfounded:
            return "look at what else changed between the two times, then at \(words.canary)\(words.caveat)"
        case (.degraded, _):
            return "look at \(words.canary) before it gets traffic again; the journal has the numbers"
        case (.undecided, _):
            let missing = account.missingRequests.map { " (about \(Phrase.count($0)) more canary requests)" } ?? ""
            return "judge a longer time\(missing), or wider margins with --set\(words.caveat)"
        case (.unknown, "no-stable") where !words.isConfounded:
            return "compare with the time before it: --before TIME --after TIME"
        case (.unknown, "no-canary"):
            return "check the times and the workload's name; for a deploy in place: --before TIME --after TIME"
        case (.unknown, _):
            return
                "bring the telemetry back, or choose a time that it covers; `haldane queries run` shows what the server answers"
        }
    }
}

/// A path as one word of a shell.
enum ShellPath {
    static func word(_ path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-._/".unicodeScalars.contains($0)
        }
        return isPlain && !path.isEmpty ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }
}
