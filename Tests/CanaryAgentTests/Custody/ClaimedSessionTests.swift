import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Foundation
import Testing

/// Whole sessions over the API server double; no target answers, and an interrupt ends each run that begins.
@Suite("A session in a cluster", .timeLimit(.minutes(2)))
struct ClaimedSessionTests {
    private let sessions: SessionRig
    private var rig: CustodyRig { sessions.rig }
    private var scratch: Scratch { sessions.scratch }

    init() throws { sessions = try SessionRig() }

    private func run(_ folder: String, identity: String? = nil, unattended: Bool = false) async throws -> RunReport {
        try await sessions.run(folder) { options in
            options.identity = identity
            options.isUnattended = unattended
        }
    }

    @Test("claims, hands over, is taken up where it was, and goes on elsewhere under its own name")
    func life() async throws {
        let first = try await run("one")
        #expect(first.header.baseline == RouteWeights(stable: 100, canary: 0))
        #expect(first.header.release?.canary.isEmpty == false)
        #expect(rig.lease?.holder == "")
        #expect(rig.record?.run?.id == first.header.run)
        #expect(rig.record?.run?.by == "alice@laptop")
        #expect(rig.hasSnapshot)

        let again = try await run("one")
        #expect(again.header == first.header)
        let elsewhere = try await run("two")
        #expect(elsewhere.header.run == first.header.run)
        #expect(elsewhere.ledger.notices.contains { $0.reason.label == "taken-over" })
        #expect(try JournalReplay.replay(path: elsewhere.journalPath).isIdentical)
        // The first folder's journal does not know what happened since.
        let back = try await run("one")
        #expect(back.ledger.notices.contains { $0.reason.label == "taken-over" })
        #expect(rig.cluster.weights() == [100, 0])
    }

    @Test("a process that was killed is succeeded at once in its own folder, and not before its lease ends in a copy")
    func crash() async throws {
        let first = try await run("one")
        let holder = try #require(rig.lease?.annotations["haldane.dev/last-holder"])
        func revive() throws {
            try rig.cluster.server.change(.leases, "haldane-demo4", in: "test1") { object in
                var spec = object["spec"]?.members ?? [:]
                spec["holderIdentity"] = .string(holder)
                spec["leaseDurationSeconds"] = 15
                object = .object((object.members ?? [:]).merging(["spec": .object(spec)]) { $1 })
            }
        }
        try FileManager.default.copyItem(atPath: "\(scratch.path)/one", toPath: "\(scratch.path)/copy")
        try revive()
        let before = rig.time.uptime
        let second = try await run("one")
        #expect(second.header.run == first.header.run)
        #expect(rig.time.uptime == before, "nothing was waited for")

        try revive()
        _ = try await run("copy")
        #expect(before.duration(to: rig.time.uptime) >= .seconds(15))
    }

    @Test("a run of somebody else that had changed nothing and left no evidence is forgotten, and a new one begins")
    func emptyHanded() async throws {
        let (header, custody) = try await rig.begin("ci-17", inbox: RunInbox())
        await custody.abandon()
        #expect(rig.record?.run?.id == header.run && !rig.hasSnapshot)
        let report = try await run("one")

        #expect(report.header.run != header.run)
        #expect(report.ledger.notices.contains { $0.reason.label == "begun-anew" }, "\(report.ledger.notices)")
        #expect(rig.record?.run?.id == report.header.run)
    }

    @Test("a canary that another process drives is refused, and nothing is written")
    func refused() async throws {
        let (_, custody) = try await rig.begin("ci-17", inbox: RunInbox())
        let renewing = Task {
            while !Task.isCancelled {
                await custody.turn()
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        let error = await #expect(throws: AgentError.self) { _ = try await run("one") }
        renewing.cancel()
        await renewing.value

        #expect(error?.message.contains("ci-17") == true, "\(String(describing: error))")
        #expect(try JournalDirectory(path: "\(scratch.path)/one").runs().isEmpty)
        #expect(rig.cluster.server.view.requests("patch", .virtualServices).isEmpty)
        await custody.abandon()
    }

    private func hashes(_ version: ClusterFixture.Version) -> [String] {
        let labels = rig.cluster.pods(version).compactMap { name in
            rig.cluster.server.view.object(.pods, name, in: "test1")?["metadata"]?["labels"]?["pod-template-hash"]?
                .string
        }
        return Set(labels).sorted()
    }

    @Test("a release that the claimed record calls tried is not begun again, whatever was decided before; news is")
    func stale() async throws {
        func remember(_ memory: ReleaseMemory) async throws {
            let custody = try await rig.custody("before")
            custody.remember { $0.memory = memory }
            await custody.abandon()
        }
        var memory = ReleaseMemory(stableSlot: hashes(.stable), canarySlot: [])
        memory.tried = hashes(.canary)
        try await remember(memory)
        let error = await #expect(throws: AgentError.self) { _ = try await run("one", unattended: true) }

        #expect(error?.message.contains("newer than what it was decided on") == true, "\(String(describing: error))")
        #expect(rig.lease?.holder == "")
        #expect(rig.record?.run == nil && rig.record?.memory == memory)
        #expect(try JournalDirectory(path: "\(scratch.path)/one").runs().isEmpty)
        #expect(rig.cluster.server.view.requests("patch", .virtualServices).isEmpty)

        memory.tried = nil
        try await remember(memory)
        let report = try await run("one", unattended: true)
        #expect(report.header.release?.canary == hashes(.canary))
    }

    @Test("a sweep ends what nobody drives, leaves alone what somebody does, and says how many it looked at")
    func sweep() async throws {
        _ = try await run("one")
        let report = try await sessions.sweep()

        #expect(report.looked == 1 && report.driven == 0)
        // Its targets mean nothing here, and it had not written anything.
        #expect(report.results.map { $0.report?.outcome?.word } == ["stopped"])
        #expect(report.exitCode == .undecided)
        #expect(rig.record?.run == nil)
        #expect(rig.record?.memory.last == nil, "its release is as new as before")
        let next = try await sessions.sweep()
        #expect(next.results.isEmpty && next.exitCode == .healthy)
    }

    @Test("without the permission to claim a run is refused, with what to grant")
    func permissions() async throws {
        rig.cluster.server.permit([
            AccessRule(groups: ["*"], resources: ["*"], verbs: ["get", "list", "watch", "patch"])
        ])
        let error = await #expect(throws: AgentError.self) { _ = try await run("one") }

        let text = error?.description ?? ""
        #expect(text.contains("create leases.coordination.k8s.io") && text.contains("apiGroups"), "\(text)")
    }
}
