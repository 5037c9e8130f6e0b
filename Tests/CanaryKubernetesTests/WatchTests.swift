import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Testing

@Suite("A watch", .timeLimit(.minutes(1)))
struct WatchTests {
    private static func collect(_ server: HostileServer, lineBytes: Int = 1 << 20) async throws -> [WatchEvent] {
        let client = KubernetesClient(server, limits: .init(lineBytes: lineBytes))
        var watch = try await client.watch(
            .pods,
            namespace: "test1",
            labels: "a=b",
            from: "80",
            idle: .milliseconds(200)
        )
        var events: [WatchEvent] = []
        while let event = try await watch.next() { events.append(event) }
        return events
    }

    private static func failure(_ steps: [HostileServer.Step]) async throws -> KubernetesError? {
        let server = try HostileServer(steps: steps)
        return await #expect(throws: KubernetesError.self) { try await collect(server) }
    }

    @Test("brings events and bookmarks, whatever the pieces they come in")
    func events() async throws {
        let line = JSONText.bytes(of: ["type": "MODIFIED", "object": Scripts.pod("p1", version: 83)]) + [0x0A]
        let trickle = line.map { HostileServer.Step.send(Array("1\r\n".utf8) + [$0] + Array("\r\n".utf8)) }
        let server = try HostileServer(
            steps: [Scripts.watch, Scripts.event("ADDED", Scripts.pod("p1", version: 82))] + trickle + [
                Scripts.event("SOMETHING-NEW", Scripts.pod("p1", version: 84)),
                Scripts.event("DELETED", Scripts.pod("p1", version: 85)), Scripts.bookmark(99), Scripts.end,
            ]
        )

        let events = try await Self.collect(server)

        #expect(
            events == [
                .stored(KubernetesObject(Scripts.pod("p1", version: 82))),
                .stored(KubernetesObject(Scripts.pod("p1", version: 83))),
                .deleted(KubernetesObject(Scripts.pod("p1", version: 85))), .bookmark(resourceVersion: "99"),
            ]
        )
        #expect(
            server.log.requests.map(\.target) == [
                "/api/v1/namespaces/test1/pods?labelSelector=a%3Db&watch=true&allowWatchBookmarks=true"
                    + "&resourceVersion=80&timeoutSeconds=30"
            ]
        )
    }

    @Test("whose version is too old says so, as a status or as a line within a success")
    func gone() async throws {
        let line = Scripts.event("ERROR", Scripts.statusObject(410, "Expired", "too old resource version: 1 (99)"))

        let asStatus = try await Self.failure([Scripts.status(410, "Expired", "too old resource version")])
        let asLine = try await Self.failure([Scripts.watch, line, Scripts.end])

        #expect(asStatus?.code == .gone)
        #expect(asLine?.code == .gone)
        #expect(asLine?.cause == "too old resource version: 1 (99)")
    }

    @Test("that cannot go on says why")
    func failures() async throws {
        let storage = Scripts.statusObject(500, "InternalError", "required storage feature is disabled")
        let noLine = HostileServer.Step.send(Array("5\r\n<htm\n\r\n".utf8))
        let login = HostileServer.answer(headers: ["Content-Type: text/html"], body: "<p>Sign in</p>")

        let failing = try await Self.failure([Scripts.watch, Scripts.event("ERROR", storage), Scripts.end])
        let cut = try await Self.failure([Scripts.watch, .send(Array("40\r\n{\"type\":\"ADD".utf8)), .close])
        let silent = try await Self.failure([Scripts.watch, Scripts.bookmark(81), .stall])
        let garbled = try await Self.failure([Scripts.watch, noLine, Scripts.end])
        let page = try await Self.failure([.send(login)])
        let forbidden = try await Self.failure([Scripts.status(403, "Forbidden", "may not watch")])
        let nameless = try await Self.failure([Scripts.watch, Scripts.event("ADDED", ["metadata": [:]]), Scripts.end])

        #expect(failing?.code == .serverError)
        #expect(cut?.code == .unreachable)
        #expect(silent?.code == .timedOut)
        #expect(garbled?.code == .badAnswer)
        #expect(page?.code == .badAnswer)
        #expect(page?.cause?.contains("Sign in") == true)
        #expect(forbidden?.code == .forbidden)
        #expect(forbidden?.message.hasPrefix("could not watch pods in namespace 'test1'") == true)
        #expect(nameless?.code == .badAnswer)
    }

    @Test("with an endless line is given up")
    func endlessLine() async throws {
        let piece = Array("400\r\n".utf8) + [UInt8](repeating: 0x20, count: 1024) + Array("\r\n".utf8)
        let server = try HostileServer(steps: [Scripts.watch, .sendForever(piece, pause: .zero)])

        let error = await #expect(throws: KubernetesError.self) {
            try await Self.collect(server, lineBytes: 100_000)
        }

        #expect(error?.code == .badAnswer)
        #expect(error?.cause?.contains("more than 100000 bytes") == true)
        await server.wait { $0.open == 0 }
    }
}
