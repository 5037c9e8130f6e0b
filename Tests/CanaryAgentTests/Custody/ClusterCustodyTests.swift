import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Synchronization
import Testing

@Suite("The custody of a rollout", .timeLimit(.minutes(2)))
struct ClusterCustodyTests {
    @Test("a run writes each step into its lease before the route, and leaves a memory and nothing else")
    func promoted() async throws {
        let rig = try CustodyRig()
        let inbox = RunInbox()
        let (header, custody) = try await rig.begin("a", inbox: inbox)
        let intents = Mutex<[[Double?]]>([])
        rig.cluster.server.observe { change in
            guard change.kind == .virtualServices else { return }
            intents.withLock { $0.append([custody.record.run?.intent?.canaryPercent, custody.record.run?.percent]) }
        }
        var driver = rig.driver(header, nil, custody, turn: custody, inbox: inbox)
        let end = await driver.run()

        #expect(end.outcome?.word == "promoted", "\(String(describing: end.outcome))")
        #expect(intents.withLock { $0 } == [[20, 0], [50, 20], [100, 50]])
        let requests = rig.cluster.server.view.requests.filter { ["update", "patch"].contains($0.verb) }
        for (index, request) in requests.enumerated() where request.verb == "patch" {
            #expect(index > 0 && requests[..<index].contains { $0.resource == "leases" })
        }
        #expect(rig.lease?.holder == "")
        #expect(rig.record?.run == nil)
        #expect(rig.record?.memory.last?.outcome.word == "promoted")
        #expect(!rig.hasSnapshot)
        await rig.http.shutdown()
    }

    @Test("a lease that somebody else takes ends all writing at once, and the run is left")
    func foreign() async throws {
        let rig = try CustodyRig()
        let inbox = RunInbox()
        let (header, custody) = try await rig.begin("a", inbox: inbox)
        let takenAt = Mutex<Int?>(nil)
        let server = rig.cluster.server
        var driver = rig.driver(header, nil, custody, turn: custody, inbox: inbox) { [cluster = rig.cluster] _ in
            guard cluster.weights() == [80, 20], takenAt.withLock({ $0 }) == nil else { return }
            try? server.change(.leases, "haldane-demo4", in: "test1") { object in
                var members = object.members ?? [:]
                var spec = object["spec"]?.members ?? [:]
                spec["holderIdentity"] = "b"
                members["spec"] = .object(spec)
                object = .object(members)
            }
            takenAt.withLock { $0 = server.view.requests.count }
        }
        let end = await driver.run()

        #expect(end.outcome == nil)
        #expect(end.interruption?.label == "lease-lost")
        let since = try #require(takenAt.withLock { $0 })
        let after = server.view.requests.dropFirst(since)
        #expect(!after.contains { $0.verb == "patch" })
        #expect(rig.lease?.holder == "b")
        #expect(rig.cluster.weights() == [80, 20])
        await rig.http.shutdown()
    }

