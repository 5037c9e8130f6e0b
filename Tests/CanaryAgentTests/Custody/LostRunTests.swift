import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// Runs whose record was made garbage while their process is dead.
@Suite("A run whose record cannot be read", .timeLimit(.minutes(2)))
struct LostRunTests {
    private let sessions: SessionRig
    private var rig: CustodyRig { sessions.rig }

    init() throws { sessions = try SessionRig() }

    private static let split = RouteWeights(stable: 50, canary: 50)

    /// A run at 50/50 whose process dies, and whose record is replaced by a text.
    private func die(onOrphan: Guards.Fallback = .rollback, leaving text: String = "{garbage") async throws {
        var header = rig.header()
        header.spec = SessionRig.spec
        header.spec.guards.onOrphan = onOrphan
        header.by = "ci@runner"
        let custody = try await rig.custody("ci-17")
        try await custody.begin(
            RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0)),
            header
        )
        try rig.set(50, 50)
        var state = RunState(header: header)
        let found = try await rig.store.read()
        state.rollout = .orphaned(state.rollout.rules, found: found, at: rig.time.moment)
        custody.keep(state, at: rig.time.moment)
        await custody.turn()
        // The custody's own first turn may be the one that keeps it.
        #expect(await eventually { rig.hasSnapshot })
        try garble(text)
    }

    private func garble(_ text: String) throws {
        try rig.cluster.server.change(.leases, "haldane-demo4", in: ClusterFixture.namespace) { object in
            var metadata = object["metadata"]?.members ?? [:]
            var annotations = metadata["annotations"]?.members ?? [:]
            annotations[RolloutObject.recordKey] = .string(text)
            metadata["annotations"] = .object(annotations)
            object = .object((object.members ?? [:]).merging(["metadata": .object(metadata)]) { $1 })
        }
    }

    private func eventually(_ isSo: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end, !isSo() { try? await Task.sleep(for: .milliseconds(10)) }
        return isSo()
    }

    @Test("a sweep takes it back, because the state that was kept says which version is stable")
    func sweep() async throws {
        try await die()
        let inbox = RunInbox()
        async let sweeping = sessions.sweep(inbox) { $0.timing = rig.timing() }
        #expect(await eventually { rig.cluster.weights() == [100, 0] })
        inbox.send(.interrupt("terminated (SIGTERM)"))
        let report = try await sweeping

        #expect(report.unreadable.isEmpty, "\(report.unreadable)")
        let reason = try #require(report.results.first?.report?.ledger.notices.first { $0.reason.label == "orphaned" })
        for word in ["ci-17", "cannot be read any more", "v1 is stable", "guards.onOrphan"] {
            #expect(reason.reason.text.contains(word), "\(word) in: \(reason.reason.text)")
        }
        #expect(rig.record != nil, "the record can be read again")
    }

    @Test("with onOrphan: hold the split stays, the run has ended, and the record can be read again")
    func hold() async throws {
        try await die(onOrphan: .hold)
        let report = try await sessions.sweep { $0.timing = rig.timing() }

        #expect(report.results.first?.report?.outcome?.qualifiedWord == "held(orphaned)", "\(report)")
        #expect(rig.cluster.weights() == [50, 50])
        #expect(rig.record?.memory.last != nil && rig.record?.run == nil)
    }

    @Test("`haldane run` of the same spec takes it back as well")
    func run() async throws {
        try await die()
        _ = try await sessions.run("one") { options in options.spec.guards.onOrphan = .rollback }

        #expect(rig.cluster.weights() == [100, 0])
    }

    @Test("weights that are not those of the run stay, and it is said that somebody else set them")
    func foreign() async throws {
        try await die()
        try rig.set(70, 30)
        let report = try await sessions.sweep { $0.timing = rig.timing() }

        let outcome = report.results.first?.report?.outcome
        #expect(outcome?.reason.text.contains("somebody else set the canary to 30 %") == true, "\(report)")
        #expect(rig.cluster.weights() == [70, 30])
    }

    @Test("without any trace nothing is written, it is said what was tried, and the exit code is that of not knowing")
    func nothing() async throws {
        try await die()
        rig.cluster.server.delete(.configMaps, "haldane-demo4", in: ClusterFixture.namespace)
        let lines = LineSink()
        let report = try await sessions.sweep(change: { $0.timing = rig.timing() }, note: { lines.add($0) })

        #expect(report.results.isEmpty && report.exitCode == .unknown)
        let text = try #require(report.unreadable.first)
        for word in ["test1/haldane-demo4", "no state of a run is kept", "no status tells", "delete the Lease"] {
            #expect(text.contains(word), "\(word) in: \(text)")
        }
        #expect(lines.all.contains(text))
        #expect(rig.cluster.weights() == [50, 50])
    }

    @Test("a holder that lives is left alone: its next renewal mends the record")
    func living() async throws {
        var watch = OrphanWatch()
        try await die()
        let lease = try #require(rig.lease)
        _ = watch.look(at: [lease], uptime: rig.time.uptime)
        #expect(watch.unreadable.isEmpty && watch.patience(for: [lease]) == .seconds(15))
        rig.time.pass(.seconds(15))
        #expect(watch.look(at: [lease], uptime: rig.time.uptime).isEmpty)
        #expect(watch.unreadable.map(\.lease.name) == ["haldane-demo4"])
    }

    // MARK: The decision alone

    private func text(_ traces: LostRun.Traces) -> String {
        switch LostRun.find(traces) {
        case .found(let lost): "\(lost.source): \(lost.run.roles) at \(lost.run.percent)"
        case .unknown(let reason): reason.text
        }
    }

    private func traces() async throws -> LostRun.Traces {
        try await die()
        var traces = LostRun.Traces(lease: try #require(rig.lease))
        let object = SnapshotObject(client: rig.client, namespace: ClusterFixture.namespace, name: "haldane-demo4")
        traces.kept = try await object.load()
        #expect(traces.kept != nil)
        return traces
    }

    @Test(
        "a kept state counts only if the last holder wrote it, its Lease was not given back, and its run has not ended"
    )
    func kept() async throws {
        let traces = try await traces()
        #expect(text(traces) == "the state that was kept of the run: asNamed at 50.0")
        var other = traces
        other.lease.transitions += 1
        #expect(text(other).contains("is not that of the last holder"))
        other = traces
        other.lease.uid = "made-again"
        #expect(text(other).contains("is not that of the last holder"))
        other = traces
        other.lease.holder = ""
        #expect(text(other).contains("its Lease was given back"))
        other = traces
        other.kept?.bytes = [1, 2, 3]
        #expect(text(other).contains("cannot be read"))
        other = traces
        other.status = Self.status(stable: "v1", canary: "v2", Self.split)
        other.status?.lastRun = CanaryStatus.LastRun(
            id: "run-1",
            outcome: "promoted",
            label: "promoted",
            reason: "",
            startedAt: RunRig.start,
            finishedAt: RunRig.start,
            by: nil,
            stableRevision: nil,
            canaryRevision: nil
        )
        #expect(text(other).contains("which has ended"))
    }

    private static func status(stable: String, canary: String, _ weights: RouteWeights) -> CanaryStatus {
        var status = CanaryStatus(observedGeneration: 1, phase: .progressing, message: "")
        func side(_ name: String, _ weight: Int) -> CanaryStatus.Side {
            CanaryStatus.Side(name: name, revision: nil, weight: weight, ready: nil, pods: nil)
        }
        status.stable = side(stable, weights.stable)
        status.canary = side(canary, weights.canary)
        status.run = CanaryStatus.Run(id: "run-1", startedAt: RunRig.start)
        return status
    }

    @Test("the status counts only while the route shows the split that it tells of, for the versions of the spec")
    func told() throws {
        func text(_ status: CanaryStatus?, _ weights: RouteWeights?) -> String {
            var lease = Lease(
                holder: "agent-1",
                acquired: nil,
                renewed: nil,
                duration: .seconds(15),
                transitions: 1,
                resourceVersion: "7"
            )
            lease.name = "haldane-demo4"
            var traces = LostRun.Traces(lease: lease)
            traces.spec = CustodyRig.spec
            traces.status = status
            traces.weights = weights
            return self.text(traces)
        }
        let asNamed = Self.status(stable: "v1", canary: "v2", RouteWeights(stable: 75, canary: 25))
        #expect(text(asNamed, RouteWeights(stable: 75, canary: 25)) == "the status of the Canary: asNamed at 25.0")
        // The spec's canary is stable: by the spec's names the weights are the other way round.
        let exchanged = Self.status(stable: "v2", canary: "v1", RouteWeights(stable: 75, canary: 25))
        #expect(text(exchanged, RouteWeights(stable: 25, canary: 75)) == "the status of the Canary: exchanged at 25.0")
        #expect(text(exchanged, RouteWeights(stable: 75, canary: 25)).contains("not the split"))
        #expect(text(asNamed, nil).contains("not the split"))
        // At 100 % it may have been promoted.
        let full = Self.status(stable: "v1", canary: "v2", RouteWeights(stable: 0, canary: 100))
        #expect(text(full, RouteWeights(stable: 0, canary: 100)).contains("not the split"))
        let others = Self.status(stable: "v3", canary: "v2", RouteWeights(stable: 75, canary: 25))
        #expect(text(others, RouteWeights(stable: 75, canary: 25)).contains("other versions"))
        #expect(text(nil, Self.split).contains("no status tells of a run"))
    }

    @Test(
        "what is left of a record counts if the run in it is whole; no text of any shape does harm",
        arguments: 0..<40
    )
    func left(seed: UInt64) async throws {
        let traces = try await traces()
        let record = RolloutRecord(
            canary: "demo4",
            run: RolloutRecord.Run(header: rig.header(), baseline: RouteWeights(stable: 100, canary: 0))
        )
        let whole = String(decoding: try JSONEncoder().encode(record), as: UTF8.self)
        var part = traces
        part.kept = nil
        part.lease.annotations[RolloutObject.recordKey] = whole.replacing(
            "\"memory\":{}",
            with: "\"memory\":\(seed)"
        )
        #expect(StoredRecord(part.lease) == .damaged)
        #expect(text(part) == "what is left of the record: asNamed at 0.0")

        var random = SeededRandom(seed: seed)
        var bytes = Array(whole.utf8)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: .min ... .max, using: &random)
        }
        bytes.removeLast(.random(in: 0..<bytes.count, using: &random))
        part.lease.annotations[RolloutObject.recordKey] = String(decoding: bytes, as: UTF8.self)
        _ = LostRun.find(part)
    }
}
