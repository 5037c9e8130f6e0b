import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

/// What operators ask while every agent is dead, and a sweep goes on with the run.
@Suite("A sweep and the requests of operators", .timeLimit(.minutes(1)))
struct SweptRequestsTests {
    private let rig: SweepRig

    init() throws { rig = try SweepRig() }

    @Test("a rollback that was asked while everybody was dead ends the run before anything else, and is answered")
    func rollback() async throws {
        try await rig.leave()
        try rig.ask(.rollback)
        let report = try await rig.sweep()

        let outcome = report.results.first?.report?.outcome
        #expect(outcome?.reason.text == "rollback by operator alice@example.com: checkout fails", "\(report)")
        #expect(rig.custody.cluster.weights() == [100, 0] && rig.custody.record?.run == nil)
        #expect(
            rig.answer?["id"] == "request-0001" && rig.answer?["result"] == "accepted",
            "\(String(describing: rig.answer))"
        )
        await rig.custody.http.shutdown()
    }

    @Test("a rollback takes back weights without evidence that guards.onOrphan would leave as they are")
    func blind() async throws {
        try await rig.leave(at: (50, 50))
        try rig.ask(.rollback)
        let inbox = RunInbox()
        async let sweeping = rig.sweep(inbox)
        #expect(
            await rig.eventually { rig.custody.cluster.weights() == [100, 0] && rig.answer?["result"] == "accepted" }
        )
        inbox.send(.interrupt("terminated (SIGTERM)"))
        _ = try await sweeping
        await rig.custody.http.shutdown()
    }

    @Test("weights without evidence that nobody asked for go back, and it is said who did that and why")
    func unasked() async throws {
        try await rig.leave(at: (50, 50), onOrphan: .rollback)
        let inbox = RunInbox()
        async let sweeping = rig.sweep(inbox)
        #expect(await rig.eventually { rig.custody.cluster.weights() == [100, 0] })
        inbox.send(.interrupt("terminated (SIGTERM)"))
        let report = try await sweeping.results.first?.report

        let texts = (report?.ledger.notices ?? []).map(\.reason.text) + [report?.outcome?.reason.text ?? ""]
        #expect(!texts.contains { $0.contains("operator") }, "\(texts)")
        await rig.custody.http.shutdown()
    }

    @Test("a request that comes while the sweep is at the run is obeyed: a pause holds it, and is answered once")
    func pause() async throws {
        try await rig.leave()
        let inbox = RunInbox()
        async let sweeping = rig.sweep(inbox)
        #expect(await rig.eventually { rig.custody.lease?.holder.isEmpty == false })
        try rig.ask(.pause)
        #expect(await rig.eventually { rig.answer?["result"] == "accepted" }, "\(String(describing: rig.answer))")
        try rig.ask(.pause, id: "request-0002")
        #expect(await rig.eventually { rig.answer?["id"] == "request-0002" })
        #expect(rig.answer?["message"]?.string?.contains("paused already, by alice@example.com") == true)
        inbox.send(.interrupt("terminated (SIGTERM)"))
        let report = try await sweeping

        #expect(report.results.first?.report?.outcome == nil && rig.custody.record?.run != nil, "\(report)")
        #expect(rig.custody.cluster.weights() == [100, 0])
        await rig.custody.http.shutdown()
    }

    @Test("a request that was meant for another moment is refused as an agent refuses it")
    func old() async throws {
        try await rig.leave()
        try rig.ask(.resume, at: SweepRig.now.advanced(by: .seconds(-1200)))
        let inbox = RunInbox()
        async let sweeping = rig.sweep(inbox)
        #expect(await rig.eventually { rig.answer?["result"] == "refused" }, "\(String(describing: rig.answer))")
        inbox.send(.interrupt("terminated (SIGTERM)"))
        _ = try await sweeping

        #expect(rig.answer?["message"]?.string?.contains("when things were different") == true)
        #expect(rig.custody.record?.run != nil)
        await rig.custody.http.shutdown()
    }
}
