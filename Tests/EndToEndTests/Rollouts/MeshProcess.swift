import Foundation
import Glibc

/// `haldane simulate` as its own process: pages to scrape, and a route file that it obeys.
final class MeshProcess: Sendable {
    let folder: TestFolder
    private let process: Haldane

    /// Starts it and waits until it listens; blocks the thread. It lives ten minutes at most, whatever becomes of the test.
    init(scenario: String, seed: Int, speed: Int, in folder: TestFolder) throws {
        self.folder = folder
        let arguments = ["simulate", "--scenario", scenario, "--seed", "\(seed)", "--speed", "\(speed)"]
        process = try Haldane(
            arguments + ["--directory", folder.path, "--output", "json"],
            in: folder,
            as: "simulate",
            through: ["/usr/bin/timeout", "--kill-after=5", "600"]
        )
        let process = process
        guard Patience.wait(seconds: 60, until: { process.output.contains("\n") || process.hasEnded }),
            !process.hasEnded
        else {
            throw ChildProcess.Failure(description: "the simulated mesh does not listen:\n\(process.talk)")
        }
    }

    deinit {
        process.signal(SIGTERM)
        _ = try? process.wait(seconds: 10)
    }

    var spec: String { folder.file("canary.yaml") }

    var route: String { folder.file("demo4-vs.yaml") }

    /// The pages' URLs, stable pods first.
    func targets() throws -> [String] {
        struct Announcement: Decodable { var targets: [String] }
        return try JSONDecoder().decode(Announcement.self, from: Data(process.output.utf8)).targets
    }
}

/// Settings that let a rollout end within seconds.
enum QuickPace {
    static let settings: [String] = [
        "steps=[25%,50%,100%]", "objectives.errors.budget=2pp", "objectives.latency.budget=60%", "pace.interval=100ms",
        "pace.history=3s", "pace.settle=300ms", "pace.warmup=500ms", "pace.deadline=10m", "pace.bake=4s",
        "telemetry.scrape.timeout=2s",
    ]

    static var arguments: [String] { settings.flatMap { ["--set", $0] } }
}
