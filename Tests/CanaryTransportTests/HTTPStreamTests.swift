import CanaryTestKit
import CanaryTransport
import Testing

@Suite("A streamed answer", .timeLimit(.minutes(1)))
struct HTTPStreamTests {
    private static let head = Array(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n".utf8
    )

    @Test("is there as soon as its head is, and brings the body while it comes")
    func pieces() async throws {
        let gate = Gate(count: 2)
        let server = try HostileServer { connection in
            _ = try connection.readRequest()
            try connection.write(Self.head)
            try connection.write(Self.chunk("one"))
            gate.arrive()
            try connection.write(Self.chunk("two") + Self.end)
        }
        let client = HTTPClient()

        let stream = try await client.stream(HTTPRequest(url: server.url("/watch?a=b")), idle: .seconds(20))
        let first = try await stream.next()
        gate.arrive()
        let rest = try await Self.collect(stream)

        #expect(stream.status == 200)
        #expect(stream.header("content-type") == "application/json")
        #expect(first == Array("one".utf8))
        #expect(rest == "two")
        #expect(try await stream.next() == nil)
        #expect(server.log.requests.first?.header("Accept-Encoding") == nil)
        #expect(server.log.requests.first?.target == "/watch?a=b")
    }

    @Test("may take longer than the deadline, which is for its head alone")
    func longLife() async throws {
        let server = try HostileServer(
            steps: [.send(Self.head), .sendForever(Self.chunk("x"), pause: .milliseconds(60))]
        )

        let stream = try await HTTPClient().stream(
            HTTPRequest(url: server.url(), deadline: .milliseconds(250)),
            idle: .seconds(20)
        )

        let clock = ContinuousClock()
        let start = clock.now
        while start.duration(to: clock.now) < .milliseconds(400) {
            #expect(try await stream.next()?.isEmpty == false)
        }
    }

    @Test("that does not begin in time is given up")
    func lateHead() async throws {
        let server = try HostileServer(steps: [.send(Array("HTTP/1.1 200 OK\r\nX: y\r\n".utf8)), .stall])

        let error = await #expect(throws: TransportError.self) {
            try await HTTPClient().stream(
                HTTPRequest(url: server.url(), deadline: .milliseconds(200)),
                idle: .seconds(20)
            )
        }

