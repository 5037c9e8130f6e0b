import Foundation
import Glibc
import Testing

/// Rollouts whose telemetry breaks in the middle of a step.
@Suite struct BadTargetTests {
    struct Breakdown: Sendable {
        var result: Haldane.Result
        /// The output named each target that misbehaved, with its fault, in a round whose verdict was `unknown`.
        var areNamed: Bool
        /// Rounds went on, and were usable, after the targets behaved again.
        var recovered = false
        var weights: [Int]
    }

    @Test(
        "is named, spoils the verdict, and is no zero traffic",
        .timeLimit(.minutes(3)),
        arguments: PodFront.Mischief.allCases
    )
    func onePod(mischief: PodFront.Mischief) async throws {
        let breakdown = try await breakDown(mischief, pods: 1)

        #expect(breakdown.result.ending == .exited(130), "\(breakdown.result.talk)")
        #expect(breakdown.areNamed, "\(breakdown.result.talk)")
        #expect(breakdown.recovered == (mischief != .refuses), "\(breakdown.result.talk)")
        #expect(breakdown.weights == [75, 25], "neither promoted nor rolled back")
    }

    @Test("of all canary pods are a loss of telemetry, and not a silent canary", .timeLimit(.minutes(3)))
    func allPods() async throws {
        let breakdown = try await breakDown(.refuses, pods: 2)

        #expect(breakdown.result.ending == .exited(130), "\(breakdown.result.talk)")
        #expect(breakdown.areNamed, "\(breakdown.result.talk)")
        #expect(breakdown.weights == [75, 25], "neither promoted nor rolled back")
    }

    /// Runs to the first step, lets canary pods misbehave there for a while, lets them behave again, and interrupts the run.
    private func breakDown(_ mischief: PodFront.Mischief, pods: Int) async throws -> Breakdown {
        try await Patience.blocking {
            let folder = try TestFolder()
            let mesh = try MeshProcess(scenario: "healthy", seed: 6, speed: 5, in: folder)
            let bomb = mischief == .sendsBomb ? try Self.bomb() : []
            let pages = try mesh.targets().suffix(pods)
            let fronts = try pages.map { try PodFront(of: $0, bomb: bomb) }
            defer { withExtendedLifetime((mesh, fronts)) {} }
            var spec = folder.read("canary.yaml")
            for (page, front) in zip(pages, fronts) { spec = spec.replacingOccurrences(of: page, with: front.url) }
            try folder.write("canary.yaml", spec)

            let run = try Haldane(
                ["run", mesh.spec, "--journal", folder.file("journal"), "--output", "json"] + QuickPace.arguments
                    + [
                        "--set", "telemetry.scrape.timeout=1s", "--set", "pace.settle=10m", "--set", "pace.deadline=1h",
                    ],
                in: folder,
                as: "run"
            )
            try run.waitForTalk("weights=75/25")
            // A few good rounds with traffic to the canary first.
            Patience.pause(milliseconds: 1500)
            for front in fronts { front.start(mischief) }
            let areNamed = Patience.wait(seconds: 60) {
                let lines = Self.unknown(run.talk)
                return fronts.allSatisfy { front in lines.contains { $0.contains(front.address) } }
            }
            let told = run.talk.utf8.count
            for front in fronts { front.behave() }
            let recovered = Patience.wait(seconds: mischief == .refuses ? 3 : 30) {
                let news = String(decoding: run.talk.utf8.dropFirst(told), as: UTF8.self)
                return news.contains("verdict=undecided") || news.contains("verdict=healthy")
            }
            run.signal(SIGINT)
            return Breakdown(
                result: try run.wait(seconds: 30),
                areNamed: areNamed,
                recovered: recovered,
                weights: RouteText(folder.read("demo4-vs.yaml")).weights
            )
        }
    }

    /// The lines about rounds that could not be judged for a fault.
    private static func unknown(_ talk: String) -> [Substring] {
        talk.split(separator: "\n").filter { line in
            ["event=judged", "verdict=unknown", "fault="].allSatisfy { line.contains($0) }
        }
    }

    /// A quarter of a gigabyte of comments, packed.
    private static func bomb() throws -> [UInt8] {
        let folder = try TestFolder()
        let script = "import gzip; gzip.open('bomb', 'wb', 6).write(b'# nothing of interest\\n' * 12_000_000)"
        let packing = try ChildProcess(
            "/usr/bin/env",
            ["python3", "-c", script],
            in: folder.path,
            output: folder.file("out"),
            talk: folder.file("err")
        )
        guard try packing.wait(seconds: 60) == .exited(0),
            let data = FileManager.default.contents(atPath: folder.file("bomb"))
        else {
            throw ChildProcess.Failure(description: "python3 cannot pack a file: \(folder.read("err"))")
        }
        return Array(data)
    }
}
