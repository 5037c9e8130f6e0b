import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit

/// Whole sessions over the API server double; no target answers, and an interrupt ends each run that begins.
struct SessionRig {
    let rig: CustodyRig
    let scratch: Scratch
    let kubeconfig: String

    init() throws {
        rig = try CustodyRig()
        scratch = try Scratch()
        kubeconfig = try rig.cluster.writeKubeconfig(in: scratch.path)
    }

    static let spec: CanarySpec = {
        var spec = CustodyRig.spec
        spec.telemetry.targets = ["http://127.0.0.1:1/stats/prometheus"]
        spec.route.accept = [.gatewayOnly, .otherRoutes, .trafficPolicy, .mirror]
        return spec
    }()

    func run(_ folder: String, change: (inout RunOptions) -> Void = { _ in }) async throws -> RunReport {
        let inbox = RunInbox()
        inbox.send(.interrupt("interrupted (SIGINT)"))
        var options = RunOptions(
            spec: Self.spec,
            route: .cluster,
            cluster: ClusterOptions(kubeconfig: kubeconfig, environment: [:]),
            journalDirectory: "\(scratch.path)/\(folder)",
            version: "test"
        )
        options.by = "alice@laptop"
        options.custody = rig.timing()
        change(&options)
        return try await RunSession(options: options, observer: RecordingObserver(), inbox: inbox).run()
    }

    func sweep(
        _ inbox: RunInbox = RunInbox(),
        change: (inout SweepSession.Options) -> Void = { _ in },
        note: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> SweepSession.Report {
        var options = SweepSession.Options(
            cluster: ClusterOptions(kubeconfig: kubeconfig, environment: [:]),
            namespace: nil,
            home: JournalHome("\(scratch.path)/sweep"),
            within: .seconds(60),
            version: "test"
        )
        change(&options)
        return try await SweepSession(options: options, inbox: inbox, note: note) { _ in }.run()
    }
}
