import CanaryCore

/// The weight that was written, and the share of the traffic that was seen.
enum SplitSection {
    private static let (id, title, short) = ("split", "Did the traffic follow the weights?", "split")

    static func make(_ view: StoryView) -> PageSection {
        guard !view.isBeforeAfter else {
            return PageSection(
                id,
                title,
                short: short,
                nothing: "Before and after were compared: all traffic went to one version at a time."
            )
        }
        let seen = view.moments.filter { $0.stable.requests > 0 || $0.canary.requests > 0 }
        guard !seen.isEmpty, view.story.highestPercent > 0 || seen.contains(where: { $0.canary.requests > 0 }) else {
            return PageSection(
                id,
                title,
                short: short,
                nothing: "\(view.canary) never got a weight."
            )
        }
        var chart = SplitChart(
            id: "split-shares",
            title: "Intended and observed share of \(view.canary)",
            summary: summary(view),
            time: view.axis,
            intended: intended(view),
            observed: seen.flatMap { moment -> [TimeSeries.Point] in
                let all = Double(moment.stable.requests) + Double(moment.canary.requests)
                let share = Double(moment.canary.requests) / all * 100
                // A share holds for the whole of its window.
                return [.init(at: moment.from, value: share), .init(at: moment.at, value: share)]
            }
        )
        chart.unusable = view.unusable
        return PageSection(id, title, short: short, [.lead(lead(view)), .chart(chart)])
    }

    private static func lead(_ view: StoryView) -> String {
        let quality = view.story.quality
        if view.isPast { return "The two versions' shares of the traffic as stored telemetry has them." }
        switch quality.split {
        case "proved": return "Yes: at the last weight, telemetry proved that the traffic follows what was written."
        case "not in force": return "No: the traffic does not follow the weight that was written."
        case "being proved": return "Not proved yet at the last weight: too few requests since it was written."
        case let words?: return PageText.sentence(words)
        case nil: return "The split was not tested."
        }
    }

    private static func summary(_ view: StoryView) -> String {
        let highest = PageText.weight(view.story.highestPercent)
        guard let share = view.story.quality.observedShare else { return "The highest weight was \(highest)." }
        return
            "The highest weight was \(highest); at the last weight that was tested, \(view.canary) got \(PageText.percent(share)) of the requests."
    }

    /// Weights in force, the last one kept to the end.
    private static func intended(_ view: StoryView) -> [TimeSeries.Point] {
        let steps = view.story.ledger.steps
        guard !steps.isEmpty else {
            return view.moments.map { .init(at: $0.from, value: $0.intendedPercent) }
        }
        return steps.map { .init(at: max($0.fromSeconds, 0), value: $0.percent) }
    }
}
