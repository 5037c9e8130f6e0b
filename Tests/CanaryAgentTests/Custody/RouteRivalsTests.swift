import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Testing

/// Rollouts of two names on one rule, over the API server double: a rule has one writer, whatever it is called by.
@Suite("Two rollouts on one rule", .timeLimit(.minutes(2)))
struct RouteRivalsTests {
    private let sessions: SessionRig
    private var rig: CustodyRig { sessions.rig }

    init() throws { sessions = try SessionRig() }

    private static let namespace = ClusterFixture.namespace
    private static let baseline = RouteWeights(stable: 100, canary: 0)

    private func header(_ name: String, _ change: (inout RunHeader) -> Void = { _ in }) -> RunHeader {
        var header = rig.header()
        header.spec.name = name
        header.run = "run-of-\(name)"
        header.by = "ci@runner"
        change(&header)
        return header
    }

    private func claim(_ name: String, _ timing: CustodyTiming? = nil) async throws(AgentError) -> ClusterCustody {
        try await ClusterCustody.claim(
            CanaryKey(namespace: Self.namespace, name: name),
            client: rig.client,
            identity: HolderIdentity("holder-of-\(name)"),
            timing: timing ?? rig.timing(),
            inbox: RunInbox()
        )
    }

    /// A rollout in progress under another name.
    private func other(
        at percent: Double = 20,
        _ change: (inout RunHeader) -> Void = { _ in }
    ) async throws -> ClusterCustody {
        let header = header("other", change)
        let custody = try await claim("other")
        var run = RolloutRecord.Run(header: header, baseline: Self.baseline)
        run.percent = percent
        try await custody.begin(run, header)
        await custody.turn()
        return custody
    }

    private func record(_ name: String) -> RolloutRecord? {
        rig.cluster.server.view.object(.leases, "haldane-\(name)", in: Self.namespace)
            .flatMap { StoredRecord(Lease(KubernetesObject($0))).value }
    }

    private var writes: [RequestRecord] { rig.cluster.server.view.requests("patch", .virtualServices) }

    @Test(
        "a run on a rule with a rollout in progress under another name is refused before any write, and who has it is said"
    )
    func refused() async throws {
        let custody = try await other()
        let error = await #expect(throws: AgentError.self) { _ = try await sessions.run("one") }

        let text = try #require(error).description
        for word in ["test1/other", "holder-of-other", "since 20", "run-of-other", "20 %", "ci@runner", "demo4-vs"] {
            #expect(text.contains(word), "\(word) in: \(text)")
        }
        #expect(text.contains("wait for the end of that one"), "\(text)")
        #expect(error?.exitCode == .unknown)
        #expect(writes.isEmpty && record("demo4")?.run == nil && rig.lease?.holder == "")
        #expect(record("other")?.run?.contends == nil && record("other")?.run != nil)
        await custody.abandon()
    }

    @Test(
        "what another run left unfinished on the rule refuses a new one, which is told how to end it; a sweep ends it"
    )
    func left() async throws {
        try await other(at: 0).abandon()
        let error = await #expect(throws: AgentError.self) { _ = try await sessions.run("one") }
        #expect(error?.hint?.contains("haldane sweep") == true, "\(String(describing: error))")
        #expect(
            error?.message.contains("left its run run-of-other unfinished at 0 %") == true,
            "\(String(describing: error))"
        )

        // It had not changed anything yet.
        let swept = try await sessions.sweep()
        #expect(swept.results.map(\.orphan.key.name) == ["other"], "\(swept)")
        #expect(record("other") != nil && record("other")?.run == nil, "its Lease is kept")
        let report = try await sessions.run("one")
        #expect(report.header.run == record("demo4")?.run?.id)
    }

    @Test("a rollout on another rule of the same object does not stand in the way")
    func otherRule() async throws {
        let custody = try await other { $0.spec.route.rule = .index(1) }
        let report = try await sessions.run("one") { $0.spec.route.rule = .index(0) }

        #expect(report.interruption != nil)
        #expect(record("demo4")?.run?.contends == nil)
        await custody.abandon()
    }

    @Test("without the permission to list Leases a run begins, and says what is not known")
    func unlisted() async throws {
        let custody = try await other()
        rig.cluster.server.permit([
            AccessRule(groups: ["*"], resources: ["*"], verbs: ["get", "create", "update", "patch", "delete"]),
            AccessRule(
                groups: ["", "networking.istio.io", "discovery.k8s.io"],
                resources: ["*"],
                verbs: ["list", "watch"]
            ),
        ])
        let report = try await sessions.run("one")

        let notices = report.ledger.notices.map(\.reason)
        #expect(notices.contains { $0.label == "rivals-unknown" && $0.text.contains("list Leases") }, "\(notices)")
        await custody.abandon()
    }

    @Test("a run that goes on waits for nobody who is gone, and gives way to who lives without losing its own run")
    func goesOn() async throws {
        let first = try await sessions.run("one")
        // Somebody deletes its Lease, and another canary's run begins on the rule.
        rig.cluster.server.delete(.leases, "haldane-demo4", in: Self.namespace)
        let custody = try await other()
        var watched = rig.timing()
        watched.wait = { [wait = watched.wait] duration in
            try await wait(duration)
            custody.remember { _ in }
            await custody.turn()
        }
        let error = await #expect(throws: AgentError.self) {
            _ = try await sessions.run("one") { $0.custody = watched }
        }
        #expect(error?.message.contains("test1/other") == true, "\(String(describing: error))")
        #expect(record("other")?.run != nil && writes.isEmpty)

        // It is silent from now on.
        let again = try await sessions.run("one")
        #expect(again.header.run == first.header.run)
        #expect(record("demo4")?.run?.id == first.header.run)
    }

    @Test("of two that begin at the same instant exactly one begins, however their requests cross", arguments: 0..<24)
    func race(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        for verb in ["list", "update", "create", "list"] {
            let pause = Duration.milliseconds(Int.random(in: 0...6, using: &random))
            let after = Int.random(in: 0...3, using: &random)
            rig.cluster.server.inject(Fault(.delay(pause), on: [verb], kind: .leases, after: after))
        }
        let starts = [0, Int.random(in: 0...4, using: &random)].shuffled(using: &random)
        let timing = CustodyTiming(wait: { _ in try await Task.sleep(for: .milliseconds(2)) })
        let outcomes = await withTaskGroup(of: (ClusterCustody?, AgentError?).self) { group in
            for (name, pause) in zip(["one", "two"], starts) {
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(pause))
                    return await begin(name, timing)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }

        let errors = outcomes.compactMap(\.1)
        #expect(errors.count == 1, "seed \(seed): \(errors)")
        #expect(errors.first?.message.contains("about the same rule") == true, "\(errors)")
        #expect(["one", "two"].filter { record($0)?.run != nil }.count == 1)
        for custody in outcomes.compactMap(\.0) { await custody.abandon() }
    }

    private func begin(_ name: String, _ timing: CustodyTiming) async -> (ClusterCustody?, AgentError?) {
        do throws(AgentError) {
            let custody = try await claim(name, timing)
            let header = header(name)
            do throws(AgentError) {
                try await custody.begin(RolloutRecord.Run(header: header, baseline: Self.baseline), header)
                return (custody, nil)
            } catch {
                await custody.abandon()
                throw error
            }
        } catch {
            return (nil, error)
        }
    }
}
