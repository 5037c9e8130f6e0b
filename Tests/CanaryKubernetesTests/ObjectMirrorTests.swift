import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Synchronization
import Testing

@Suite("A mirror", .timeLimit(.minutes(1)))
struct ObjectMirrorTests {
    /// A server that answers each list and each watch by its number, from 1.
    private static func server(
        lists: @escaping @Sendable (Int) -> [HostileServer.Step],
        watches: @escaping @Sendable (Int) -> [HostileServer.Step]
    ) throws -> HostileServer {
        let counts = Mutex((lists: 0, watches: 0))
        return try HostileServer { request in
            let isWatch = request.target.contains("watch=true")
            let number = counts.withLock { counts in
                if isWatch { counts.watches += 1 } else { counts.lists += 1 }
                return isWatch ? counts.watches : counts.lists
            }
            return isWatch ? watches(number) : lists(number)
        }
    }

    private static func mirror(
        _ server: HostileServer,
        waits: Waits = Waits(),
        limits: KubernetesClient.Limits = .patient,
        idle: Duration = .milliseconds(250)
    ) -> ObjectMirror {
        ObjectMirror(
            client: KubernetesClient(server, waits: waits, limits: limits),
            resource: .pods,
            namespace: "test1",
            timing: .init(watch: .seconds(1), idle: idle),
            seed: 7
        )
    }

    /// Waits for the mirror to fulfil a condition.
    private static func wait(
        _ mirror: ObjectMirror,
        until isFulfilled: (ObjectMirror) async -> Bool
    ) async {
        let updates = await mirror.updates()
        if await isFulfilled(mirror) { return }
        for await _ in updates where await isFulfilled(mirror) { return }
    }

    private static func versions(_ mirror: ObjectMirror) async -> [String] {
        await mirror.objects().map { "\($0.name)@\($0.resourceVersion)" }
    }

    private static func watched(_ server: HostileServer) -> [String] {
        server.log.requests.compactMap { request in
            request.target.split(separator: "&").first { $0.hasPrefix("resourceVersion=") }.map {
                String($0.dropFirst(16))
            }
        }
    }

    private static let list = [
        Scripts.json(Scripts.list([Scripts.pod("p1", version: 4), Scripts.pod("p2", version: 5)], version: 80))
    ]

    @Test("lists once and follows: new, changed and deleted objects")
    func follows() async throws {
        let server = try Self.server(
            lists: { _ in Self.list },
            watches: { _ in
                [
                    Scripts.watch, Scripts.event("MODIFIED", Scripts.pod("p1", version: 81)),
                    Scripts.event("ADDED", Scripts.pod("p3", version: 82)),
                    Scripts.event("DELETED", Scripts.pod("p2", version: 83)), .stall,
                ]
            }
        )
        let mirror = Self.mirror(server, idle: .seconds(50))

        try await mirror.start()
        try await mirror.start()
        await Self.wait(mirror) { await $0.object(named: "p2", namespace: "test1") == nil }

        #expect(await Self.versions(mirror) == ["p1@81", "p3@82"])
        #expect(await mirror.failure == nil)
        #expect(await mirror.lastConfirmed != nil)
        await mirror.stop()
        #expect(server.log.requests.count == 2)
        await server.wait { $0.open <= 1 }
    }

    @Test("cannot start without a first list")
    func noStart() async throws {
        let server = try HostileServer(steps: [Scripts.status(403, "Forbidden")])

        let error = await #expect(throws: KubernetesError.self) { try await Self.mirror(server).start() }

        #expect(error?.code == .forbidden)
    }

    @Test("goes on from the last version after a cut, an end in good order, and silence")
    func goesOn() async throws {
        let server = try Self.server(
            lists: { _ in Self.list },
            watches: { number in
                switch number {
                case 1:
                    [Scripts.watch, Scripts.event("MODIFIED", Scripts.pod("p1", version: 81)), .send([0x34]), .close]
                case 2: [Scripts.watch, Scripts.bookmark(90), Scripts.end, .close]
                case 3: [Scripts.watch, .stall]
                default: [Scripts.watch, Scripts.event("MODIFIED", Scripts.pod("p1", version: 91)), .stall]
                }
            }
        )
        let mirror = Self.mirror(server)

        try await mirror.start()
        await Self.wait(mirror) { await Self.versions($0).contains("p1@91") }
        await mirror.stop()

        #expect(Array(Self.watched(server).prefix(4)) == ["80", "81", "90", "90"])
        #expect(server.log.requests.filter { !$0.target.contains("watch=true") }.count == 1)
    }

    @Test(
        "lists again when its version is too old, in both forms, and objects that are gone vanish",
        arguments: [true, false]
    )
    func gone(asStatus: Bool) async throws {
        let server = try Self.server(
            lists: { number in
                number == 1 ? Self.list : [Scripts.json(Scripts.list([Scripts.pod("p2", version: 95)], version: 99))]
            },
            watches: { number in
                guard number == 1 else { return [Scripts.watch, .stall] }
                return asStatus
                    ? [Scripts.status(410, "Expired")]
                    : [Scripts.watch, Scripts.event("ERROR", Scripts.statusObject(410, "Expired")), Scripts.end]
            }
        )
        let mirror = Self.mirror(server)

        try await mirror.start()
        await Self.wait(mirror) { await Self.versions($0) == ["p2@95"] }
        await server.wait { log in log.requests.filter { $0.target.contains("watch=true") }.count >= 2 }
        await mirror.stop()

        #expect(Array(Self.watched(server).prefix(2)) == ["80", "99"])
    }

