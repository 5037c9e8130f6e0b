import CanaryCore
import CanaryStatistics

/// What the sections of a page share: names, the time that the pictures show, the rollout's steps.
struct StoryView: Sendable {
    let story: RunStory
    /// What the versions are called: `v1` and `v2`, or `v1 (before)` and `v2 (after)`.
    let stable: String
    let canary: String
    /// The time of the pictures: from a little before the first weight to the end.
    let axis: TimeAxis
    /// The same without the bake, which compares before with after: for pictures of the comparison.
    let comparison: TimeAxis
    /// When the bake began that is not in those pictures; infinite if there is none.
    let comparisonEnd: Double
    /// Seconds until the canary first got a weight; nil if it never did.
    let begin: Double?

    init(_ story: RunStory) {
        self.story = story
        let suffixes = story.header.purpose == .beforeAfter ? (" (before)", " (after)") : ("", "")
        stable = PageText.plain(story.header.stable.label) + suffixes.0
        canary = PageText.plain(story.header.canary.label) + suffixes.1
        let begin = Self.begin(story)
        self.begin = begin
        let end = max(story.seconds, story.moments.last?.at ?? 0, 1)
        // Long histories would leave the rollout no room.
        let lead = min(max((end - (begin ?? 0)) * 0.15, 30), 600)
        let from = max((begin ?? 0) - lead, 0)
        let midnight = story.header.startedAt.milliseconds % 86_400_000
        let clock = Double(midnight < 0 ? midnight + 86_400_000 : midnight) / 1000
        axis = TimeAxis(from: from, to: max(end, from + 1), clock: clock)
        var last = end
        var comparisonEnd = Double.infinity
        if let bake = story.moments.first(where: { $0.phase == .baking }),
            !story.crossings.contains(where: { $0.kind == .harm && $0.at > bake.from })
        {
            last = min(bake.from + (bake.from - from) * 0.03, end)
            comparisonEnd = bake.from
        }
        self.comparisonEnd = comparisonEnd
        comparison = TimeAxis(from: from, to: max(last, from + 1), clock: clock)
    }

    var header: RunHeader { story.header }
    var verdict: Verdict? { story.verdict }
    var isBeforeAfter: Bool { header.purpose == .beforeAfter }
    var isPast: Bool { header.purpose != nil }

    /// `test1/demo4`.
    var name: String { "\(header.spec.namespace)/\(header.spec.name)" }

    /// `test1/demo4: v1 → v2`.
    var subject: String { "\(name): \(stable) → \(canary)" }

    /// Moments within the pictures' time.
    var moments: [StoryMoment] { story.moments.filter { $0.at >= axis.from } }

    /// Moments within the time of the comparison.
    var compared: [StoryMoment] { moments.filter { $0.at <= comparisonEnd } }

    /// Whether the bake is not in the pictures of the comparison.
    var leavesOutBake: Bool { comparison.to < axis.to }

    /// What is not in the pictures, in words.
    var axisNote: String? {
        guard axis.from > 1 else { return nil }
        return
            "The pictures begin \(PageText.duration(axis.from)) into the run: before that, \(stable) alone was watched."
    }

    /// Whether anything was compared.
    var hasComparison: Bool { story.moments.contains { $0.canaryShare != nil || $0.difference != nil } }

    /// Weights that were in force, within the pictures' time.
    var steps: [TimeSpan] {
        let steps = story.ledger.steps
        return steps.indices.compactMap { index in
            let end = index + 1 < steps.count ? steps[index + 1].fromSeconds : axis.to
            guard end > axis.from else { return nil }
            return TimeSpan(
                PageText.weight(steps[index].percent),
                from: max(steps[index].fromSeconds, axis.from),
                to: end
            )
        }
    }

    /// Times without usable data.
    var unusable: [TimeSpan] {
        moments.filter { $0.unusable > 0 && $0.windows > 0 && $0.unusable > $0.windows / 2 }.map { moment in
            TimeSpan("no usable data", from: max(moment.from, axis.from), to: moment.at)
        }
    }

    /// Turning points, for the top of a picture.
    func marks(_ kinds: Set<Crossing.Kind>) -> [TimeMark] {
        story.crossings.filter { kinds.contains($0.kind) && $0.at >= axis.from && $0.at <= comparison.to }.map {
            crossing in
            switch crossing.kind {
            case .harm:
                TimeMark("worse: proved", at: crossing.at, role: .harm, detail: words(crossing))
            case .safety:
                TimeMark(
                    "safe at \(PageText.weight(crossing.percent))",
                    at: crossing.at,
                    role: .safety,
                    detail: words(crossing)
                )
            }
        }
    }

    /// `06:42 at 5 %: evidence of harm reached its threshold (errors)`.
    func words(_ crossing: Crossing) -> String {
        let what = crossing.kind == .harm ? "the evidence of harm became proof" : "proved not worse than the budget"
        let metric = crossing.metric.map { " (\(metricLabel($0)))" } ?? ""
        return "\(Figures.clock(crossing.at)) at \(PageText.weight(crossing.percent)): \(what)\(metric)"
    }

    /// What people call a metric: `failed requests`, `slower than 25 ms`.
    func metricLabel(_ name: String) -> String {
        PageText.plain(story.tracks.first { $0.name == name }?.label ?? name)
    }

    /// Whether slowness is what was proved.
    var isSlower: Bool {
        story.crossings.contains { crossing in
            crossing.kind == .harm
                && story.tracks.contains { $0.name == crossing.metric && $0.edge != nil && !$0.isCustom }
        }
    }

    /// A metric's finding of the last comparison.
    func finding(_ name: String) -> Finding? { verdict?.findings.first { $0.name == name } }

    /// Limits of an axis; nil where they are none.
    static func range(_ low: Double, _ high: Double) -> ClosedRange<Double>? {
        low.isFinite && high.isFinite && low < high ? low...high : nil
    }

    private static func begin(_ story: RunStory) -> Double? {
        if let step = story.ledger.steps.first(where: { $0.percent > 0 }) { return step.fromSeconds }
        return story.moments.first { $0.intendedPercent > 0 || $0.canary.requests > 0 }.map(\.from)
    }
}
