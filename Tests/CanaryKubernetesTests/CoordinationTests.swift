import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Synchronization
import Testing

@Suite("A time with microseconds")
struct MicroTimeTests {
    @Test(
        "has exactly six digits and reads any RFC 3339 time",
        arguments: [
            ("2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00Z"),
            ("2024-02-29T23:59:59.123456Z", "2024-03-01T01:29:59.1234567+01:30"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            ("2000-03-01T00:00:00.500000Z", "2000-02-29T19:00:00.5-05:00"),
        ]
    )
    func forms(canonical: String, text: String) {
        #expect(MicroTime(text)?.description == canonical)
        #expect(MicroTime(canonical)?.description == canonical)
    }

    @Test(
        "is not read from other texts",
        arguments: ["", "2026", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z"]
    )
    func nonsense(text: String) {
        #expect(MicroTime(text) == nil)
    }
}

@Suite("A claim on a Lease", .timeLimit(.minutes(1)))
struct LeaseClaimTests {
    /// A server with one Lease, and the rules of the real one for it.
    private final class LeaseServer: Sendable {
        let stored = Mutex<JSONValue?>(nil)
        let server: HostileServer

        init() throws {
            let stored = Mutex<(object: JSONValue?, version: Int)>((nil, 0))
            let box = Box(stored)
            server = try HostileServer { request in box.answer(request) }
        }

        private final class Box: Sendable {
            private let state: Mutex<(object: JSONValue?, version: Int)>

            init(_ state: consuming sending Mutex<(object: JSONValue?, version: Int)>) {
                self.state = state
            }

            func answer(_ request: HostileServer.Request) -> [HostileServer.Step] {
                state.withLock { state in
                    guard request.method != "GET" else {
                        return state.object.map { [Scripts.json($0)] }
                            ?? [Scripts.status(404, "NotFound", "no lease", details: ["name": "x"])]
                    }
                    guard let object = try? JSONText.parse(request.body), case .object(var members) = object else {
                        return [Scripts.status(400, "BadRequest")]
                    }
                    let version = object["metadata"]?["resourceVersion"]?.string
                    if request.method == "POST", state.object != nil { return [Scripts.status(409, "AlreadyExists")] }
                    if request.method == "PUT", version != "\(state.version)" {
                        return [Scripts.status(409, "Conflict")]
                    }
                    for key in ["acquireTime", "renewTime"] {
                        guard let text = object["spec"]?[key]?.string else { continue }
                        guard text.count == 27 else { return [Scripts.status(400, "BadRequest", text)] }
                    }
                    state.version += 1
                    var metadata = object["metadata"]?.members ?? [:]
                    metadata["name"] = "x"
                    metadata["resourceVersion"] = .string("\(state.version)")
                    members["metadata"] = .object(metadata)
                    state.object = .object(members)
                    return [Scripts.json(.object(members))]
                }
            }
        }
    }

    private final class Clocks: Sendable {
        private let passed = Mutex(Duration.zero)
        private let start = ContinuousClock.now

        func advance(_ duration: Duration) { passed.withLock { $0 += duration } }
        var wall: MicroTime { MicroTime(microseconds: 1_770_000_000_000_000).advanced(by: passed.withLock { $0 }) }
        var uptime: ContinuousClock.Instant { start.advanced(by: passed.withLock { $0 }) }
    }

    private static func claim(_ server: LeaseServer, _ identity: String, _ clocks: Clocks) -> LeaseClaim {
        LeaseClaim(
            client: KubernetesClient(server.server),
            namespace: "test1",
            name: "x",
            identity: identity,
            now: { clocks.wall },
            uptime: { clocks.uptime }
        )
    }

    private static func holder(_ outcome: LeaseClaim.Outcome) -> String {
        switch outcome {
        case .held(let lease): "held by \(lease.holder)"
        case .taken(let lease): "taken by \(lease.holder)"
        }
    }

    @Test("is made, renewed, given back and taken by the next")
    func life() async throws {
        let server = try LeaseServer()
        let clocks = Clocks()
        let a = Self.claim(server, "a", clocks)
        let b = Self.claim(server, "b", clocks)

        #expect(Self.holder(try await a.acquire()) == "held by a")
        #expect(Self.holder(try await b.acquire()) == "taken by a")
        clocks.advance(.seconds(5))
        guard case .held(let renewed) = try await a.acquire() else { return #expect(Bool(false)) }
        #expect(renewed.renewed == clocks.wall)
        #expect(renewed.acquired == clocks.wall.advanced(by: .seconds(-5)))
        #expect(renewed.transitions == 0)
        try await b.release()
        try await a.release()
        guard case .held(let next) = try await b.acquire() else { return #expect(Bool(false)) }
        #expect(next.holder == "b")
        #expect(next.transitions == 1)
    }

    @Test("takes over when the holder was silent for the whole duration while we looked, and not before")
    func takeover() async throws {
        let server = try LeaseServer()
        let clocks = Clocks()
        _ = try await Self.claim(server, "a", clocks).acquire()
        let b = Self.claim(server, "b", clocks)

        clocks.advance(.seconds(20))
        #expect(Self.holder(try await b.acquire()) == "taken by a")
        clocks.advance(.seconds(14))
        #expect(Self.holder(try await b.acquire()) == "taken by a")
        clocks.advance(.seconds(1))
        #expect(Self.holder(try await b.acquire()) == "held by b")
    }

    @Test(
        "believes no time in the object: what seems to have ended long ago may have been renewed by a clock that is behind"
    )
    func oldLease() async throws {
        let server = try LeaseServer()
        let clocks = Clocks()
        _ = try await Self.claim(server, "a", clocks).acquire()

        clocks.advance(.seconds(3600))

        #expect(Self.holder(try await Self.claim(server, "b", clocks).acquire()) == "taken by a")
    }

    @Test("has one winner when many try at once")
    func race() async throws {
        let server = try LeaseServer()
        let clocks = Clocks()

        let outcomes = try await withThrowingTaskGroup { group in
            for number in 0..<12 {
                group.addTask { Self.holder(try await Self.claim(server, "\(number)", clocks).acquire()) }
            }
            return try await group.reduce(into: [String]()) { $0.append($1) }
        }

        #expect(outcomes.filter { $0.hasPrefix("held") }.count == 1)
    }
}

@Suite("An event recorder", .timeLimit(.minutes(1)))
struct EventRecorderTests {
    private static let route = KubernetesObject([
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": ["name": "demo4-vs", "namespace": "test1", "uid": "u-1", "resourceVersion": "7"],
    ])

    @Test("creates an event that regards the object, with a note of bounded length")
    func event() async throws {
        let server = try HostileServer(steps: [Scripts.json(["kind": "Event"], status: 201)])
        let recorder = EventRecorder(client: KubernetesClient(server), instance: "laptop")

        recorder.record(
            .init(
                kind: .warning,
                reason: "CanaryRolledBack",
                action: "RollBack",
                note: String(repeating: "ä", count: 2000),
                regarding: Self.route,
                time: MicroTime(microseconds: 1_770_000_000_000_001)
            )
        )
        await recorder.finish(within: .seconds(20))

        let request = try #require(server.log.requests.first)
        let body = try JSONText.parse(request.body)
        #expect(request.target.hasPrefix("/apis/events.k8s.io/v1/namespaces/test1/events?fieldManager=haldane"))
        #expect(body["eventTime"] == "2026-02-02T02:40:00.000001Z")
        #expect(body["reportingController"] == "haldane.dev/haldane")
        #expect(body["type"] == "Warning")
        #expect(body["regarding"]?["uid"] == "u-1")
        #expect(body["regarding"]?["kind"] == "VirtualService")
        let note = try #require(body["note"]?.string)
        #expect(note.utf8.count <= 1024 && note.hasSuffix("ä…"))
        #expect(recorder.dropped == 0)
    }

    @Test("is never in the way: what cannot be sent is dropped and counted")
    func failing() async throws {
        let server = try HostileServer(steps: [Scripts.status(403, "Forbidden")])
        let recorder = EventRecorder(client: KubernetesClient(server), instance: "laptop")

        for _ in 0..<500 { recorder.record(.init(reason: "R", action: "A", note: "n", regarding: Self.route)) }
        await recorder.finish(within: .seconds(20))
        recorder.record(.init(reason: "R", action: "A", note: "n", regarding: Self.route))

        #expect(recorder.dropped == 501)
    }

    @Test("does not wait for a server that does not answer")
    func stalling() async throws {
        let server = try HostileServer(steps: [.stall])
        let recorder = EventRecorder(client: KubernetesClient(server), instance: "laptop")
        recorder.record(.init(reason: "R", action: "A", note: "n", regarding: Self.route))

        await recorder.finish(within: .milliseconds(100))

        #expect(recorder.dropped == 1)
    }
}
