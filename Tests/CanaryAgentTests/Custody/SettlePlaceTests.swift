import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// Where the final weights will be committed is looked at before anything is written.
@Suite("The file of route.settle", .timeLimit(.minutes(1)))
struct SettlePlaceTests {
    private let rig: CustodyRig
    private let scratch: Scratch
    private let kubeconfig: String

    init() throws {
        rig = try CustodyRig()
        scratch = try Scratch()
        kubeconfig = try rig.cluster.writeKubeconfig(in: scratch.path)
    }

    private static func text(_ name: String = "demo4-vs") -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: \(name), namespace: test1 }
        spec:
          hosts: [demo4.a.com]
          http:
          - route:
            - destination: { host: demo4.test1.svc.cluster.local, subset: v1 }
              weight: 100
            - destination: { host: demo4.test1.svc.cluster.local, subset: v2 }
              weight: 0

        """
    }

    private func options(_ file: String?, repository: String? = nil) -> RunOptions {
        var spec = CustodyRig.spec
        spec.telemetry.targets = ["http://127.0.0.1:1/stats/prometheus"]
        spec.pace.interval = .milliseconds(50)
        spec.route.accept = [.gatewayOnly, .otherRoutes, .trafficPolicy, .mirror]
        spec.route.settle = SettleSpec(file: "apps/route.yaml", repository: repository, pushes: true)
        var options = RunOptions(
            spec: spec,
            route: .cluster,
            cluster: ClusterOptions(kubeconfig: kubeconfig, environment: [:]),
            journalDirectory: "\(scratch.path)/journals",
            version: "test"
        )
        options.custody = rig.timing()
        options.settle.file = file
        return options
    }

    private func refusal(_ options: RunOptions) async throws -> String {
        let inbox = RunInbox()
        inbox.send(.interrupt("interrupted (SIGINT)"))
        let error = await #expect(throws: AgentError.self) {
            _ = try await RunSession(options: options, observer: RecordingObserver(), inbox: inbox).run()
        }
        #expect(rig.lease == nil && rig.cluster.weights() == [100, 0])
        return error?.description ?? ""
    }

    @Test("a file in no work tree, one that is not committed, or one with another route refuses the run")
    func refused() async throws {
        let loose = "\(scratch.path)/loose.yaml"
        try Self.text().write(toFile: loose, atomically: true, encoding: .utf8)
        #expect(try await refusal(options(loose)).contains("is in no Git work tree"))
        #expect(try await refusal(options("\(scratch.path)/missing.yaml")).contains("cannot be committed"))
        #expect(try await refusal(options(nil, repository: "main")).contains("no repository 'main'"))

        let remote = try GitRemoteFixture(in: "\(scratch.path)/git", file: "apps/route.yaml", text: Self.text("other"))
        #expect(try await refusal(options(remote.path)).contains("there is no VirtualService 'demo4-vs'"))
        let fresh = "\(remote.mine)/fresh.yaml"
        try Self.text().write(toFile: fresh, atomically: true, encoding: .utf8)
        #expect(try await refusal(options(fresh)).contains("is not committed to Git yet"))
    }

    @Test("validate --connect says where the final weights will be committed, and that Git differs")
    func connect() async throws {
        let remote = try GitRemoteFixture(in: "\(scratch.path)/git", file: "apps/route.yaml", text: Self.text())
        try rig.set(0, 100)
        let findings = try await ConnectCheck(options: options(remote.path)).run()
        let lines = findings.map { "\($0.word): \($0.sentence)" }
        #expect(lines.contains("info: the final weights will be committed to \(remote.path), and pushed"), "\(lines)")
        #expect(lines.contains { $0.hasPrefix("warning: Git declares other weights") && $0.contains("100/0") })

        try rig.cluster.server.change(.virtualServices, "demo4-vs", in: "test1") { object in
            guard case .object(var members) = object else { return }
            var metadata = members["metadata"]?.members ?? [:]
            metadata["annotations"] = ["argocd.argoproj.io/tracking-id": "shop:networking.istio.io/VirtualService:x"]
            members["metadata"] = .object(metadata)
            object = .object(members)
        }
        let asked = try await ConnectCheck(options: options(remote.path)).run().first { $0.word == "gitOps" }
        #expect(asked?.hint?.contains("RespectIgnoreDifferences") == true, "\(String(describing: asked))")
        #expect(asked?.hint?.contains("the final weights will be committed to \(remote.path)") == true)
    }

    @Test("a run that is gone on with elsewhere leaves the commit to a person, and says so")
    func elsewhere() async throws {
        var spec = CustodyRig.spec
        spec.route.settle = SettleSpec(file: "apps/route.yaml")
        let plan = WeightPlan(canaryPercent: 100, purpose: .promotion)
        let rest = await SettlePlace().settlement(spec, .asNamed)?.settle(plan)
        #expect(rest?.text.contains("apps/route.yaml is known only where the run was begun") == true)
        #expect(rest?.text.contains("by hand") == true)
        spec.route.settle = SettleSpec(file: "x.yaml", repository: "main", pushes: true, branch: "main")
        let place = SettlePlace(repositories: ["main": scratch.path])
        let forged = await place.settlement(spec, .asNamed)?.settle(plan)
        #expect(forged?.text.contains("not one of Haldane's") == true, "\(forged?.text ?? "settled")")
        spec.route.settle = nil
        #expect(place.settlement(spec, .asNamed) == nil)
    }
}
