import CanaryCore
import Testing

@Suite("Promotions that Git does not agree with")
struct SettlementMemoryTests {
    private func memory(_ outcome: Outcome, roles: Roles = .asNamed) -> ReleaseMemory {
        let start = Timestamp(milliseconds: 1_000_000)
        var memory = ReleaseMemory()
        memory.last = ReleaseMemory.LastRun(
            id: "run-1",
            release: nil,
            roles: roles,
            outcome: outcome,
            startedAt: start,
            endedAt: start
        )
        memory.left = roles == .asNamed ? RouteWeights(stable: 0, canary: 100) : RouteWeights(stable: 100, canary: 0)
        return memory
    }

    private static let rest = Reason.unsettled("the commit waits on branch haldane/x to be merged into origin/main")
    private static let waiting = Outcome.promoted(Reason("promoted", "baked"), unsettled: rest)

    @Test("the old weights in force say what is to be merged, in both roles", arguments: [Roles.asNamed, .exchanged])
    func putBack(roles: Roles) {
        let memory = memory(Self.waiting, roles: roles)
        let old = roles == .asNamed ? RouteWeights(stable: 100, canary: 0) : RouteWeights(stable: 0, canary: 100)
        let reason = memory.putBack(old)
        #expect(reason?.label == "put-back")
        #expect(reason?.text.contains("branch haldane/x to be merged into origin/main") == true)
        #expect(memory.putBack(old.swapped) == nil)
        #expect(memory.putBack(RouteWeights(stable: 50, canary: 50)) == nil)
        #expect(memory.putBack(RouteWeights(stable: 0, canary: 0)) == nil)
    }

    @Test("Git's answer settles the run that it is about, once")
    func settling() {
        let memory = memory(Self.waiting)
        #expect(memory.settling("run-2", nil) == nil)
        #expect(memory.settling("run-1", Self.rest) == nil)
        #expect(memory.settling("run-1", .unsettled("away"))?.unsettled?.rest == .unsettled("away"))
        let settled = memory.settling("run-1", nil)
        #expect(settled?.last?.outcome == .promoted(Reason("promoted", "baked")))
        #expect(settled?.unsettled == nil && settled?.settling("run-1", nil) == nil)
        #expect(self.memory(.stopped(Reason("x", "y"))).unsettled == nil)
    }

    @Test("an unsettled promotion is told with what is still to be done, and is no failure")
    func words() {
        #expect(Self.waiting.qualifiedWord == "promoted(unsettled)" && Self.waiting.exitCode == .healthy)
        #expect(Self.waiting.text.hasPrefix("baked; the traffic has moved"))
        #expect(Self.waiting.notice.urgency == .warning && Self.waiting.notice.reason.label == "unsettled")
        #expect(Outcome.promoted(Reason("promoted", "baked")).notice == Notice(.info, Reason("promoted", "baked")))
    }

    @Test(
        "what leads out of a repository is not confined",
        arguments: [
            ("a/b.yaml", "haldane/x", true), ("a/b.yaml", nil, true), ("../b", nil, false), ("/b", nil, false),
            ("a/../b", nil, false), ("a//b", nil, false), (".git/config", nil, false), ("a/.GIT/x", nil, false),
            ("b", "main", false), ("b", "haldane/", false), ("b", "haldane/../main", false), ("", nil, false),
        ] as [(String, String?, Bool)]
    )
    func confined(file: String, branch: String?, isConfined: Bool) {
        #expect(SettleSpec(file: file, repository: "main", branch: branch).isConfined == isConfined)
        #expect(!SettleSpec(file: file, branch: branch).isConfined)
    }
}