    @Test("lists again after two silent watches: from a version of the future nothing ever comes")
    func future() async throws {
        let server = try Self.server(
            lists: { number in
                number == 1 ? Self.list : [Scripts.json(Scripts.list([Scripts.pod("p9", version: 3)], version: 6))]
            },
            watches: { _ in [Scripts.watch, .stall] }
        )
        let mirror = Self.mirror(server)

        try await mirror.start()
        await Self.wait(mirror) { await Self.versions($0) == ["p9@3"] }
        await mirror.stop()

        #expect(Array(Self.watched(server).prefix(2)) == ["80", "80"])
    }

    @Test("says why it is not fresh while the server is away, comes back ever more slowly, and recovers")
    func serverAway() async throws {
        let isBack = Mutex(false)
        let server = try Self.server(
            lists: { _ in Self.list },
            watches: { _ in
                isBack.withLock { $0 }
                    ? [Scripts.watch, Scripts.event("MODIFIED", Scripts.pod("p1", version: 81)), .stall] : [.reset]
            }
        )
        let waits = Waits()
        let mirror = Self.mirror(server, waits: waits, idle: .seconds(50))

        try await mirror.start()
        await Self.wait(mirror) { _ in waits.all.count >= 9 }
        let away = await mirror.failure
        isBack.withLock { $0 = true }
        await Self.wait(mirror) { await Self.versions($0).contains("p1@81") }
        let back = await mirror.failure
        await mirror.stop()

        #expect(away?.code == .unreachable)
        #expect(back == nil)
        for (index, pause) in waits.all.prefix(9).enumerated() {
            let full = min(.seconds(10), Duration.milliseconds(100) * (1 << index))
            #expect(pause >= full / 2 && pause <= full, "\(index): \(pause)")
        }
    }

    @Test("does not hurry when watches end at once")
    func endsAtOnce() async throws {
        let server = try Self.server(
            lists: { _ in Self.list },
            watches: { number in
                number <= 6
                    ? [Scripts.watch, Scripts.end]
                    : [Scripts.watch, Scripts.event("ADDED", Scripts.pod("p3", version: 91)), .stall]
            }
        )
        let waits = Waits()
        let mirror = Self.mirror(server, waits: waits)

        try await mirror.start()
        await Self.wait(mirror) { await Self.versions($0).contains("p3@91") }
        await mirror.stop()

        #expect(waits.all.prefix(6).last.map { $0 >= .milliseconds(1600) } == true)
    }

    @Test("waits as long as the server asks")
    func retryAfter() async throws {
        let server = try Self.server(
            lists: { _ in Self.list },
            watches: { number in
                number == 1
                    ? [Scripts.status(429, "TooManyRequests", headers: ["Retry-After: 17"])]
                    : [Scripts.watch, Scripts.bookmark(90), .stall]
            }
        )
        let waits = Waits()
        let mirror = Self.mirror(server, waits: waits)

        try await mirror.start()
        await server.wait { $0.requests.count >= 3 }
        await mirror.stop()

        #expect(waits.all.first == .seconds(17))
    }

    @Test("shows our own write at once, and no older event takes it back")
    func ownWrites() async throws {
        let server = try Self.server(
            lists: { _ in Self.list },
            watches: { _ in
                [
                    Scripts.watch, Scripts.event("MODIFIED", Scripts.pod("p1", version: 85)),
                    Scripts.event("ADDED", Scripts.pod("p3", version: 86)), .stall,
                ]
            }
        )
        let mirror = Self.mirror(server, idle: .seconds(50))
        await mirror.note(KubernetesObject(Scripts.pod("p1", version: 1)))

        try await mirror.start()
        await mirror.note(KubernetesObject(Scripts.pod("p1", version: 90)))
        await mirror.note(KubernetesObject(Scripts.pod("p2", version: 2)))
        await Self.wait(mirror) { await $0.object(named: "p3", namespace: "test1") != nil }
        let versions = await Self.versions(mirror)
        await mirror.stop()

        #expect(versions == ["p1@90", "p2@5", "p3@86"])
    }

    @Test("does not grow beyond the limit of objects")
    func bounded() async throws {
        let server = try Self.server(
            lists: { _ in Self.list },
            watches: { _ in
                [Scripts.watch]
                    + (0..<50).map { Scripts.event("ADDED", Scripts.pod("q\($0)", version: 100 + $0)) } + [.stall]
            }
        )
        let mirror = Self.mirror(server, limits: .init(objects: 10), idle: .seconds(50))

        try await mirror.start()
        await server.wait { log in log.requests.filter { $0.target.contains("watch=true") }.count >= 3 }
        let count = await mirror.objects().count
        await mirror.stop()

        #expect(count <= 11)
    }

    @Test("that is dropped lets its watch go")
    func dropped() async throws {
        let server = try Self.server(lists: { _ in Self.list }, watches: { _ in [Scripts.watch, .stall] })

        var mirror: ObjectMirror? = Self.mirror(server)
        try await mirror?.start()
        await server.wait { $0.requests.count >= 2 }
        mirror = nil

        await server.wait { $0.open == 0 }
    }
}
