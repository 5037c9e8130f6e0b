import Foundation
import Glibc
import Testing

/// A rollout whose process is killed at random moments goes on as if nothing had happened.
@Suite struct CrashTests {
    struct Survival: Sendable {
        var kills = 0
        var lives = 0
        var last: Haldane.Result
        var findings: RouteWatch.Findings
        var route: RouteText
        var replay: Haldane.Result
    }

    @Test("a healthy rollout killed fifty times is promoted in the end", .timeLimit(.minutes(5)))
    func promotes() async throws {
        let survival = try await survive(scenario: "healthy", kills: 50, seed: 20_26, life: 100...550, bake: "bake=12s")

        try check(survival, kills: 50, ending: .exited(0), outcome: "promoted", weights: [0, 100])
        #expect(survival.findings.history == [[100, 0], [75, 25], [50, 50], [0, 100]])
    }

    @Test("a failing rollout killed again and again is rolled back in the end", .timeLimit(.minutes(5)))
    func rollsBack() async throws {
        let survival = try await survive(scenario: "errors", kills: 12, seed: 42, life: 100...400, bake: "bake=5s")

        try check(survival, kills: 1, ending: .exited(2), outcome: "rolledBack", weights: [100, 0])
        #expect(survival.findings.history == [[100, 0], [75, 25], [100, 0]])
    }

    private func check(
        _ survival: Survival,
        kills: Int,
        ending: ChildProcess.Ending,
        outcome: String,
        weights: [Int]
    ) throws {
        #expect(survival.kills >= kills, "after \(survival.lives) lives")
        #expect(survival.last.ending == ending, "\(survival.last.talk.suffix(2000))")
        let run = try survival.last.json(RunResult.self)
        #expect(run.outcome == outcome, "\(run.reason)")
        #expect(survival.route.weights == weights)
        #expect(survival.findings.faults.isEmpty, "\(survival.findings.faults)")
        #expect(survival.findings.reads > 500)
        #expect(survival.replay.ending == .exited(0), "\(survival.replay.output)")
    }

    /// Runs a rollout against a simulated mesh, kills it after a random time, resumes it, and so on; then lets it end.
    private func survive(
        scenario: String,
        kills: Int,
        seed: UInt64,
        life: ClosedRange<Int>,
        bake: String
    ) async throws -> Survival {
        print("crash test of \(scenario): seed \(seed)")
        return try await Patience.blocking {
            var chance = Chance(seed: seed)
            let mesh = try MeshProcess(scenario: scenario, seed: 3, speed: 20, in: try TestFolder())
            defer { withExtendedLifetime(mesh) {} }
            let folder = mesh.folder
            let watch = RouteWatch(path: mesh.route)
            let arguments =
                ["run", mesh.spec, "--journal", folder.file("journal"), "--output", "json"]
                + QuickPace.arguments + ["--set", "pace." + bake]
            var (killed, lives) = (0, 0)
            while true {
                lives += 1
                let run = try Haldane(arguments, in: folder, as: "run")
                if killed < kills {
                    Patience.pause(milliseconds: Int.random(in: life, using: &chance))
                    run.signal(SIGKILL)
                }
                let result = try run.wait(seconds: 120)
                if result.ending == .killed(by: SIGKILL) {
                    killed += 1
                    continue
                }
                return Survival(
                    kills: killed,
                    lives: lives,
                    last: result,
                    findings: watch.end(),
                    route: RouteText(TestFolder.text(mesh.route)),
                    replay: try Haldane.run(
                        ["replay", folder.file("journal"), "--output", "json"],
                        in: folder,
                        as: "replay"
                    )
                )
            }
        }
    }

    /// Chance that can be had again (Steele, Lea and Flood 2014, SplitMix64).
    struct Chance: RandomNumberGenerator {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
