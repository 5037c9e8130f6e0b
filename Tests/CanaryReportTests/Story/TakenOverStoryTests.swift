import CanaryCore
import CanaryReport
import CanaryTelemetry
import Testing

/// A run whose first part is in another journal.
@Suite("Stories of runs that were taken over")
struct TakenOverStoryTests {
    private let run: StoryRun
    /// The journal of whoever took it over, after so many records of the first one.
    private let second: [JournalEntry]
    private let restored: RunState

    init() {
        var run = StoryRun(canaryErrors: 0.03)
        run.play()
        var state = RunState(header: run.header)
        var window: Window?
        var cut = 0
        var at = run.header.startedAt
        for (index, entry) in run.entries.enumerated() {
            switch entry {
            case .window(let found): window = found
            case .event(let event, let time):
                state.fold(event, window: window, at: time)
                at = time
            }
            // In the middle of the comparison.
            if case .event(.judged(let context, _), _) = entry, context.phase == .analyzing, state.ledger.windows >= 32
            {
                cut = index
                break
            }
        }
        self.run = run
        restored = state
        let reason = Reason("taken-over", "taken over from haldane-agent-0, which was silent for 31 s")
        let opening: [JournalEvent] = [
            .restored(state: state, reason: reason), .resumed(reason), .notice(Notice(.info, reason)),
        ]
        second = opening.map { .event($0, at: at) } + run.entries[(cut + 1)...]
    }

    @Test("the account goes on: requests, weights, outcome and harm are those of the whole run")
    func account() throws {
        let whole = run.story
        let story = StoryRun.story(run.header, second)

        #expect(run.outcome?.word == "rolledBack")
        #expect(story.ledger.steps == whole.ledger.steps)
        #expect(story.ledger.canaryFailures == whole.ledger.canaryFailures)
        #expect(story.ledger.notices.count == whole.ledger.notices.count + 1)
        #expect(story.outcome == whole.outcome)
        #expect(story.highestPercent == whole.highestPercent)
        #expect(story.budget == whole.budget)
        #expect(story.moments.count < whole.moments.count)
        let harm = try #require(story.harm)
        let wholeHarm = try #require(whole.harm)
        #expect(harm.requests >= wholeHarm.requests && harm.failures >= wholeHarm.failures)
        #expect((harm.extraFailures - wholeHarm.extraFailures).magnitude < 1)
    }

    @Test("it is told from whom the run was taken over, and which weights were in force before")
    func told() throws {
        let story = StoryRun.story(run.header, second)

        #expect(story.events.count { $0.text.hasPrefix("taken over from") } == 1)
        let event = try #require(story.events.first { $0.title == "taken over" })
        #expect(event.text == "taken over from haldane-agent-0, which was silent for 31 s")
        #expect(story.events.contains { $0.title == "5 % in force" && $0.at < event.at })
        #expect(story.interruption == nil)
    }

    @Test("the list of runs counts what was before, once")
    func row() {
        func row(_ entries: [JournalEntry]) -> HistoryRow {
            var fold = HistoryFold(header: run.header)
            for entry in entries { fold.add(entry) }
            return fold.row
        }
        #expect(row(second).canaryRequests == row(run.entries).canaryRequests)
        #expect(row(second).stableFailures == row(run.entries).stableFailures)
        #expect(row(second).reachedPercent == row(run.entries).reachedPercent)
        #expect(row(second).outcome == run.outcome)
    }

    @Test("what happened before a takeover without evidence is said not to be known, with the highest weight that is")
    func untold() throws {
        let at = run.header.startedAt.advanced(by: .seconds(240))
        var state = RunState(header: run.header)
        state.ledger.lose(upTo: 50)
        let found = RouteSnapshot(
            revision: RouteRevision("1"),
            weights: RouteWeights(stable: 100, canary: 0),
            place: run.header.place
        )
        state.rollout = .orphaned(RolloutRules(run.header.spec), found: found, at: at)
        let outcome = Outcome.rolledBack(Reason("operator", "rollback by agent-2: it took the run over"), .proved)
        let entries: [JournalEntry] = [
            .event(.restored(state: state, reason: Reason("orphaned", "it cannot be gone on with")), at: at),
            .event(.finished(outcome), at: at),
        ]
        let story = StoryRun.story(run.header, entries)
        let told = TextReport(story, width: 400).text
        let explained = Explanation(header: run.header, ledger: story.ledger, outcome: outcome).sentences.joined()
        var row = HistoryFold(header: run.header)
        for entry in entries { row.add(entry) }

        let words =
            "what v2 did before the takeover is not known: it had 50 % of the traffic at the highest that is known"
        #expect(told.contains(words) && told.contains("no request reached v2 after the takeover"), "\(told)")
        #expect(!told.contains("nothing was found against") && !explained.contains("nothing was found against"))
        #expect(explained.contains(words))
        #expect(story.highestPercent == 50)
        #expect(row.row.reachedPercent == 50)
    }

    @Test("a closed gate is told when it closes, changes and opens, not at each look")
    func gate() {
        let at = run.header.startedAt
        let inputs: [Rollout.Input] = [
            .gate(Reason("freeze", "frozen until Monday")), .gate(Reason("freeze", "frozen until Monday, 8:00")),
            .gate(Reason("window", "outside of the window")), .gate(nil),
        ]
        let entries = inputs.enumerated().map { index, input in
            JournalEntry.event(.input(input), at: at.advanced(by: .seconds(60 * index)))
        }
        let told = StoryRun.story(run.header, entries).events.filter { $0.title.hasPrefix("steps up") }

        #expect(told.map(\.title) == ["steps up wait", "steps up wait", "steps up may go on"])
        #expect(told.map(\.at) == [0, 120, 180])
        #expect(told.last?.text.hasPrefix("after 3 min") == true)
    }
}
