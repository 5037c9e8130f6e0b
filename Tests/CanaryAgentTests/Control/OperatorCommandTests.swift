import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import Testing

/// Verbs asked of a scripted run through its control socket.
@Suite("Operator's verbs", .serialized, .timeLimit(.minutes(1)))
struct OperatorCommandTests {
    @Test("a pause is answered when it is in the journal, with who and why; a second one is refused")
    func pause() async throws {
        let rig = try ControlRig()

        let end = try await rig.serve {
            let first = try await rig.ask(.pause, "incident 4711")
            let written = await rig.journal.durable.commands
            #expect(first.result == .accepted)
            #expect(first.phase == "watching")
            #expect(first.run == "run-1")
            #expect(first.weights == RouteWeights(stable: 100, canary: 0))
            #expect(written == [Rollout.OperatorCommand(.pause, reason: "incident 4711", by: "alice@laptop")])

            let second = try await rig.ask(.pause)
            #expect(second.result == .refused)
            #expect(second.message == "the run is paused already, by alice@laptop: incident 4711")
        }

        #expect(await rig.journal.durable.commands.count == 1)
        #expect(end.ledger.notices.map(\.reason.text) == ["pause by operator alice@laptop: incident 4711"])
    }

    @Test("a paused run is not promoted by itself, and goes on after resume")
    func resume() async throws {
        let rig = try ControlRig()

        _ = try await rig.serve {
            #expect(try await rig.ask(.resume).message == "the run is not paused")
            _ = try await rig.ask(.pause)
            let resumed = try await rig.ask(.resume)
            #expect(resumed.result == .accepted)
            #expect(resumed.message == "resumed at 100/0 (v1/v2), paused by alice@laptop")
            #expect(try await rig.ask(.resume).result == .refused)
        }
        let state = RunRig.fold(await rig.journal.entries, rig.header)
        #expect(state.rollout.pause == nil)
    }

    @Test("who paused and since when is in the state that a fold gives")
    func pauseIsFolded() async throws {
        let rig = try ControlRig()

        _ = try await rig.serve { _ = try await rig.ask(.pause, "looking") }

        let pause = RunRig.fold(await rig.journal.entries, rig.header).rollout.pause
        #expect(pause?.by == "alice@laptop")
        #expect(pause?.reason == "looking")
        #expect(pause.map { $0.since > RunRig.start } == true)
    }

    @Test("promote goes step by step and ends the run at the last one; the reason is told")
    func promote() async throws {
        let rig = try ControlRig()

        let end = try await rig.serve {
            let first = try await rig.ask(.promote, "low traffic")
            #expect(first.result == .accepted)
            #expect(first.message == "promoted to step 1 of 2; weights are 80/20 (v1/v2)")
            let second = try await rig.ask(.promote)
            #expect(second.phase == "baking")
            #expect(second.weights == RouteWeights(stable: 0, canary: 100))
            let last = try await rig.ask(.promote, "good enough")
            #expect(last.phase == "finished")
            #expect(last.message.hasPrefix("promoted, at 0/100 (v1/v2): promote by operator alice@laptop: good enough"))
        }

        #expect(end.outcome?.word == "promoted")
        #expect(end.ledger.notices.contains { $0.reason.text == "promote by operator alice@laptop: low traffic" })
        #expect(await rig.store.present == RouteWeights(stable: 0, canary: 100))
    }

    @Test("a rollback is written before it is answered, and nothing is promoted, paused or rolled back after it")
    func rollback() async throws {
        let rig = try ControlRig()
        // Nothing proves that the canary is empty, so that the run does not end.
        let telemetry = ScriptedTelemetry { _ in Window(seconds: 5, quality: WindowQuality(unusable: .baseline)) }

        _ = try await rig.serve(telemetry: telemetry) {
            _ = try await rig.ask(.promote)
            let answer = try await rig.ask(.rollback, "errors at checkout")
            #expect(answer.result == .accepted)
            #expect(answer.phase == "emptying")
            #expect(await rig.store.present == RouteWeights(stable: 100, canary: 0))
            for verb in [Rollout.OperatorCommand.Verb.promote, .pause, .rollback] {
                let refused = try await rig.ask(verb)
                #expect(refused.result == .refused)
                #expect(refused.message.contains("errors at checkout"))
            }
        }

        #expect(await rig.journal.durable.commands.map(\.verb) == [.promote, .rollback])
    }

    @Test("a rollback breaks off a round that hangs; other commands are pending until it ends")
    func busy() async throws {
        let rig = try ControlRig()
        // The round that begins after five sleeps never ends by itself.
        let telemetry = ScriptedTelemetry { round in
            if round == 5 { while !Task.isCancelled { await ControlRig.pause() } }
            return EvenTraffic().window(round: round, canaryPercent: 0)
        }
        var limits = ControlChannel.Limits()
        limits.answering = .milliseconds(100)

        let end = try await rig.serve(limits: limits, telemetry: telemetry) {
            rig.letGo()
            while await telemetry.rounds < 6 { await ControlRig.pause() }
            let pause = try await rig.ask(.pause)
            #expect(pause.result == .pending)
            _ = try await rig.ask(.rollback)
        }

        #expect(await rig.journal.durable.commands.map(\.verb) == [.pause, .rollback])
        #expect(end.outcome?.word == "stopped", "nothing was to be rolled back")
    }

    @Test("whoever asks while the run ends is told how it ended")
    func ending() async throws {
        let rig = try ControlRig()

        let end = try await rig.serve {
            let stopped = try await rig.ask(.rollback, "not today")
            #expect(stopped.result == .accepted)
            #expect(stopped.message == "stopped, at 100/0 (v1/v2): rollback by operator alice@laptop: not today")
            switch await rig.client.send(Rollout.OperatorCommand(.promote, reason: "late")) {
            case .nobody: break
            case .answer(let answer): #expect(answer.result == .refused && answer.message.contains("over"))
            case .failed: break
            }
        }

        #expect(end.outcome?.word == "stopped")
    }
}

extension [JournalEntry] {
    /// What operators have asked for.
    var commands: [Rollout.OperatorCommand] {
        events.compactMap { if case .input(.command(let command)) = $0 { command } else { nil } }
    }
}
