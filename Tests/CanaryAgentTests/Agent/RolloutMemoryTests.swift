import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import Testing

/// What is remembered between runs, among others that write the same Lease.
@Suite("What is remembered of a canary is kept", .timeLimit(.minutes(1)))
struct RolloutMemoryTests {
    private let rig: CustodyRig
    private let memory = ReleaseMemory(stableSlot: ["aaaaaaaaaa"], canarySlot: ["bbbbbbbbbb"])

    init() throws { rig = try CustodyRig() }

    private func keep(_ memory: ReleaseMemory, from before: ReleaseMemory) async throws -> Bool {
        let options = AgentOptions(version: "test", identity: "agent-1", agentNamespace: "haldane-system", data: "")
        return try await RolloutMemory.keep(memory, from: before, of: CustodyRig.key, options, rig.client)
    }

    @Test("the first time, and on top of what it was made from; not over what somebody has left there since")
    func newer() async throws {
        #expect(try await keep(memory, from: ReleaseMemory()))
        #expect(rig.record?.memory == memory && rig.lease?.holder == "")
        var next = memory
        next.tried = ["cccccccccc"]
        #expect(try await keep(next, from: memory))

        #expect(try await !keep(ReleaseMemory(), from: memory))
        #expect(rig.record?.memory == next && rig.lease?.holder == "")
        await rig.http.shutdown()
    }

    @Test("not while somebody holds the Lease, nor while a run waits there to be gone on with")
    func run() async throws {
        let (_, custody) = try await rig.begin("ci-17", inbox: RunInbox())
        #expect(try await !keep(memory, from: ReleaseMemory()))
        #expect(rig.lease?.holder == "ci-17")
        await custody.abandon()
        #expect(rig.lease?.holder == "" && rig.record?.run != nil)

        #expect(try await !keep(memory, from: ReleaseMemory()))
        #expect(rig.lease?.holder == "" && rig.record?.run != nil)
        #expect(rig.record?.memory == ReleaseMemory())
        await rig.http.shutdown()
    }
}
