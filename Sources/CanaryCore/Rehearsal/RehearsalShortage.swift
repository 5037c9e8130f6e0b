/// Why a history is not enough to rehearse with, and what would be.
package struct RehearsalShortage: Error, Sendable, Hashable {
    package var reason: Reason
    package var hint: String

    init(_ reason: Reason, hint: String) {
        self.reason = reason
        self.hint = hint
    }

    static func empty(_ history: RehearsalHistory) -> RehearsalShortage {
        RehearsalShortage(
            Reason("no-history", "\(history.origin) holds no window of the stable version"),
            hint: "look whether the spec's workload or subset is named as in the telemetry, or give another time"
        )
    }

    static func silent(_ history: RehearsalHistory, _ facts: RehearsalFacts) -> RehearsalShortage {
        let windows = "\(Phrase.count(facts.windows)) windows of the stable version"
        let text =
            facts.unusableWindows == facts.windows
            ? "none of \(windows) in \(history.origin) can be judged"
            : "\(windows) in \(history.origin) hold no request"
        return RehearsalShortage(
            Reason("no-requests", text),
            hint: "give a time in which the stable version was used and its telemetry was whole"
        )
    }

    static func short(longest: Double, needed: Double, _ history: RehearsalHistory, pace: Pace) -> RehearsalShortage {
        let rollout = needed - pace.history.inSeconds
        return RehearsalShortage(
            Reason(
                "short-history",
                "the longest stretch in \(history.origin) is \(Phrase.duration(longest)); a rehearsal needs at least "
                    + "\(Phrase.duration(needed)): \(Phrase.duration(pace.history.inSeconds)) before the first step "
                    + "(pace.history) and \(Phrase.duration(rollout.rounded(.up))) for the fastest rollout"
            ),
            hint: "give an earlier --from, record longer, or lower pace.history or pace.bake with --set"
        )
    }
}
