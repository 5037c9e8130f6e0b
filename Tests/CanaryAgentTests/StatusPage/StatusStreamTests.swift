import CanaryAgent
import CanaryCore
import CanaryTestKit
import Foundation
import Testing

@Suite("Status stream", .serialized, .timeLimit(.minutes(1)))
struct StatusStreamTests {
    private static func follow(_ port: UInt16, fields: String = "") async throws -> PageClient {
        let client = try PageClient(port: port)
        await client.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n")
        return client
    }

    @Test("tells of changes while they happen, that it lives, and of the end with the last state")
    func events() async throws {
        let rig = await PageRig()
        rig.showStep()
        let stream = LateClient()

        let ending = try await rig.serve { port in
            let client = try await Self.follow(port, fields: "Last-Event-ID: not-a-number\r\n")
            let start = await client.read(until: "event: changed")
            #expect(start.contains("Content-Type: text/event-stream"))
            #expect(start.contains("retry: 2000"))
            #expect(await client.read(until: ": nothing new").contains(": nothing new"))
            rig.showAll()
            #expect(await client.read(until: "event: changed").contains("event: changed"))
            await stream.set(client)
        }

        let rest = try #require(await stream.client).readAll
        let text = await rest()
        #expect(text.contains("event: finished"))
        #expect(text.contains("data: <section"))
        #expect(text.contains("promoted"))
        #expect(text.hasSuffix("\n\n"))
        #expect(ending < .seconds(3))
    }

    @Test("many changes are few events")
    func pace() async throws {
        let rig = await PageRig()

        try await rig.serve { port in
            let client = try await Self.follow(port)
            let began = ContinuousClock.now
            let changes = Task {
                while !Task.isCancelled {
                    rig.showStep()
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
            // The fifth event at the earliest after four pauses.
            let text = await client.read(until: "event: changed\ndata: ")
            var seen = text
            for _ in 0..<4 { seen += await client.read(until: "event: changed") }
            changes.cancel()
            #expect(began.duration(to: .now) >= .milliseconds(400), "\(seen.suffix(300))")
        }
    }

    @Test("more followers than it has places for are asked to come later; a place comes free when one goes")
    func followers() async throws {
        var limits = PageRig.quick
        limits.streams = 3
        let rig = await PageRig(limits: limits)

        try await rig.serve { port in
            var clients: [PageClient] = []
            for _ in 0..<3 {
                let client = try await Self.follow(port)
                #expect(await client.read(until: "changed").contains("200 OK"))
                clients.append(client)
            }
            let late = PageClient.Answer(await (try Self.follow(port)).readAll())
            #expect(late?.status == 503)
            #expect(late?.fields["retry-after"] == "10")
            #expect(try await PageClient.ask("/metrics", port: port)?.body.contains("haldane_page_streams 3\n") == true)

            clients.removeLast()
            let deadline = ContinuousClock.now + .seconds(5)
            var text = ""
            while !text.contains("200 OK"), ContinuousClock.now < deadline {
                text = await (try Self.follow(port)).read(until: "\r\n\r\n")
            }
            #expect(text.contains("200 OK"))
        }
    }

    @Test("followers that never read slow neither the run nor its end")
    func stuckFollowers() async throws {
        let clients = LateClient()
        let board = StatusBoard(version: "9.9.9")
        let rig = RunRig()
        let server = try await StatusServer(try ListenAddress("127.0.0.1:0"), board, limits: PageRig.quick)
        let began = ContinuousClock.now

        let end = try await server.serving {
            for _ in 0..<16 { await clients.set(try await Self.follow(server.address.port)) }
            for _ in 0..<40 { await clients.set(try PageClient(port: server.address.port)) }
            var driver = RolloutDriver(
                header: rig.header,
                state: RunState(header: rig.header),
                source: rig.telemetry,
                store: rig.store,
                journal: board.reading(rig.journal, of: rig.header, path: "run-1", RunState(header: rig.header)),
                clock: rig.clock,
                observer: RunObservers([rig.observer, board]),
                inbox: rig.inbox
            )
            return await driver.run()
        }

        #expect(end.outcome?.word == "promoted")
        #expect(rig.observer.words.last == "finished promoted")
        #expect(began.duration(to: .now) < .seconds(10))
    }

    @Test("writes of the route are counted as the journal takes them")
    func writes() async throws {
        let board = StatusBoard(version: "9.9.9")
        let rig = RunRig()
        let state = RunState(header: rig.header)
        var driver = RolloutDriver(
            header: rig.header,
            state: state,
            source: rig.telemetry,
            store: rig.store,
            journal: board.reading(rig.journal, of: rig.header, path: "run-1", state),
            clock: rig.clock,
            observer: board,
            inbox: rig.inbox
        )
        _ = await driver.run()
        let server = try await StatusServer(try ListenAddress("0"), board, limits: PageRig.quick)

        try await server.serving {
            let page = try #require(try await PageClient.ask("/metrics", port: server.address.port)).body
            #expect(page.contains(#"purpose="step",result="applied"} 1"#))
            #expect(page.contains(#"purpose="promotion",result="applied"} 1"#))
            #expect(page.contains(#"purpose="rollback",result="applied"} 0"#))
        }
    }

    @Test("after the end the page stays for as long as it was asked to")
    func linger() async throws {
        let rig = await PageRig()
        rig.showAll()
        let server = try await StatusServer(try ListenAddress("127.0.0.1:0"), rig.board, limits: PageRig.quick)
        let began = ContinuousClock.now

        async let later = Task.detached {
            try await Task.sleep(for: .milliseconds(300))
            return try await PageClient.ask("/fragment", port: server.address.port)?.body
        }.value
        let word = try await server.serving(linger: .milliseconds(800)) { "done" }

        #expect(word == "done")
        #expect(try await later?.contains("promoted") == true)
        #expect(began.duration(to: .now) >= .milliseconds(800))
        #expect(throws: PageClient.Refused.self) { try PageClient(port: server.address.port) }
    }
}

/// Keeps clients beyond the closure that made them.
private actor LateClient {
    private(set) var client: PageClient?
    private var all: [PageClient] = []

    func set(_ client: PageClient) {
        self.client = client
        all.append(client)
    }
}
