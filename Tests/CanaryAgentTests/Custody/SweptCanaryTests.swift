import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

/// What a sweep tells of the runs that it goes on with.
@Suite("A sweep and what it tells", .timeLimit(.minutes(1)))
struct SweptCanaryTests {
    private let rig: SweepRig

    init() throws { rig = try SweepRig() }

    /// A status as an agent left it.
    private func preset(phase: String, weights: JSONValue) throws {
        try rig.custody.cluster.server.change(.canaries, "demo4", in: "test1") { object in
            var members = object.members ?? [:]
            members["status"] = [
                "observedGeneration": 1, "phase": .string(phase), "message": "everything on v2, baking",
                "run": ["id": "run-1", "startedAt": "2026-11-23T12:00:00Z"], "weights": weights,
            ]
            object = .object(members)
        }
    }

    @Test("a run that it ends is told by the object's status: phase, weights, conditions, last run; the answer stays")
    func ended() async throws {
        try await rig.leave()
        try preset(phase: "Baking", weights: ["stable": 0, "canary": 100])
        try rig.ask(.rollback)
        _ = try await rig.sweep()

        let status = try #require(rig.status)
        #expect(status["phase"] == "Held" && status["run"] == nil && status["step"] == nil, "\(status)")
        #expect(status["weights"] == ["stable": 100, "canary": 0], "\(status)")
        let words = "was stopped: rollback by operator alice@example.com"
        #expect(status["message"]?.string?.contains(words) == true, "\(status)")
        #expect(status["lastRun"]?["id"] == "run-1", "\(status)")
        #expect(status["lastRun"]?["outcome"] == "stopped", "\(status)")
        let stalled = status["conditions"]?.items?.first { $0["type"] == "Stalled" }
        #expect(stalled?["status"] == "True" && stalled?["reason"] == "Stopped", "\(status)")
        #expect(rig.answer?["id"] == "request-0001" && rig.answer?["result"] == "accepted", "\(status)")
        await rig.custody.http.shutdown()
    }

    @Test("a run without evidence is written back: why there is none, and who wrote what and why, is told")
    func written() async throws {
        try await rig.leave(at: (50, 50), onOrphan: .rollback)
        try preset(phase: "Progressing", weights: ["stable": 50, "canary": 50])
        let inbox = RunInbox()
        async let sweeping = rig.sweep(inbox)
        #expect(await rig.eventually { rig.custody.cluster.weights() == [100, 0] })
        #expect(await rig.eventually { rig.status?["phase"] == "RollingBack" }, "\(String(describing: rig.status))")
        inbox.send(.interrupt("terminated (SIGTERM)"))
        _ = try await sweeping

        let status = try #require(rig.status)
        #expect(status["weights"] == ["stable": 100, "canary": 0], "\(status)")
        // Handed over: the run is still there, and it is said why nobody goes on with it now.
        #expect(status["run"]?["id"] == "run-1", "\(status)")
        #expect(status["message"]?.string?.contains("; terminated (SIGTERM): ") == true, "\(status)")
        let why = "nothing was kept of what it knew"
        #expect(rig.lines.contains { $0.contains("event=notice") && $0.contains(why) }, "\(rig.lines)")
        #expect(rig.events.contains { $0.contains("run-1") && $0.contains(why) }, "\(rig.events)")
        let audits = rig.lines.filter { $0.contains("event=audit") }
        let audit = try #require(audits.first, "\(rig.lines)")
        #expect(audits.count == 1 && audit.contains("actor=sweep-1 begun_by=haldane-agent"), "\(audits)")
        #expect(audit.contains("purpose=rollback from=50/50 to=100/0") && audit.contains(why), "\(audits)")
        await rig.custody.http.shutdown()
    }

    @Test("evidence that is kept is said with what it is worth")
    func kept() async throws {
        try await rig.leave()
        try rig.ask(.rollback)
        _ = try await rig.sweep()

        #expect(rig.lines.contains { $0.contains("event=notice") && $0.contains("windows is kept") }, "\(rig.lines)")
        #expect(rig.events.contains { $0.contains("windows is kept") }, "\(rig.events)")
        let ended = "stopped: rollback by operator alice@example.com"
        #expect(rig.events.contains { $0.contains(ended) }, "\(rig.events)")
        await rig.custody.http.shutdown()
    }

    @Test("of a CI job's rollout from a file no object is told; what was written, by whom and why, is on the output")
    func job() async throws {
        try await rig.leave(at: (50, 50), onOrphan: .rollback, job: "alice@ci")
        let inbox = RunInbox()
        async let sweeping = rig.sweep(inbox)
        #expect(await rig.eventually { rig.lines.contains { $0.contains("event=audit") } }, "\(rig.lines)")
        inbox.send(.interrupt("terminated (SIGTERM)"))
        _ = try await sweeping

        #expect(rig.lines.contains { $0.contains("actor=sweep-1 begun_by=alice@ci") }, "\(rig.lines)")
        let tried = rig.custody.cluster.server.view.writes.filter { $0.resource.hasPrefix("canaries") }
        #expect(tried.isEmpty && rig.events.isEmpty, "\(tried) \(rig.events)")
        await rig.custody.http.shutdown()
    }
}
