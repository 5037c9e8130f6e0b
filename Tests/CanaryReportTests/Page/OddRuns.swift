import CanaryCore
import CanaryReport
import CanaryTelemetry

/// Runs that have little to show, or something strange.
enum OddRuns {
    static let names = [
        "empty", "refused", "watching", "blind", "interrupted", "paused", "contested", "slow", "past", "before-after",
        "torn", "custom",
    ]

    static func story(_ name: String) -> RunStory? {
        switch name {
        case "empty": return StoryRun.story(StoryRun().header, [])
        case "refused":
            var run = StoryRun()
            run.record(.finished(.refused(Reason("owner", "Flagger owns the route"))))
            return run.story
        case "watching":
            var run = StoryRun()
            run.play(rounds: 10)
            return run.story
        case "blind":
            var run = StoryRun()
            run.playBlind(rounds: 200)
            return run.story
        case "interrupted":
            var run = StoryRun()
            run.play(rounds: 60)
            run.record(.interrupted(Reason("signal", "the process was asked to end (SIGTERM)")))
            return run.story
        case "paused":
            var run = StoryRun()
            run.play(rounds: 45)
            run.command(.pause, by: "alice@laptop", "lunch")
            run.play(rounds: 20)
            run.command(.resume, by: "alice@laptop", "back")
            run.play()
            return run.story
        case "contested":
            var run = StoryRun()
            run.play(rounds: 45)
            run.intrude(0, by: "argocd")
            run.play(rounds: 20)
            return run.story
        case "slow":
            var run = StoryRun(canarySlowdown: 0.2)
            run.play()
            return run.story
        case "past", "before-after":
            return past(name == "past" ? .past : .beforeAfter)
        case "custom":
            var run = StoryRun()
            run.play(rounds: 60)
            var story = run.story
            let values = story.moments.indices.map {
                EvidenceTrack.Value(harm: Double($0) / 50, safety: 1, isProved: false)
            }
            let label = "checkout_failures > 0.5"
            story.tracks.append(
                .init(name: "checkout_failures", label: label, edge: 0.5, isCustom: true, values: values)
            )
            return story
        case "torn":
            var run = StoryRun(canaryErrors: 0.05)
            run.play(rounds: 50)
            var story = run.story
            story.tornBytes = 17
            return story
        default: return nil
        }
    }

    private static func past(_ purpose: RunHeader.Purpose) -> RunStory {
        var run = StoryRun(canaryErrors: 0.05)
        run.play()
        var header = run.header
        header.purpose = purpose
        let entries = run.entries.filter { entry in
            if case .event(.judged, _) = entry { return true }
            if case .window = entry { return true }
            return false
        }
        var story = StoryRun.story(header, entries)
        story.outcome = .judged(.degraded, Reason("errors", "v2 fails more often"))
        return story
    }
}
