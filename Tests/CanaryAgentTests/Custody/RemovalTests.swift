import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import Testing

/// Runs whose Canary object went while nobody was at them, and sweeps that are told to end.
@Suite("A sweep and the Canary objects", .timeLimit(.minutes(1)))
struct RemovalTests {
    private let rig: CustodyRig
    private let scratch: Scratch

    init() throws {
        rig = try CustodyRig()
        scratch = try Scratch()
    }

    private func addCanary() throws {
        try rig.cluster.server.apply(
            yaml: """
                apiVersion: haldane.dev/v1
                kind: Canary
                metadata: { name: demo4, namespace: test1 }
                spec: { route: { virtualService: demo4-vs } }

                """
        )
    }

    /// A run that an agent, or somebody else, has given back before its first step.
    private func leave(by author: String) async throws -> Orphan {
        var header = rig.header()
        header.by = author
        header.spec.telemetry = TelemetrySpec(pods: PodScrape())
        let custody = try await rig.custody("before")
        let baseline = RouteWeights(stable: 100, canary: 0)
        try await custody.begin(RolloutRecord.Run(header: header, baseline: baseline), header)
        await custody.leave(RunState(header: header), at: rig.time.moment)
        return try #require(rig.orphan())
    }

    private func sweep(_ inbox: RunInbox = RunInbox()) async throws -> SweepSession.Report {
        var options = SweepSession.Options(
            cluster: ClusterOptions(
                kubeconfig: try rig.cluster.writeKubeconfig(in: scratch.path),
                environment: [:]
            ),
            namespace: nil,
            home: JournalHome("\(scratch.path)/sweep"),
            within: .seconds(60),
            version: "test"
        )
        options.timing = rig.timing()
        return try await SweepSession(options: options, inbox: inbox) { _ in }.run()
    }

    @Test("an agent's run whose object is gone is taken back; one whose object is there, and a CI job's, are not")
    func removal() async throws {
        let orphan = try await leave(by: "haldane-agent")
        #expect(try await Takeover.removal(of: orphan, client: rig.client)?.contains("was deleted") == true)
        var job = orphan
        job.run.by = "ci@runner"
        #expect(try await Takeover.removal(of: job, client: rig.client) == nil)
        try addCanary()
        #expect(try await Takeover.removal(of: orphan, client: rig.client) == nil)
        rig.cluster.server.serve(.canaries, versions: [])
        #expect(try await Takeover.removal(of: orphan, client: rig.client) == nil)
        await rig.http.shutdown()
    }

    @Test("while the API does not answer nobody can tell whether the object is there, and nothing is taken over")
    func unknown() async throws {
        let orphan = try await leave(by: "haldane-agent")
        rig.cluster.server.goAway()

        await #expect(throws: KubernetesError.self) {
            _ = try await Takeover.removal(of: orphan, client: rig.client)
        }
        await rig.http.shutdown()
    }

    @Test("a Canary that goes while a sweep looks has its run ended, and that is why")
    func whileSweeping() async throws {
        try addCanary()
        _ = try await leave(by: "haldane-agent")
        rig.cluster.server.delete(.canaries, "demo4", in: "test1")
        let report = try await sweep()

        // Nothing was changed that could be taken back.
        #expect(report.results.map { $0.report?.outcome?.word } == ["stopped"])
        #expect(report.results.first?.report?.outcome?.reason.text.contains("was deleted") == true, "\(report)")
        #expect(report.exitCode == .undecided && rig.record?.run == nil)
        #expect(rig.cluster.weights() == [100, 0])
        await rig.http.shutdown()
    }

    @Test("a sweep that is terminated hands over what it has begun, weights as they are")
    func terminated() async throws {
        let orphan = try await leave(by: "ci@runner")
        let inbox = RunInbox()
        inbox.send(.interrupt("terminated (SIGTERM)"))
        let report = try await sweep(inbox)

        #expect(report.results.count == 1)
        #expect(report.results.first?.report?.interruption?.text.contains("SIGTERM") == true, "\(report)")
        #expect(report.exitCode == .terminated)
        #expect(rig.lease?.holder == "" && rig.record?.run?.id == orphan.run.id)
        #expect(rig.cluster.weights() == [100, 0])
        await rig.http.shutdown()
    }
}
