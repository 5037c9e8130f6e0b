import Foundation
import Measuring

/// How much memory a rollout of 10 pods needs over more than an hour of virtual time.
///
/// The demo is measured: its process holds the simulated mesh and its server beside the agent, so the figure is an upper bound.
enum MemoryBench {
    private struct Answer: Decodable {
        var outcome: String
        var seconds: Double
        var windows: Int
    }

    static func run(_ binary: Program, in folder: URL) async throws -> [BenchLine] {
        let place = folder.appending(path: "memory")
        let run = try await binary.run(
            [
                "demo", "--scenario", "healthy", "--seed", "7", "--speed", "0", "--output", "json", "--quiet",
                "--directory", place.path, "--set", "pace.bake=40m",
            ],
            in: folder,
            limit: .seconds(600)
        )
        guard let answer = try? JSONDecoder().decode(Answer.self, from: run.output) else {
            throw Arguments.Fault(description: "the demo gave no result: exit code \(run.exitCode); \(run.talk)")
        }
        let megabytes = Double(run.peakBytes) / 1_048_576
        return [
            BenchLine(
                what: "virtual time of the rollout whose memory is measured",
                measured: "\((answer.seconds / 60).text(0)) min, \(answer.windows) windows (\(answer.outcome))",
                limit: "at least 60 min",
                isMet: answer.seconds >= 3600
            ),
            BenchLine(
                what: "resident memory of the 10-pod demo, simulated mesh included",
                measured: "\(megabytes.text(1)) MB",
                limit: "under 60 MB",
                isMet: run.peakBytes > 0 && megabytes < 60
            ),
            BenchLine(what: "the same demo, real time", measured: "\(run.seconds.text(1)) s"),
        ]
    }
}
