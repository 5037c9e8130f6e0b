import CanaryAgent
import CanaryCore
import CanaryTestKit
import Testing

/// Who is stable is known better than the weights tell it, where a held run is tried again.
@Suite("A session with given roles", .timeLimit(.minutes(1)))
struct GivenRolesTests {
    private let rig: CustodyRig
    private let scratch: Scratch
    private let kubeconfig: String

    init() throws {
        rig = try CustodyRig()
        scratch = try Scratch()
        kubeconfig = try rig.cluster.writeKubeconfig(in: scratch.path)
        try rig.set(40, 60)
    }

    private func run(_ roles: Roles?) async throws -> RunReport {
        let inbox = RunInbox()
        inbox.send(.interrupt("interrupted (SIGINT)"))
        var spec = CustodyRig.spec
        spec.telemetry.targets = ["http://127.0.0.1:1/stats/prometheus"]
        spec.route.accept = [.gatewayOnly, .otherRoutes, .trafficPolicy, .mirror]
        var options = RunOptions(
            spec: spec,
            route: .cluster,
            cluster: ClusterOptions(kubeconfig: kubeconfig, environment: [:]),
            journalDirectory: "\(scratch.path)/journals",
            version: "test"
        )
        options.custody = rig.timing()
        options.isUnattended = true
        options.retryReason = Reason("retry", "tried again by the operator")
        options.roles = roles
        return try await RunSession(options: options, observer: RecordingObserver(), inbox: inbox).run()
    }

    @Test("weights between begin a run with the roles that are given, and are refused without")
    func given() async throws {
        let error = await #expect(throws: AgentError.self) { _ = try await run(nil) }
        #expect(error?.message.contains("cannot be told which of the two") == true, "\(String(describing: error))")

        let report = try await run(.asNamed)
        #expect(report.header.roles == .asNamed)
        #expect(report.header.baseline == RouteWeights(stable: 40, canary: 60))
    }
}
