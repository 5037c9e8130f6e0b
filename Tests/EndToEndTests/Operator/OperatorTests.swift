import Foundation
import Glibc
import Testing

/// Operators at a rollout of the real binary, from other processes.
@Suite struct OperatorTests {
    /// The members of `haldane.status/1` that matter here.
    struct Status: Decodable {
        struct Side: Decodable { var weight: Int? }
        struct Pause: Decodable {
            var by: String?
            var reason: String
        }

        var schema: String
        var state: String
        var phase: String
        var stable: Side
        var canary: Side
        var paused: Pause?
        var outcome: String?
        var process: Int32?
    }

    struct Answer: Decodable {
        var schema: String
        var result: String
        var phase: String?
        var message: String
    }

    /// Settings that keep a run at its first step for as long as a test takes.
    static let settings = QuickPace.arguments + ["--set", "pace.settle=10m", "--set", "pace.deadline=1h"]

    @Test(
        "status, pause, resume, promote and rollback work at a running rollout and are in its journal",
        .timeLimit(.minutes(3))
    )
    func verbs() async throws {
        try await Patience.blocking {
            let mesh = try MeshProcess(scenario: "healthy", seed: 4, speed: 10, in: try TestFolder())
            defer { withExtendedLifetime(mesh) {} }
            let operators = Operators(folder: mesh.folder)
            let run = try Haldane(["run", mesh.spec, "--output", "json"] + Self.settings, in: mesh.folder, as: "run")
            try run.waitForTalk("weights=75/25")
            let watch = try Haldane(["watch", mesh.spec, "--output", "json"], in: mesh.folder, as: "watch")

            // By its spec, by its name, and by being the only one.
            for name in [[mesh.spec], ["demo4"], []] {
                let status = try operators.status(name)
                #expect(status.code == 0 || status.code == 1)
                #expect(status.value.schema == "haldane.status/1")
                #expect(status.value.state == "running")
                #expect(status.value.phase == "analyzing")
                #expect(status.value.process != nil)
            }
            let pause = try operators.ask("pause", "incident 4711")
            #expect(pause.code == 0 && pause.value.result == "accepted", "\(pause)")
            #expect(try operators.ask("pause", "again").code == 3)
            let paused = try operators.status([])
            #expect(paused.code == 1)
            #expect(paused.value.paused?.reason == "incident 4711")
            #expect(paused.value.paused?.by?.contains("@") == true)
            #expect(try operators.ask("resume", "false alarm").value.result == "accepted")
            #expect(try operators.ask("promote", "low traffic").value.phase == "analyzing")
            #expect(RouteText(TestFolder.text(mesh.route)).weights == [50, 50])
            let rollback = try operators.ask("rollback", "enough")
            #expect(rollback.value.result == "accepted")
            #expect(RouteText(TestFolder.text(mesh.route)).weights == [100, 0])

            #expect(try run.wait(seconds: 60).ending == .exited(2))
            let watched = try watch.wait(seconds: 60)
            #expect(watched.ending == .exited(2), "\(watched.talk)")
            #expect(try watched.json(RunResult.self).outcome == "rolledBack")
            #expect(watched.talk.contains("pause by operator"))

            let over = try operators.status([])
            #expect(over.code == 2 && over.value.state == "finished" && over.value.outcome == "rolledBack")
            #expect(over.value.process == nil)
            #expect(try operators.ask("promote", "too late").code == 3)
            try operators.checkJournal(has: ["incident 4711", "false alarm", "low traffic", "enough"])
            let replay = try Haldane.run(["replay", ".haldane/test1-demo4"], in: mesh.folder, as: "replay")
            #expect(replay.ending == .exited(0), "\(replay.output)")
        }
    }