    @Test("while the API is away for longer than the lease a run judges on and writes nothing; then it goes on")
    func away() async throws {
        let rig = try CustodyRig()
        let inbox = RunInbox()
        let journal = FailingJournal()
        let (header, custody) = try await rig.begin("a", inbox: inbox)
        let since = Mutex<Int?>(nil)
        let server = rig.cluster.server
        var driver = rig.driver(header, nil, custody, turn: custody, inbox: inbox, journal: journal) {
            [cluster = rig.cluster] count in
            if cluster.weights() == [80, 20], since.withLock({ $0 }) == nil {
                since.withLock { $0 = count }
                server.goAway()
            }
            if let away = since.withLock({ $0 }), count == away + 30 {
                #expect(!custody.isCertain)
                try? server.comeBack()
            }
        }
        let end = await driver.run()

        #expect(
            end.outcome?.word == "promoted",
            "\(String(describing: end.outcome)) \(String(describing: end.interruption))"
        )
        let said = end.ledger.notices.map(\.reason.label)
        #expect(said.contains("lease-uncertain") && said.contains("lease-certain"), "\(said)")
        #expect(rig.record?.memory.last?.outcome.word == "promoted")
        await rig.http.shutdown()
    }

    @Test("a lease that is deleted in the middle is made again, record and all")
    func deleted() async throws {
        let rig = try CustodyRig()
        let inbox = RunInbox()
        let (header, custody) = try await rig.begin("a", inbox: inbox)
        let isDone = Mutex(false)
        var driver = rig.driver(header, nil, custody, turn: custody, inbox: inbox) { [cluster = rig.cluster] _ in
            guard cluster.weights() == [80, 20], !isDone.withLock({ $0 }) else { return }
            isDone.withLock { $0 = true }
            cluster.server.delete(.leases, "haldane-demo4", in: "test1")
        }
        let end = await driver.run()

        #expect(end.outcome?.word == "promoted")
        #expect(rig.record?.memory.last?.id == "run-1")
        await rig.http.shutdown()
    }

    @Test("what a ConfigMap says of later holders ends no run whose lease is ours")
    func fence() async throws {
        let rig = try CustodyRig()
        let inbox = RunInbox()
        let (header, custody) = try await rig.begin("a", inbox: inbox)
        let isDone = Mutex(false)
        let fences = Mutex<[String]>([])
        let server = rig.cluster.server
        var driver = rig.driver(header, nil, custody, turn: custody, inbox: inbox) { [cluster = rig.cluster] _ in
            let object = server.view.object(.configMaps, "haldane-demo4", in: "test1")
            if let object, isDone.withLock({ $0 }) {
                fences.withLock { $0.append(KubernetesObject(object).annotations["haldane.dev/transitions"] ?? "") }
            }
            guard cluster.weights() == [80, 20], object != nil, !isDone.withLock({ $0 }) else { return }
            isDone.withLock { $0 = true }
            try? server.change(.configMaps, "haldane-demo4", in: "test1") { object in
                var members = object.members ?? [:]
                var metadata = members["metadata"]?.members ?? [:]
                metadata["annotations"] = ["haldane.dev/transitions": "99", "haldane.dev/lease": "another"]
                members["metadata"] = .object(metadata)
                object = .object(members)
            }
        }
        let end = await driver.run()

        #expect(end.outcome?.word == "promoted", "\(String(describing: end.interruption))")
        #expect(fences.withLock { $0 }.contains("0"), "it was written over")
        await rig.http.shutdown()
    }

    @Test(
        "with its disk full an agent's run goes on without a journal: it takes no step up, and rolls back",
        arguments: [0, 0.08]
    )
    func diskFull(failures: Double) async throws {
        let rig = try CustodyRig()
        let inbox = RunInbox()
        let (header, custody) = try await rig.begin("a", inbox: inbox)
        let rounds = Mutex(0)
        let journal = FailingJournal(
            breaks: .append { entry in
                if case .event(.input(.applied), _) = entry { true } else { false }
            }
        )
        var driver = rig.driver(
            header,
            nil,
            custody,
            turn: custody,
            inbox: inbox,
            journal: journal,
            traffic: EvenTraffic(canaryFailures: failures)
        ) { [cluster = rig.cluster] _ in
            guard cluster.weights() == [80, 20] else { return }
            rounds.withLock { $0 += 1 }
            if rounds.withLock({ $0 }) == 120 { inbox.send(.interrupt("enough")) }
        }
        let end = await driver.run()

        #expect(end.ledger.notices.contains { $0.urgency == .page && $0.reason.label == "journalLost" })
        if failures > 0 {
            #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
            #expect(rig.cluster.weights() == [100, 0])
            #expect(rig.record?.memory.last?.outcome.word == "rolledBack")
        } else {
            #expect(end.outcome == nil, "\(String(describing: end.outcome))")
            #expect(rig.cluster.weights() == [80, 20])
            #expect(rig.record?.run?.percent == 20)
        }
        await rig.http.shutdown()
    }

    @Test("an interrupted run is free at once, with its run and its evidence")
    func handover() async throws {
        let rig = try CustodyRig()
        let inbox = RunInbox()
        let (header, custody) = try await rig.begin("a", inbox: inbox, snapshots: .seconds(3600))
        var driver = rig.driver(header, nil, custody, turn: custody, inbox: inbox) { [cluster = rig.cluster] _ in
            if cluster.weights() == [80, 20] { inbox.send(.interrupt("terminated (SIGTERM)")) }
        }
        let end = await driver.run()
        let windows = end.ledger.windows

        #expect(rig.lease?.holder == "")
        #expect(rig.record?.run?.percent == 20)
        var watch = OrphanWatch()
        let orphan = try #require(watch.look(at: [rig.lease].compactMap { $0 }, uptime: rig.time.uptime).first)
        #expect(orphan.cause == .released)
        let next = try await rig.custody("b", .asSeen(resourceVersion: orphan.lease.resourceVersion))
        let taken = try await rig.taken(orphan, next)
        #expect(taken.state.ledger.windows == windows)
        await next.abandon()
        await rig.http.shutdown()
    }

    @Test("a state that may not be kept is told once, and stands in nobody's way")
    func forbidden() async throws {
        let rig = try CustodyRig()
        rig.cluster.server.permit([
            AccessRule(groups: ["*"], resources: ["virtualservices", "leases"], verbs: ["*"])
        ])
        let inbox = RunInbox()
        let (header, custody) = try await rig.begin("a", inbox: inbox)
        var driver = rig.driver(header, nil, custody, turn: custody, inbox: inbox)
        let end = await driver.run()

        #expect(end.outcome?.word == "promoted")
        #expect(end.ledger.notices.count { $0.reason.label == "no-snapshot" } == 1)
        await rig.http.shutdown()
    }

    @Test("a canary that somebody else drives is refused with who, since when, and which run")
    func refused() async throws {
        let rig = try CustodyRig()
        let (_, custody) = try await rig.begin("ci-17", inbox: RunInbox())
        // It renews while the other one looks.
        let time = rig.time
        let renewing = Task {
            while !Task.isCancelled {
                await custody.turn()
                try? await Task.sleep(for: .milliseconds(1))
            }
        }
        let error = await #expect(throws: AgentError.self) { _ = try await rig.custody("b") }
        renewing.cancel()
        await renewing.value

        let text = error?.description ?? ""
        #expect(text.contains("test1/demo4") && text.contains("ci-17") && text.contains("run-1"), "\(text)")
        #expect(text.contains("since 20"), "\(text)")
        _ = time
        await custody.abandon()
        await rig.http.shutdown()
    }

    @Test("two claimants are never let write at the same instant")
    func never() async throws {
        let rig = try CustodyRig()
        let plan = WeightPlan(canaryPercent: 20, purpose: .step)
        for seed in UInt64(1)...8 {
            var random = SeededRandom(seed: seed)
            rig.cluster.server.clearFaults()
            rig.cluster.server.delete(.leases, "haldane-demo4", in: "test1")
            var (header, one) = try await rig.begin("a\(seed)", inbox: RunInbox())
            var other: ClusterCustody?
            let state = RunState(header: header)
            for step in 0..<24 {
                switch random.next(below: 6) {
                case 0: rig.time.pass(.milliseconds(random.next(below: 20_000)))
                case 1:
                    let effects: [Fault.Effect] = [.status(.serverError), .reset, .loseAnswer]
                    rig.cluster.server.inject(Fault(effects[random.next(below: 3)], on: ["update"]))
                case 2: await one.turn()
                case 3 where other == nil:
                    if let orphan = rig.orphan() {
                        other = try? await rig.custody(
                            "b\(seed)-\(step)",
                            .asSeen(resourceVersion: orphan.lease.resourceVersion)
                        )
                        if let other { try? await other.begin(orphan.run, header) }
                    }
                default: break
                }
                let purpose: WeightPlan = random.next(below: 2) == 0 ? plan : .allStable
                async let first = one.permit(purpose, of: state, at: rig.time.moment)
                async let second = other?.permit(purpose, of: state, at: rig.time.moment)
                let answers = await (first, second)
                let granted = [
                    answers.0 == .granted && one.isCertain, answers.1 == .granted && other?.isCertain ?? false,
                ]
                #expect(granted.count { $0 } <= 1, "seed \(seed), step \(step)")
                if case .lost = answers.0, let next = other { (one, other) = (next, nil) }
                header.run = "run-1"
            }
            await one.abandon()
            await other?.abandon()
        }
        await rig.http.shutdown()
    }
}
