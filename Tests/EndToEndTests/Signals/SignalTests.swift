import Foundation
import Glibc
import Testing

/// What a run does when it is asked to leave, or when another one has the same journal.
@Suite struct SignalTests {
    struct Interrupted: Sendable {
        var result: Haldane.Result
        /// Of the file, before the signal and after the end.
        var weights: [[Int]]
    }

    static let codes: [(signal: Int32, code: Int32)] = [(SIGINT, 130), (SIGTERM, 143)]

    @Test("leaves the weights as they are, and says so", .timeLimit(.minutes(2)), arguments: codes)
    func leaves(signal: Int32, code: Int32) async throws {
        let interrupted = try await interrupt(signal, [])

        #expect(interrupted.result.ending == .exited(code), "\(interrupted.result.talk)")
        #expect(interrupted.weights == [[75, 25], [75, 25]])
        let run = try interrupted.result.json(RunResult.self)
        #expect(run.outcome == "interrupted")
        #expect(run.weights == RunResult.Pair(stable: 75, canary: 25))
        #expect(interrupted.result.talk.contains("weights stay as they are"))
        #expect(interrupted.result.talk.contains("event=interrupted weights=75/25"))
    }

    @Test("rolls back first if it was told to", .timeLimit(.minutes(2)))
    func rollsBackFirst() async throws {
        let interrupted = try await interrupt(SIGINT, ["--on-interrupt", "rollback"])

        #expect(interrupted.result.ending == .exited(130), "\(interrupted.result.talk)")
        #expect(interrupted.weights == [[75, 25], [100, 0]])
        #expect(try interrupted.result.json(RunResult.self).outcome == "rolledBack")
    }

    @Test("refuses a second run on the same journal, which changes nothing", .timeLimit(.minutes(2)))
    func secondRun() async throws {
        let (second, first) = try await Patience.blocking {
            let mesh = try MeshProcess(scenario: "healthy", seed: 4, speed: 10, in: try TestFolder())
            defer { withExtendedLifetime(mesh) {} }
            let arguments = Self.arguments(mesh)
            let first = try Haldane(arguments, in: mesh.folder, as: "first")
            try first.waitForTalk("event=started")
            let second = try Haldane.run(arguments, in: mesh.folder, as: "second", seconds: 30)
            let goesOn = !first.hasEnded
            first.signal(SIGINT)
            _ = try first.wait(seconds: 30)
            return (second, goesOn)
        }

        #expect(second.ending == .exited(3))
        #expect(second.talk.contains("journal"), "\(second.talk)")
        #expect(first, "the first run goes on")
    }

    private func interrupt(_ signal: Int32, _ more: [String]) async throws -> Interrupted {
        try await Patience.blocking {
            let mesh = try MeshProcess(scenario: "healthy", seed: 4, speed: 10, in: try TestFolder())
            defer { withExtendedLifetime(mesh) {} }
            // At the first step for as long as the test takes: nothing is proved within its settling time.
            let run = try Haldane(
                Self.arguments(mesh) + ["--set", "pace.settle=10m", "--set", "pace.deadline=1h"] + more,
                in: mesh.folder,
                as: "run"
            )
            try run.waitForTalk("weights=75/25")
            let before = RouteText(TestFolder.text(mesh.route)).weights
            run.signal(signal)
            let result = try run.wait(seconds: 60)
            return Interrupted(result: result, weights: [before, RouteText(TestFolder.text(mesh.route)).weights])
        }
    }

    private static func arguments(_ mesh: MeshProcess) -> [String] {
        ["run", mesh.spec, "--journal", mesh.folder.file("journal"), "--output", "json"] + QuickPace.arguments
    }
}
