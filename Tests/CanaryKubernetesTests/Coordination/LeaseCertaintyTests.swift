import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Synchronization
import Testing

/// Claims on a Lease of the API server double, in time that the test moves.
@Suite("The certainty of a claim", .timeLimit(.minutes(2)))
struct LeaseCertaintyTests {
    /// One time for all, told differently by each wall clock.
    private final class Time: Sendable {
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
        var uptime: ContinuousClock.Instant { start.advanced(by: passed.withLock { $0 }) }
        func wall(skew: Duration) -> MicroTime {
            MicroTime(microseconds: 1_770_000_000_000_000).advanced(by: passed.withLock { $0 } + skew)
        }
    }

    private struct Rig {
        let server: FakeAPIServer
        let time = Time()
        let http: HTTPClient

        init() throws {
            server = try FakeAPIServer()
            server.acceptWithoutToken(as: FakeAPIServer.user)
            try server.apply(json: #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"test1"}}"#)
            http = HTTPClient()
        }

        var client: KubernetesClient {
            KubernetesClient(
                connection: ClusterConnection(
                    server: server.url(),
                    namespace: "test1"
                ),
                http: http,
                limits: KubernetesClient.Limits(deadline: .seconds(30), patience: .seconds(30)),
                wait: { _ in }
            )
        }

        func claim(
            _ identity: String,
            instance: String = LeaseInstance.own,
            skew: Duration = .zero,
            after: Set<String> = []
        ) -> LeaseClaim {
            let time = time
            return LeaseClaim(
                client: client,
                namespace: "test1",
                name: "haldane-demo4",
                identity: identity,
                instance: instance,
                predecessors: after,
                labels: ["app.kubernetes.io/managed-by": "haldane"],
                now: { time.wall(skew: skew) },
                uptime: { time.uptime }
            )
        }

        var lease: JSONValue? { server.view.object(.leases, "haldane-demo4", in: "test1") }
    }

    private static func isHeld(_ outcome: LeaseClaim.Outcome) -> Bool {
        if case .held = outcome { true } else { false }
    }

    @Test("ends before anybody else may take the lease, counted from when the renewal was sent")
    func end() async throws {
        let rig = try Rig()
        let claim = rig.claim("a")
        rig.server.observe { [time = rig.time] _ in time.pass(.seconds(4)) }

        #expect(Self.isHeld(try await claim.acquire()))
        // The answer came 4 s after the request.
        #expect(claim.isCertain(for: .seconds(9)))
        #expect(!claim.isCertain(for: .seconds(10)))
        rig.time.pass(.seconds(10))
        #expect(!claim.isCertain())
        await rig.http.shutdown()
    }

