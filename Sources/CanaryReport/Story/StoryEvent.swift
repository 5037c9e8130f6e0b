/// One thing that was done or noticed, for the timeline and its log.
package struct StoryEvent: Sendable, Hashable {
    package enum Lane: String, Sendable, Hashable, CaseIterable {
        /// Verdicts that changed something, the start, the end.
        case automation
        case operatorActions = "operator"
        case routeWrites = "route writes"
        /// Somebody or something else changed the route.
        case otherWriters = "other writers"
        case alerts
    }

    /// How it went.
    package enum Tone: String, Sendable, Hashable {
        case good
        case bad
        case warning
        case neutral
    }

    /// From 1 in order of the journal; the anchor of its row.
    package var number: Int
    /// Seconds since the run began.
    package var at: Double
    package var lane: Lane
    package var tone: Tone
    /// A few words: `5 % → 10 % written`, `paused by alice@laptop`.
    package var title: String
    /// The whole reason, with its numbers.
    package var text: String
    /// Who did it, if it was a person or another program.
    package var actor: String?
    /// The canary's weight in force after it, in percent, if it changed.
    package var percent: Double?

    package init(
        number: Int,
        at: Double,
        lane: Lane,
        tone: Tone,
        title: String,
        text: String,
        actor: String? = nil,
        percent: Double? = nil
    ) {
        self.number = number
        self.at = at
        self.lane = lane
        self.tone = tone
        self.title = title
        self.text = text
        self.actor = actor
        self.percent = percent
    }
}
