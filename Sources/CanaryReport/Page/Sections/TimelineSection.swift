import CanaryCore

/// Who did what and when: lanes, and the log that their marks lead to.
enum TimelineSection {
    private static let (id, title, short) = ("timeline", "What was decided, and when", "timeline")

    static func make(_ view: StoryView) -> PageSection {
        let events = view.story.events
        guard !events.isEmpty else {
            return PageSection(id, title, short: short, nothing: "The journal holds no decision and no write.")
        }
        var blocks: [PageBlock] = [.lead(lead(view))]
        if let note = view.axisNote { blocks.append(.paragraph(note)) }
        if view.story.seconds >= 1 { blocks.append(.chart(chart(view))) }
        blocks.append(.table(log(view)))
        if view.story.eventsLeftOut > 0 {
            blocks.append(
                .caution(
                    "\(Figures.plural(view.story.eventsLeftOut, "event")) in the middle are left out; the journal has them all."
                )
            )
        }
        return PageSection(id, title, short: short, blocks)
    }

    /// The anchor of an event's row.
    static func anchor(_ event: StoryEvent) -> String { "event-\(event.number)" }

    private static func lead(_ view: StoryView) -> String {
        let events = view.story.events
        func count(_ lane: StoryEvent.Lane) -> Int { events.count { $0.lane == lane } }
        let writes = count(.routeWrites) == 0 ? "no route write" : Figures.plural(count(.routeWrites), "route write")
        let people = count(.operatorActions)
        let others = count(.otherWriters)
        let hands = people == 0 ? "nobody intervened" : "a person intervened \(times(people))"
        let strangers =
            others == 0
            ? "nobody else changed the route" : "something else changed the route \(times(others))"
        return PageText.sentence("\(writes) in \(PageText.duration(view.story.seconds)); \(hands), \(strangers)")
    }

    private static func times(_ count: Int) -> String { count == 1 ? "once" : "\(Phrase.count(count)) times" }

    private static func chart(_ view: StoryView) -> any Chart {
        let lanes = StoryEvent.Lane.allCases
        let events = view.story.events
        let shown = events.filter { $0.at >= view.axis.from }
        let marks = shown.map { event in
            LaneChart.Mark(
                at: event.at,
                lane: lanes.firstIndex(of: event.lane) ?? 0,
                symbol: symbol(event),
                role: role(event.tone),
                label: PageText.number(PageText.plain(event.title)),
                detail: PageText.plain("\(Figures.clock(event.at)) \(event.title)"),
                anchor: anchor(event)
            )
        }
        var chart = LaneChart(
            id: "timeline-lanes",
            title: "Decisions and writes",
            summary:
                "\(Figures.plural(shown.count, "event")) in \(lanes.count) lanes; each mark leads to its row in the log below.",
            time: view.axis,
            lanes: lanes.map(\.rawValue),
            marks: marks
        )
        chart.steps = view.steps
        return chart
    }

    private static func symbol(_ event: StoryEvent) -> LaneChart.Symbol {
        switch (event.lane, event.tone) {
        case (_, .bad): .cross
        case (.operatorActions, _): .diamond
        case (.otherWriters, _): .square
        case (.alerts, _): .up
        case (.routeWrites, _): .circle
        case (.automation, .good): .circle
        case (.automation, _): .ring
        }
    }

    private static func role(_ tone: StoryEvent.Tone) -> ChartRole {
        switch tone {
        case .good: .safety
        case .bad: .harm
        case .warning: .canary
        case .neutral: .neutral
        }
    }

    private static func log(_ view: StoryView) -> PageTable {
        PageTable(
            "Log of the run",
            columns: [
                .init("at"), .init("lane"), .init("what", isWide: true), .init("why", isWide: true),
                .init("\(view.canary) weight", isNumeric: true),
            ],
            rows: view.story.events.map { event in
                let actor = event.actor.map { " (\($0))" } ?? ""
                return .init(
                    [
                        Figures.clock(event.at), event.lane.rawValue, event.title + actor, event.text,
                        event.percent.map(PageText.weight) ?? "",
                    ],
                    anchor: anchor(event),
                    tone: PageTone(event.tone)
                )
            }
        )
    }
}