        #expect(error?.code == .timedOut)
        #expect(error?.message.contains("did not begin to answer") == true)
        await server.wait { $0.open == 0 }
    }

    @Test("ends with an error after silence, and its connection is closed")
    func silence() async throws {
        let server = try HostileServer(steps: [.send(Self.head + Self.chunk("one")), .stall])
        let stream = try await HTTPClient().stream(HTTPRequest(url: server.url()), idle: .milliseconds(150))

        #expect(try await stream.next() == Array("one".utf8))
        let error = await #expect(throws: TransportError.self) { try await stream.next() }

        #expect(error?.code == .timedOut)
        #expect(error?.disposition == .retry)
        await server.wait { $0.open == 0 }
    }

    @Test("that is cut gives what came before, then says so", arguments: [true, false])
    func cut(isReset: Bool) async throws {
        let server = try HostileServer(
            steps: [.send(Self.head + Self.chunk("one") + Array("40\r\nhal".utf8)), isReset ? .reset : .close]
        )

        let stream = try await HTTPClient().stream(HTTPRequest(url: server.url()), idle: .seconds(20))
        var text = ""
        let error = await #expect(throws: TransportError.self) {
            while let bytes = try await stream.next() { text += String(decoding: bytes, as: UTF8.self) }
        }

        #expect(error?.code == .truncated)
        #expect(isReset || text == "onehal")
    }

    @Test("whose head is cut is an error, not a stream")
    func cutHead() async throws {
        let server = try HostileServer(steps: [.send(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8)), .close])

        let error = await #expect(throws: TransportError.self) {
            try await HTTPClient().stream(HTTPRequest(url: server.url()), idle: .seconds(20))
        }

        #expect(error?.code == .truncated)
    }

    @Test("of any status is a stream")
    func failureStatus() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(status: 410, body: "gone"))])

        let stream = try await HTTPClient().stream(HTTPRequest(url: server.url()), idle: .seconds(20))

        #expect(stream.status == 410)
        #expect(!stream.isSuccess)
        #expect(try await Self.collect(stream) == "gone")
    }

    @Test("makes a fast peer wait for a slow reader, and loses nothing")
    func backPressure() async throws {
        let size = 24 << 20
        let piece = (0..<65_536).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = try HostileServer { connection in
            _ = try connection.readRequest()
            try connection.write(Array("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n".utf8))
            for _ in 0..<size / piece.count { try connection.write(piece) }
        }
        let client = HTTPClient()
        let stream = try await client.stream(HTTPRequest(url: server.url()), idle: .seconds(20))

        var position = 0
        var largest = 0
        var isIntact = true
        while let bytes = try await stream.next() {
            largest = max(largest, bytes.count)
            let expected = piece[position % piece.count]
            isIntact = isIntact && bytes.first == expected
            position += bytes.count
            // Others are served while this stream is paused.
            if position % 16 == 0 { await Task.yield() }
        }

        #expect(position == size)
        #expect(isIntact)
        #expect(largest <= 400_000)
    }

    @Test("ends when its reader's task is cancelled, and when it is cancelled itself")
    func cancellation() async throws {
        let server = try HostileServer(steps: [.send(Self.head), .stall])
        let client = HTTPClient()
        let first = try await client.stream(HTTPRequest(url: server.url()), idle: .seconds(50))
        let second = try await client.stream(HTTPRequest(url: server.url()), idle: .seconds(50))
        let readers = [Task { try await first.next() }, Task { try await second.next() }]

        readers[0].cancel()
        second.cancel()

        for reader in readers {
            let error = await #expect(throws: TransportError.self) { try await reader.value }
            #expect(error?.code == .cancelled)
        }
        await server.wait { $0.closed == 2 }
    }

    @Test("that is still awaited ends when the task is cancelled")
    func cancelledOpening() async throws {
        let server = try HostileServer(steps: [.stall])
        let client = HTTPClient()
        let task = Task {
            try await client.stream(HTTPRequest(url: server.url(), deadline: .seconds(50)), idle: .seconds(50))
        }
        await server.wait { $0.requests.count == 1 }

        task.cancel()

        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.code == .cancelled)
        await server.wait { $0.open == 0 }
    }

    @Test("that is dropped closes its connection, also together with its client")
    func dropped() async throws {
        let server = try HostileServer(steps: [.send(Self.head), .stall])
        let client = HTTPClient()

        for _ in 0..<10 {
            _ = try await client.stream(HTTPRequest(url: server.url()), idle: .seconds(50))
            _ = try await HTTPClient().stream(HTTPRequest(url: server.url()), idle: .seconds(50))
        }

        await server.wait { $0.closed == 20 }
    }

    @Test("takes no place of other requests, but there are not many of them")
    func places() async throws {
        let server = try HostileServer { request in
            request.target == "/watch" ? [.send(Self.head), .stall] : [.send(HostileServer.answer(body: "ok"))]
        }
        let client = HTTPClient(configuration: .init(maximumInFlight: 1, maximumStreams: 2))
        let watch = HTTPRequest(url: server.url("/watch"))
        let streams = [
            try await client.stream(watch, idle: .seconds(50)), try await client.stream(watch, idle: .seconds(50)),
        ]

        let answer = try await client.send(HTTPRequest(url: server.url()))
        let error = await #expect(throws: TransportError.self) { try await client.stream(watch, idle: .seconds(50)) }

        #expect(answer.status == 200)
        #expect(error?.code == .saturated)
        #expect(streams.count == 2)
    }

    @Test("ends as cancelled when the client is shut down")
    func shutdown() async throws {
        let server = try HostileServer(steps: [.send(Self.head), .stall])
        let client = HTTPClient()
        let stream = try await client.stream(HTTPRequest(url: server.url()), idle: .seconds(50))
        let reader = Task { try await stream.next() }

        await client.shutdown()

        let error = await #expect(throws: TransportError.self) { try await reader.value }
        let late = await #expect(throws: TransportError.self) { try await stream.next() }
        let never = await #expect(throws: TransportError.self) {
            try await client.stream(HTTPRequest(url: server.url()), idle: .seconds(50))
        }
        #expect([error?.code, late?.code, never?.code] == [.cancelled, .cancelled, .cancelled])
        await server.wait { $0.open == 0 }
    }

    private static let end = Array("0\r\n\r\n".utf8)

    private static func chunk(_ text: String) -> [UInt8] {
        Array("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n".utf8)
    }

    private static func collect(_ stream: HTTPStream) async throws -> String {
        var bytes: [UInt8] = []
        for try await piece in stream { bytes += piece }
        return String(decoding: bytes, as: UTF8.self)
    }
}
