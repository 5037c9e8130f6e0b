/// Events in order, with a bound: of too many the ones in the middle are left out.
struct EventLog: Sendable {
    private var head: [StoryEvent] = []
    private var tail: [StoryEvent] = []
    private var count = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = max(limit, 2)
    }

    var leftOut: Int { count - head.count - tail.count }

    /// In order of time, and of the journal where the time is the same.
    var events: [StoryEvent] { (head + tail).sorted { ($0.at, $0.number) < ($1.at, $1.number) } }

    /// Notes an event, and returns its number.
    @discardableResult
    mutating func add(
        _ at: Double,
        _ lane: StoryEvent.Lane,
        _ tone: StoryEvent.Tone,
        _ title: String,
        _ text: String,
        actor: String? = nil,
        percent: Double? = nil
    ) -> Int {
        count += 1
        let event = StoryEvent(
            number: count,
            at: at,
            lane: lane,
            tone: tone,
            title: TextCells.harmless(String(title.prefix(Self.longestTitle))),
            text: TextCells.harmless(String(text.prefix(Self.longestText))),
            actor: actor.map { TextCells.harmless(String($0.prefix(Self.longestTitle))) },
            percent: percent
        )
        if head.count < limit / 2 {
            head.append(event)
        } else {
            tail.append(event)
            if tail.count > limit - limit / 2 { tail.removeFirst() }
        }
        return count
    }

    /// Changes the text of an event that is still there.
    mutating func retell(_ number: Int, _ text: String) {
        let text = TextCells.harmless(String(text.prefix(Self.longestText)))
        if let place = head.firstIndex(where: { $0.number == number }) { head[place].text = text }
        if let place = tail.firstIndex(where: { $0.number == number }) { tail[place].text = text }
    }

    private static let longestTitle = 200
    private static let longestText = 2000
}
