import CanaryTestKit
import CanaryTransport
import Testing

@Suite("The life of an HTTP client", .timeLimit(.minutes(1)))
struct HTTPClientLifecycleTests {
    @Test("cancelling the task ends the exchange and closes its connection")
    func cancellation() async throws {
        let server = try HostileServer(steps: [.stall])
        let client = HTTPClient()
        let task = Task { try await client.send(HTTPRequest(url: server.url(), deadline: .seconds(50))) }
        await server.wait { $0.requests.count == 1 }

        task.cancel()
        let error = await #expect(throws: TransportError.self) { try await task.value }

        #expect(error?.code == .cancelled)
        await server.wait { $0.open == 0 }
    }

    @Test("cancelling a waiting request leaves its place to the next")
    func cancellationInLine() async throws {
        let server = try HostileServer { request in
            request.target == "/slow" ? [.stall] : [.send(HostileServer.answer(body: "ok"))]
        }
        let client = HTTPClient(configuration: .init(maximumInFlight: 1))
        let slow = Task { try await client.send(HTTPRequest(url: server.url("/slow"), deadline: .seconds(50))) }
        await server.wait { $0.requests.count == 1 }
        let waiting = Task { try await client.send(HTTPRequest(url: server.url("/never"), deadline: .seconds(50))) }
        let next = Task { try await client.send(HTTPRequest(url: server.url("/next"), deadline: .seconds(50))) }

        waiting.cancel()
        let error = await #expect(throws: TransportError.self) { try await waiting.value }
        slow.cancel()

        #expect(error?.code == .cancelled)
        #expect(try await next.value.status == 200)
        #expect(server.log.requests.map(\.target) == ["/slow", "/next"])
    }

    @Test("a task that is cancelled already sends nothing")
    func cancelledBefore() async throws {
        let server = try HostileServer(steps: [.stall])
        let client = HTTPClient()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await client.send(HTTPRequest(url: server.url()))
        }

        let error = await #expect(throws: TransportError.self) { try await task.value }

        #expect(error?.code == .cancelled)
        #expect(server.log.accepted == 0)
    }

    @Test("many cancellations at random moments leave nothing behind", arguments: [1, 2, 3])
    func cancellationStorm(seed: UInt64) async throws {
        print("seed \(seed)")
        let server = try HostileServer { request in
            request.target.hasSuffix("1") ? [.stall] : [.send(HostileServer.answer(body: "ok"))]
        }
        let client = HTTPClient(configuration: .init(maximumInFlight: 8))
        var state = seed

        await withDiscardingTaskGroup { group in
            for number in 0..<200 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let turns = Int(state >> 59)
                group.addTask {
                    let task = Task {
                        try await client.send(HTTPRequest(url: server.url("/\(number)"), deadline: .seconds(50)))
                    }
                    for _ in 0..<turns {
                        await Task.yield()
                    }
                    task.cancel()
                    _ = await task.result
                }
            }
        }
        let answer = try await client.send(HTTPRequest(url: server.url("/last-0")))
        await client.shutdown()

        #expect(answer.status == 200)
        await server.wait { $0.open == 0 }
    }

    @Test("shutting down cancels what runs and waits, closes the connections and refuses later requests")
    func shutdown() async throws {
        let server = try HostileServer(steps: [.stall])
        let client = HTTPClient(configuration: .init(maximumInFlight: 1))
        let tasks = (0..<3).map { _ in
            Task { try await client.send(HTTPRequest(url: server.url(), deadline: .seconds(50))) }
        }
        await server.wait { $0.requests.count == 1 }

        await client.shutdown()
        await client.shutdown()

        for task in tasks {
            let error = await #expect(throws: TransportError.self) { try await task.value }
            #expect(error?.code == .cancelled)
        }
        await server.wait { $0.open == 0 }
        let late = await #expect(throws: TransportError.self) { try await client.send(HTTPRequest(url: server.url())) }
        #expect(late?.code == .cancelled)
    }

    @Test("a client that is dropped closes its kept connections")
    func dropped() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])

        for _ in 0..<20 {
            _ = try await HTTPClient().send(HTTPRequest(url: server.url()))
            _ = HTTPClient()
        }

        await server.wait { $0.closed == 20 }
    }

    @Test("a full line refuses one more request, and the deadline counts in line as well")
    func saturation() async throws {
        let server = try HostileServer(steps: [.stall])
        let client = HTTPClient(configuration: .init(maximumInFlight: 1, maximumWaiting: 1))
        let running = Task { try await client.send(HTTPRequest(url: server.url(), deadline: .seconds(50))) }
        await server.wait { $0.requests.count == 1 }

        let errors = await withTaskGroup { group in
            for _ in 0..<2 {
                group.addTask {
                    await #expect(throws: TransportError.self) {
                        try await client.send(HTTPRequest(url: server.url(), deadline: .milliseconds(200)))
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1?.label ?? "none") }
        }
        running.cancel()

        #expect(Set(errors) == ["saturated", "timedOut"])
        #expect(server.log.requests.count == 1)
    }
}
