import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// Steps by the API, the final weights as a commit: an agent, the API server double, real git.
@Suite("Agent: Git", .timeLimit(.minutes(2)))
struct AgentSettlementTests {
    private let folder: Scratch
    private let remote: GitRemoteFixture

    init() throws {
        folder = try Scratch()
        let service = FleetService("shop", in: AgentRig.namespace)
        let text = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: shop
              namespace: test1
            spec:
              hosts: [\(service.host)]
              http:
              - route:
                - destination: { host: \(service.host), subset: v1 }
                  weight: 100
                - destination: { host: \(service.host), subset: v2 }
                  weight: 0

            """
        remote = try GitRemoteFixture(in: folder.path, file: "apps/shop.yaml", text: text)
    }

    private func rig(_ settle: String) async throws -> AgentRig {
        let rig = try AgentRig("shop", policy: ["repositories: { main: { directory: \(remote.mine) } }"]) { options in
            options.gitPause = .milliseconds(100)
            options.resync = .milliseconds(100)
        }
        let spec = "{ route: { virtualService: shop, settle: { repository: main, \(settle) } } }"
        try rig.fleet.addCanary(for: rig.service("shop"), spec: spec)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        return rig
    }

    private func outcome(_ rig: AgentRig) -> String? { rig.status("shop")?["lastRun"]?["outcome"]?.string }

    private func value(_ rig: AgentRig, _ kind: String) -> String {
        let condition = (rig.status("shop")?["conditions"]?.items ?? []).first { $0["type"]?.string == kind }
        return "\(condition?["status"]?.string ?? "-") \(condition?["reason"]?.string ?? "-")"
    }

    @Test("a promotion is pushed, and Git declares what the cluster has")
    func pushed() async throws {
        let rig = try await rig("file: apps/shop.yaml, push: true")
        #expect(await rig.eventually { outcome(rig) == "promoted" }, "\(rig.log)")
        await rig.stop()

        #expect(rig.weights("shop") == [0, 100])
        let declared = try remote.declared()
        #expect(declared.contains("subset: v2 }\n      weight: 100"), "\(declared)")
    }

    @Test("a review leaves it promoted(unsettled), told to GitOps tools as reconciling, until it is merged")
    func review() async throws {
        let rig = try await rig("file: apps/shop.yaml, branch: haldane/shop")
        #expect(await rig.eventually { outcome(rig) == "promoted(unsettled)" }, "\(rig.log)")
        #expect(await rig.eventually { value(rig, "Reconciling") == "True Unsettled" }, "\(value(rig, "Reconciling"))")
        let message = rig.status("shop")?["message"]?.string ?? ""
        #expect(message.contains("branch haldane/shop to be merged into origin/main"), "\(message)")
        #expect(value(rig, "Stalled") == "False Unsettled")

        // Whoever applies Git applies the old weights.
        try rig.fleet.set([100, 0], of: rig.service("shop"), as: "argocd-application-controller")
        #expect(await rig.eventually { value(rig, "Stalled") == "True PutBack" }, "\(rig.log)")
        let lost = rig.status("shop")?["message"]?.string ?? ""
        #expect(lost.contains("Git still declares them") && lost.contains("haldane/shop"), "\(lost)")
        #expect(rig.log.contains { $0.contains("event=put-back") })

        try remote.merge("haldane/shop")
        try rig.fleet.set([0, 100], of: rig.service("shop"), as: "argocd-application-controller")
        #expect(await rig.eventually { outcome(rig) == "promoted" }, "\(rig.log)")
        #expect(await rig.eventually { value(rig, "Reconciling").hasPrefix("False") })
        func reasons() -> [String] { rig.fleet.server.view.objects(.events).compactMap { $0["reason"]?.string } }
        #expect(await rig.eventually(within: .seconds(10)) { reasons().contains("CanaryGitAgrees") }, "\(reasons())")
        await rig.stop()
        #expect(rig.log.filter { $0.contains("event=settled") }.count == 1)
        #expect(rig.log.filter { $0.contains("event=begin") }.count == 1)
    }

    @Test("a push that is refused is said in git's words, and made up for when it is taken again")
    func refused() async throws {
        try remote.refusePushes("main is protected")
        let rig = try await rig("file: apps/shop.yaml, push: true")
        #expect(await rig.eventually { outcome(rig) == "promoted(unsettled)" }, "\(rig.log)")
        #expect(
            await rig.eventually {
                rig.status("shop")?["lastRun"]?["reason"]?.string?.contains("main is protected") == true
            },
            "\(rig.log)"
        )
        try remote.takePushes()
        #expect(await rig.eventually { outcome(rig) == "promoted" }, "\(rig.log)")
        await rig.stop()
        #expect(try remote.declared().contains("subset: v2 }\n      weight: 100"))
    }

    @Test("a file that does not hold the rule keeps the run from beginning, and nothing is written")
    func otherRule() async throws {
        try "kind: ConfigMap\n".write(toFile: remote.theirs + "/other.yaml", atomically: true, encoding: .utf8)
        for folder in [remote.theirs] {
            try GitRemoteFixture.git(folder, "add", ".")
            try GitRemoteFixture.git(folder, "commit", "--quiet", "-m", "other")
            try GitRemoteFixture.git(folder, "push", "--quiet")
        }
        try GitRemoteFixture.git(remote.mine, "pull", "--quiet")
        let rig = try await rig("file: other.yaml, push: true")
        #expect(
            await rig.eventually {
                rig.log.contains { $0.contains("event=not-begun") && $0.contains("final weights cannot be committed") }
            },
            "\(rig.log)"
        )
        await rig.stop()
        #expect(rig.weights("shop") == [100, 0])
        #expect(rig.fleet.server.view.requests("patch", .virtualServices).isEmpty)
    }
}
