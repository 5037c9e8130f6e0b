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
    private let rig: CustodyRig
    private let scratch: Scratch

    init() throws {
        rig = try CustodyRig()
        scratch = try Scratch()
    }

    private static var now: Timestamp { Timestamp(milliseconds: MicroTime.now().microseconds / 1000) }

    /// A run of an agent that has given it back, with evidence that a sweep believes.
    ///
    /// - Parameter weights: in force; without evidence they are what the run wrote last.
    private func leave(at weights: (stable: Int, canary: Int)? = nil, onOrphan: Guards.Fallback = .hold) async throws {
        try rig.cluster.server.apply(
            yaml: """
                apiVersion: haldane.dev/v1
                kind: Canary
                metadata: { name: demo4, namespace: test1 }
                spec: { route: { virtualService: demo4-vs } }

                """
        )
        var header = rig.header()
        header.by = "haldane-agent"
        header.spec.telemetry = TelemetrySpec(pods: PodScrape())
        header.spec.guards.onOrphan = onOrphan
        let custody = try await rig.custody("before")
        var run = RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
        if let weights {
            try rig.set(weights.stable, weights.canary)
            run.percent = Double(weights.canary)
        }
        try await custody.begin(run, header)
        await custody.leave(RunState(header: header), at: rig.time.moment)
        if weights != nil { rig.cluster.server.delete(.configMaps, "haldane-demo4", in: "test1") }
    }

    private func ask(_ verb: CanaryRequest.Verb, id: String = "request-0001", at moment: Timestamp? = nil) throws {
        let request = CanaryRequest(
            id: id,
            verb: verb,
            reason: "checkout fails",
            by: "alice@example.com",
            at: moment ?? Self.now
        )
        var annotations: [String: JSONValue] = [:]
        for (name, text) in request.members { annotations[RequestAnnotations.prefix + name] = .string(text) }
        try rig.cluster.server.change(.canaries, "demo4", in: "test1") { object in
            var members = object.members ?? [:]
            var metadata = members["metadata"]?.members ?? [:]
            metadata["annotations"] = .object(annotations)
            members["metadata"] = .object(metadata)
            object = .object(members)
        }
    }

    private var answer: JSONValue? {
        rig.cluster.server.view.object(.canaries, "demo4", in: "test1")?["status"]?["request"]
    }

    private func sweep(_ inbox: RunInbox = RunInbox()) async throws -> SweepSession.Report {
        var options = SweepSession.Options(
            cluster: ClusterOptions(
                kubeconfig: try rig.cluster.writeKubeconfig(in: scratch.path),
                environment: [:]
            ),
            namespace: nil,
            home: JournalHome("\(scratch.path)/sweep"),
            within: .seconds(30),
            version: "test"
        )
        options.timing = rig.timing()
        options.requests = .milliseconds(20)
        return try await SweepSession(options: options, inbox: inbox) { _ in }.run()
    }

    @Test("a rollback that was asked while everybody was dead ends the run before anything else, and is answered")
    func rollback() async throws {
        try await leave()
        try ask(.rollback)
        let report = try await sweep()

        let outcome = report.results.first?.report?.outcome
        #expect(outcome?.reason.text == "rollback by operator alice@example.com: checkout fails", "\(report)")
        #expect(rig.cluster.weights() == [100, 0] && rig.record?.run == nil)
        #expect(answer?["id"] == "request-0001" && answer?["result"] == "accepted", "\(String(describing: answer))")
        await rig.http.shutdown()
    }

    @Test("a rollback takes back weights without evidence that guards.onOrphan would leave as they are")
    func blind() async throws {
        try await leave(at: (50, 50))
        try ask(.rollback)
        let inbox = RunInbox()
        async let sweeping = sweep(inbox)
        #expect(await eventually { rig.cluster.weights() == [100, 0] && answer?["result"] == "accepted" })
        inbox.send(.interrupt("terminated (SIGTERM)"))
        _ = try await sweeping
        await rig.http.shutdown()
    }

    @Test("weights without evidence that nobody asked for go back, and it is said who did that and why")
    func unasked() async throws {
        try await leave(at: (50, 50), onOrphan: .rollback)
        let inbox = RunInbox()
        async let sweeping = sweep(inbox)
        #expect(await eventually { rig.cluster.weights() == [100, 0] })
        inbox.send(.interrupt("terminated (SIGTERM)"))
        let report = try await sweeping.results.first?.report

        let texts = (report?.ledger.notices ?? []).map(\.reason.text) + [report?.outcome?.reason.text ?? ""]
        #expect(!texts.contains { $0.contains("operator") }, "\(texts)")
        await rig.http.shutdown()
    }

    @Test("a request that comes while the sweep is at the run is obeyed: a pause holds it, and is answered once")
    func pause() async throws {
        try await leave()
        let inbox = RunInbox()
        async let sweeping = sweep(inbox)
        #expect(await eventually { rig.lease?.holder.isEmpty == false })
        try ask(.pause)
        #expect(await eventually { answer?["result"] == "accepted" }, "\(String(describing: answer))")
        try ask(.pause, id: "request-0002")
        #expect(await eventually { answer?["id"] == "request-0002" })
        #expect(answer?["message"]?.string?.contains("paused already, by alice@example.com") == true)
        inbox.send(.interrupt("terminated (SIGTERM)"))
        let report = try await sweeping

        #expect(report.results.first?.report?.outcome == nil && rig.record?.run != nil, "\(report)")
        #expect(rig.cluster.weights() == [100, 0])
        await rig.http.shutdown()
    }

    @Test("a request that was meant for another moment is refused as an agent refuses it")
    func old() async throws {
        try await leave()
        try ask(.resume, at: Self.now.advanced(by: .seconds(-1200)))
        let inbox = RunInbox()
        async let sweeping = sweep(inbox)
        #expect(await eventually { answer?["result"] == "refused" }, "\(String(describing: answer))")
        inbox.send(.interrupt("terminated (SIGTERM)"))
        _ = try await sweeping

        #expect(answer?["message"]?.string?.contains("when things were different") == true)
        #expect(rig.record?.run != nil)
        await rig.http.shutdown()
    }

    private func eventually(_ isSo: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(15)
        while ContinuousClock.now < end {
            if isSo() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return isSo()
    }
}