    @Test(
        "a run that was killed is told as such, and rolled back by the process that is asked to",
        .timeLimit(.minutes(3))
    )
    func takesUp() async throws {
        try await Patience.blocking {
            let mesh = try MeshProcess(scenario: "healthy", seed: 4, speed: 10, in: try TestFolder())
            defer { withExtendedLifetime(mesh) {} }
            let operators = Operators(folder: mesh.folder)
            let run = try Haldane(["run", mesh.spec] + Self.settings, in: mesh.folder, as: "run")
            try run.waitForTalk("weights=75/25")
            let watch = try Haldane(["watch"], in: mesh.folder, as: "watch")
            try watch.waitForTalk("weights=75/25")

            run.signal(SIGKILL)
            _ = try run.wait(seconds: 10)

            let watched = try watch.wait(seconds: 30)
            #expect(watched.ending == .exited(3))
            #expect(watched.output.contains("unfinished, not running"))
            let status = try operators.status([])
            #expect(status.code == 3 && status.value.state == "abandoned")
            #expect(status.value.canary.weight == 25)
            let pause = try operators.ask("pause", "too late")
            #expect(pause.code == 3 && pause.value.message.contains("haldane run"))
            let rollback = try Haldane.run(
                ["rollback", "--reason", "the runner was lost", "--output", "json"],
                in: mesh.folder,
                as: "rollback",
                seconds: 60
            )
            #expect(rollback.ending == .exited(2), "\(rollback.talk)")
            #expect(try rollback.json(RunResult.self).outcome == "rolledBack")
            #expect(RouteText(TestFolder.text(mesh.route)).weights == [100, 0])

            let retry = try Haldane(
                ["retry", mesh.spec, "--reason", "the runner, not the release"] + Self.settings,
                in: mesh.folder,
                as: "retry"
            )
            try retry.waitForTalk("weights=75/25")
            #expect(retry.talk.contains("reason=retry"))
            retry.signal(SIGINT)
            #expect(try retry.wait(seconds: 30).ending == .exited(130))
            try operators.checkJournal(has: ["the runner, not the release"])
            #expect(try operators.status([]).value.state == "interrupted")
        }
    }

    @Test("Ctrl-C ends a watch and not the run", .timeLimit(.minutes(2)))
    func leavesWatch() async throws {
        try await Patience.blocking {
            let mesh = try MeshProcess(scenario: "healthy", seed: 4, speed: 10, in: try TestFolder())
            defer { withExtendedLifetime(mesh) {} }
            let run = try Haldane(["run", mesh.spec] + Self.settings, in: mesh.folder, as: "run")
            try run.waitForTalk("event=started")
            let watch = try Haldane(["watch"], in: mesh.folder, as: "watch")
            try watch.waitForTalk("event=started")

            watch.signal(SIGINT)
            let watched = try watch.wait(seconds: 10)

            #expect(watched.ending == .exited(130))
            #expect(watched.output.isEmpty)
            #expect(!run.hasEnded)
            run.signal(SIGINT)
            #expect(try run.wait(seconds: 30).ending == .exited(130))
        }
    }

    /// Commands at the only run of a folder.
    private struct Operators {
        let folder: TestFolder

        struct Said<Value> {
            var code: Int32
            var value: Value
        }

        func status(_ name: [String]) throws -> Said<Status> {
            try say(["status"] + name + ["--output", "json"])
        }

        func ask(_ verb: String, _ reason: String) throws -> Said<Answer> {
            try say([verb, "--reason", reason, "--output", "json"])
        }

        private func say<Value: Decodable>(_ words: [String]) throws -> Said<Value> {
            let result = try Haldane.run(words, in: folder, as: words[0], seconds: 30)
            guard case .exited(let code) = result.ending, !result.output.isEmpty else {
                throw ChildProcess.Failure(description: "\(words): \(result.ending)\n\(result.talk)")
            }
            return Said(code: code, value: try result.json(Value.self))
        }

        /// Whether the newest journal holds these words.
        func checkJournal(has words: [String]) throws {
            let home = folder.file(".haldane/test1-demo4")
            let files = try FileManager.default.contentsOfDirectory(atPath: home).filter {
                $0.hasSuffix(".journal.zst")
            }
            let newest = try #require(files.max())
            let text = folder.file("journal.txt")
            let process = try ChildProcess(
                "/usr/bin/env",
                ["zstd", "-dcq", home + "/" + newest],
                in: folder.path,
                output: text,
                talk: folder.file("zstd.err")
            )
            #expect(try process.wait(seconds: 30) == .exited(0))
            let records = TestFolder.text(text)
            for word in words { #expect(records.contains(word), "the journal lacks '\(word)'") }
            #expect(!FileManager.default.fileExists(atPath: home + "/control.sock"))
        }
    }
}