    @Test(
        "a renewal counts only if the answer is the lease as it was written, and the next one goes through again",
        arguments: [
            Fault.Effect.answer(code: 200, type: "application/json", body: "{}"),
            .answer(code: 200, type: "application/json", body: #"{"metadata":{"name":"haldane-demo4"}}"#),
            .changeNothing,
        ]
    )
    func foreignAnswer(_ effect: Fault.Effect) async throws {
        let rig = try Rig()
        let claim = rig.claim("a")
        _ = try await claim.acquire()
        rig.time.pass(.seconds(10))
        rig.server.inject(Fault(effect, on: ["update"], kind: .leases, times: 3))
        for _ in 0..<3 {
            await #expect(throws: KubernetesError.self) { try await claim.acquire() }
        }
        rig.time.pass(.seconds(5))
        #expect(!claim.isCertain(), "what was not stored makes nothing certain")

        #expect(Self.isHeld(try await claim.acquire()))
        #expect(claim.isCertain())
        await rig.http.shutdown()
    }

    @Test("an answer that is another object is no sign that somebody else has the lease")
    func foreignRead() async throws {
        let rig = try Rig()
        let claim = rig.claim("a")
        _ = try await claim.acquire()
        rig.server.inject(Fault(.status(.conflict), on: ["update"], kind: .leases))
        rig.server.inject(Fault(.answer(code: 200, type: "application/json", body: "{}"), on: ["get"], kind: .leases))
        await #expect(throws: KubernetesError.self) { try await claim.acquire() }

        #expect(Self.isHeld(try await claim.acquire()))
        await rig.http.shutdown()
    }

    @Test("annotations go with the same write, and what others wrote there stays")
    func annotations() async throws {
        let rig = try Rig()
        let claim = rig.claim("a")
        _ = try await claim.acquire { ["haldane.dev/record": "1"] }
        try rig.server.change(
            .leases,
            "haldane-demo4",
            in: "test1",
            patch: """
                [{"op":"add","path":"/metadata/annotations/team","value":"shop"}]
                """
        )
        let asked = Mutex(1)
        _ = try await claim.acquire {
            asked.withLock { $0 += 1 }
            return ["haldane.dev/record": "\(asked.withLock { $0 })"]
        }

        let metadata = rig.lease?["metadata"]
        #expect(metadata?["annotations"]?["haldane.dev/record"] == "3", "asked anew after the conflict")
        #expect(metadata?["annotations"]?["team"] == "shop")
        #expect(metadata?["labels"]?["app.kubernetes.io/managed-by"] == "haldane")
        await rig.http.shutdown()
    }

    @Test("a deleted lease is made again by whoever held it, unless somebody was faster")
    func deleted() async throws {
        let rig = try Rig()
        let claim = rig.claim("a")
        _ = try await claim.acquire()

        rig.server.delete(.leases, "haldane-demo4", in: "test1")
        #expect(Self.isHeld(try await claim.acquire()))
        rig.server.delete(.leases, "haldane-demo4", in: "test1")
        #expect(Self.isHeld(try await rig.claim("b").acquire()))
        #expect(!Self.isHeld(try await claim.acquire()))
        #expect(!claim.isCertain())
        await rig.http.shutdown()
    }

    @Test("what somebody else held in between is not taken back, even when it is free again")
    func between() async throws {
        let rig = try Rig()
        let (a, b) = (rig.claim("a"), rig.claim("b"))
        _ = try await a.acquire()
        rig.time.pass(.seconds(20))
        guard case .taken(let seen) = try await b.acquire() else { return #expect(Bool(false)) }
        #expect(Self.isHeld(try await b.acquire(.asSeen(resourceVersion: seen.resourceVersion))))
        try await b.release()

        #expect(!Self.isHeld(try await a.acquire()))
        await rig.http.shutdown()
    }

    @Test("each renewal shows, even while the wall clock stands still: nobody counts our silence on")
    func unmoved() async throws {
        let rig = try Rig()
        let claim = rig.claim("a")
        _ = try await claim.acquire()
        var seen: Set<String?> = [rig.lease?["metadata"]?["resourceVersion"]?.string]
        for _ in 0..<3 {
            _ = try await claim.acquire()
            seen.insert(rig.lease?["metadata"]?["resourceVersion"]?.string)
        }

        #expect(seen.count == 4, "\(seen)")
        await rig.http.shutdown()
    }

    @Test("a lease that was only late is ours again")
    func late() async throws {
        let rig = try Rig()
        let claim = rig.claim("a")
        _ = try await claim.acquire()
        rig.time.pass(.seconds(3600))
        #expect(!claim.isCertain())

        #expect(Self.isHeld(try await claim.acquire()))
        #expect(claim.isCertain())
        #expect(rig.lease?["spec"]?["leaseTransitions"] == 0)
        await rig.http.shutdown()
    }

    @Test("the lease of a process that is known to be dead is ours at once; that of another is not")
    func predecessor() async throws {
        let rig = try Rig()
        _ = try await rig.claim("a").acquire()

        #expect(!Self.isHeld(try await rig.claim("b").acquire()))
        #expect(Self.isHeld(try await rig.claim("c", after: ["a"]).acquire()))
        await rig.http.shutdown()
    }

    @Test("a lease that somebody took by hand from a dead process is not the dead one's any more")
    func byHand() async throws {
        let rig = try Rig()
        _ = try await rig.claim("a", instance: "1").acquire()
        try rig.server.change(.leases, "haldane-demo4", in: "test1") { document in
            guard case .object(var members) = document, case .object(var spec)? = members["spec"] else { return }
            spec["holderIdentity"] = "somebody"
            members["spec"] = .object(spec)
            document = .object(members)
        }

        #expect(!Self.isHeld(try await rig.claim("b", instance: "2", after: ["a", "1"]).acquire()))
        await rig.http.shutdown()
    }

    @Test(
        "of two processes with one identity one holds the lease; the other gets it by silence, or by a proof of death"
    )
    func sameName() async throws {
        let rig = try Rig()
        let (one, other) = (rig.claim("a", instance: "1"), rig.claim("a", instance: "2"))
        #expect(Self.isHeld(try await one.acquire()))
        #expect(!Self.isHeld(try await other.acquire()))
        #expect(Self.isHeld(try await one.acquire()))
        #expect(one.isCertain() && !other.isCertain())
        try await other.release()
        #expect(rig.lease?["spec"]?["holderIdentity"] == "a")

        #expect(!Self.isHeld(try await other.acquire()))
        rig.time.pass(.seconds(15))
        #expect(Self.isHeld(try await other.acquire()))
        #expect(!Self.isHeld(try await one.acquire()))
        #expect(rig.lease?["spec"]?["leaseTransitions"] == 1)
        #expect(Self.isHeld(try await rig.claim("a", instance: "3", after: ["2"]).acquire()))
        await rig.http.shutdown()
    }

    @Test("another lease of the same name that is free is not the one that was held")
    func another() async throws {
        let rig = try Rig()
        let a = rig.claim("a")
        _ = try await a.acquire()
        rig.server.delete(.leases, "haldane-demo4", in: "test1")
        let b = rig.claim("b")
        _ = try await b.acquire()
        try await b.release()

        #expect(!Self.isHeld(try await a.acquire()))
        await rig.http.shutdown()
    }

    @Test("what was seen is not taken if it was renewed since")
    func renewedSince() async throws {
        let rig = try Rig()
        let a = rig.claim("a")
        guard case .held(let seen) = try await a.acquire() else { return #expect(Bool(false)) }
        rig.time.pass(.seconds(14))
        _ = try await a.acquire()

        let outcome = try await rig.claim("b").acquire(.asSeen(resourceVersion: seen.resourceVersion))
        #expect(!Self.isHeld(outcome))
        await rig.http.shutdown()
    }

    @Test("two claimants are never certain at the same instant, whatever their clocks say and whatever goes wrong")
    func never() async throws {
        let rig = try Rig()
        for seed in UInt64(1)...12 {
            var random = Chance(seed)
            rig.server.clearFaults()
            rig.server.delete(.leases, "haldane-demo4", in: "test1")
            let claims = [
                rig.claim("a\(seed)"), rig.claim("b\(seed)", skew: .seconds(7200)),
                rig.claim("c\(seed)", skew: .seconds(-7200)),
            ]
            var holders = 0
            for step in 0..<30 {
                let one = claims[random.below(3)]
                switch random.below(10) {
                case 0: try? await one.release()
                case 1, 2: rig.time.pass(.milliseconds(random.below(20_000)))
                case 3:
                    // Two at once, and somebody is asked on the way.
                    let other = claims[random.below(3)]
                    async let first = try? await one.acquire()
                    async let second = try? await other.acquire()
                    _ = await (first, second)
                default:
                    let effects: [Fault.Effect] = [.status(.serverError), .reset, .loseAnswer, .status(.conflict)]
                    if random.below(4) == 0 {
                        rig.server.inject(Fault(effects[random.below(4)], on: ["update", "create"]))
                    }
                    _ = try? await one.acquire()
                    rig.time.pass(.milliseconds(random.below(6000)))
                }
                let certain = claims.filter { $0.isCertain() }.map(\.identity)
                #expect(certain.count <= 1, "seed \(seed), step \(step): \(certain)")
                if !certain.isEmpty { holders += 1 }
            }
            #expect(holders > 5, "seed \(seed): hardly ever held")
        }
        await rig.http.shutdown()
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): chance that is the same on each run.
private struct Chance {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}

@Suite("A snapshot in a ConfigMap", .timeLimit(.minutes(1)))
struct SnapshotObjectTests {
    private static func client(_ server: FakeAPIServer, _ http: HTTPClient) -> KubernetesClient {
        KubernetesClient(
            connection: ClusterConnection(server: server.url(), namespace: "test1"),
            http: http,
            limits: KubernetesClient.Limits(deadline: .seconds(30), patience: .seconds(30)),
            wait: { _ in }
        )
    }

    @Test("is kept, read by another, and not overwritten by a holder of before")
    func fence() async throws {
        let cluster = try ClusterFixture()
        cluster.server.acceptWithoutToken(as: FakeAPIServer.user)
        let http = HTTPClient()
        let client = Self.client(cluster.server, http)
        let old = SnapshotObject(client: client, namespace: "test1", name: "haldane-demo4")
        let new = SnapshotObject(client: client, namespace: "test1", name: "haldane-demo4")

        #expect(try await old.store(.init(bytes: [1, 2], run: "r"), fence: 0) == .stored)
        #expect(try await old.store(.init(bytes: [1, 2, 3], run: "r"), fence: 0) == .stored)
        #expect(try await new.load() == .init(bytes: [1, 2, 3], run: "r", transitions: 0))
        #expect(try await new.store(.init(bytes: [9], run: "r"), fence: 1) == .stored)
        #expect(try await old.store(.init(bytes: [4], run: "r"), fence: 0) == .fenced)
        #expect(try await new.load()?.bytes == [9])
        #expect(try await old.store(.init(bytes: [5], run: "r"), fence: 0, lease: "x", isProved: true) == .stored)
        #expect(try await new.store(.init(bytes: [6], run: "r"), fence: 7, lease: "y") == .fenced)
        try await new.delete()
        try await new.delete()
        #expect(try await old.load() == nil)
        let tooMuch = [UInt8](repeating: 0, count: SnapshotObject.mostBytes + 1)
        #expect(try await old.store(.init(bytes: tooMuch, run: "r"), fence: 3) == .tooLarge(tooMuch.count))
        await http.shutdown()
    }
}
