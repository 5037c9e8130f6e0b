import CanaryCore
import CanaryReport
import Foundation
import Testing

@Suite struct RunStatusTests {
    private func status(
        of run: SampleRun,
        _ state: RunStatus.State = .running,
        change: (inout RunProgress) -> Void = { _ in }
    ) throws -> RunStatus {
        var last = try #require(run.progress.last)
        change(&last)
        return RunStatus(
            header: last.header,
            rollout: last.rollout,
            ledger: last.ledger,
            at: last.at,
            state: state,
            journal: ".haldane/test1-demo4/run-1.journal.zst",
            process: 4711
        )
    }

    private func sample(errors: Double, rounds: Int) -> SampleRun {
        var run = SampleRun(canaryErrors: errors)
        run.play(rounds: rounds)
        return run
    }

    private func pause(_ progress: inout RunProgress) {
        let command = Rollout.OperatorCommand(.pause, reason: "incident 4711", by: "alice@laptop")
        _ = progress.rollout.handle(.command(command), at: progress.at.advanced(by: .seconds(-65)))
    }

    @Test("reads back from its JSON as it was", arguments: [0, 10, 60, 400])
    func roundTrip(rounds: Int) throws {
        let run = sample(errors: 0.005, rounds: rounds)
        for status in [try status(of: run), try status(of: run, change: pause), try status(of: run, .abandoned)] {
            #expect(try JSONDecoder().decode(RunStatus.self, from: Data(status.json())) == status)
        }
    }

    @Test("says what is watched, compared, paused and next")
    func text() throws {
        let watching = try status(of: sample(errors: 0.005, rounds: 10))
        let comparing = try status(of: sample(errors: 0.005, rounds: 60))
        let paused = try status(of: sample(errors: 0.005, rounds: 60), change: pause)

        #expect(watching.text(style: .plain).hasPrefix("▶ watching stable: test1/demo4 v1 → v2, 00:50 elapsed\n"))
        #expect(watching.next.hasPrefix("learning what is normal for stable"))
        #expect(watching.code == .healthy)
        #expect(comparing.text(style: .plain).contains("  compared  errors: v1 "))
        #expect(comparing.text(style: .plain).contains("  process   4711\n"))
        #expect(paused.code == .undecided)
        #expect(paused.text(style: .plain).contains("  paused    by alice@laptop since 2027-"))
        #expect(paused.text(style: .plain).contains("(1 min 5 s): incident 4711"))
        #expect(paused.next.hasPrefix("nothing is promoted until `haldane resume`; "))
    }

    @Test("ends with the code of the outcome, and shows no process then")
    func over() throws {
        let promoted = try status(of: sample(errors: 0.005, rounds: 2000))
        let rolledBack = try status(of: sample(errors: 0.2, rounds: 2000), .abandoned)

        #expect(promoted.state == .finished && promoted.outcome == "promoted" && promoted.code == .healthy)
        #expect(promoted.process == nil)
        #expect(rolledBack.outcome == "rolledBack" && rolledBack.code == .degraded)
        #expect(rolledBack.text(style: .plain).hasPrefix("✖ rolled back"))
    }

    @Test("tells a run that nobody works at from one that somebody left")
    func unfinished() throws {
        let run = sample(errors: 0.005, rounds: 60)
        let abandoned = try status(of: run, .abandoned)
        let interrupted = try status(of: run, .interrupted)

        #expect(abandoned.code == .unknown && interrupted.code == .undecided)
        #expect(abandoned.text(style: .plain).contains("unfinished, not running"))
        #expect(abandoned.next == "nothing watches the canary now; go on with: haldane run SPEC")
        #expect(interrupted.text(style: .plain).contains("as last read"))
    }

    @Test("what came from the run cannot steer a terminal")
    func harmless() throws {
        let status = try status(of: sample(errors: 0.005, rounds: 60)) { progress in
            let command = Rollout.OperatorCommand(.pause, reason: "\u{1B}[2Jgone", by: "x\u{7}y")
            _ = progress.rollout.handle(.command(command), at: progress.at)
        }
        #expect(!status.text(style: .plain).contains("\u{1B}"))
        #expect(!status.text(style: .plain).contains("\u{7}"))
    }

    @Test("lines of a paused run name who paused it and since when")
    func lines() throws {
        let judged = sample(errors: 0.005, rounds: 60).progress.last {
            if case .judged = $0.happening { true } else { false }
        }
        var progress = try #require(judged)
        pause(&progress)
        var lines = EventLines()

        let line = lines.line(progress) ?? ""

        #expect(line.contains(" paused_by=alice@laptop paused_since=2027-"))
    }
}
