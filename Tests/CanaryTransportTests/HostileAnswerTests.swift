import CanaryTestKit
import CanaryTransport
import Testing

@Suite("Against hostile peers, the HTTP client", .timeLimit(.minutes(1)))
struct HostileAnswerTests {
    @Test("says that nobody listens")
    func refused() async throws {
        let port = try RefusingPort()

        let error = await Self.failure(of: HTTPRequest(url: port.url("/x")))

        #expect(error?.code == .refused)
        #expect(error?.disposition == .retry)
        #expect(error?.message.contains("http://127.0.0.1:\(port.port)/x") == true)
    }

    @Test("says that a host does not exist")
    func unknownHost() async throws {
        let error = await Self.failure(of: HTTPRequest(url: "http://haldane.invalid/", deadline: .seconds(20)))

        #expect(error?.code == .dns)
    }

    @Test("ends at the deadline when the peer stalls before, within or after the header, or trickles")
    func deadline() async throws {
        let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n".utf8)
        let stories: [[HostileServer.Step]] = [
            [.stall],
            [.send(Array("HTTP/1.1 2".utf8)), .stall],
            [.send(head), .stall],
            [.send(head), .sendForever([UInt8(ascii: "x")], pause: .milliseconds(20))],
            [.sendForever(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), pause: .milliseconds(20))],
        ]
        let clock = ContinuousClock()

        for story in stories {
            let server = try HostileServer(steps: story)
            let start = clock.now

            let error = await Self.failure(of: HTTPRequest(url: server.url(), deadline: .milliseconds(250)))

            #expect(error?.code == .timedOut, "\(story)")
            #expect(start.duration(to: clock.now) >= .milliseconds(250))
            await server.wait { $0.open == 0 }
        }
    }

    @Test("ends at the deadline even if no time is left, or the time cannot be counted", arguments: [0, -5, .min])
    func emptyDeadline(seconds: Int64) async throws {
        let server = try HostileServer(steps: [.stall])

        let error = await Self.failure(of: HTTPRequest(url: server.url(), deadline: .seconds(seconds)))

        #expect(error?.code == .timedOut)
    }

    @Test("accepts a deadline of any length")
    func endlessDeadline() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])

        let answer = try await HTTPClient().send(HTTPRequest(url: server.url(), deadline: .seconds(Int64.max)))

        #expect(answer.status == 200)
    }

    @Test("stops a body that never ends, whatever carries it")
    func endlessBody() async throws {
        let kilobyte = [UInt8](repeating: UInt8(ascii: "x"), count: 1024)
        let chunk = Array("400\r\n".utf8) + kilobyte + Array("\r\n".utf8)
        let stories: [[HostileServer.Step]] = [
            [.send(Array("HTTP/1.1 200 OK\r\n\r\n".utf8)), .sendForever(kilobyte, pause: .zero)],
            [
                .send(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)),
                .sendForever(chunk, pause: .zero),
            ],
            [
                .send(Array("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n".utf8)),
                .sendForever(kilobyte, pause: .zero),
            ],
            [
                .send(Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".utf8)),
                .send(CompressedBodies.gzipHeader),
                .sendForever(CompressedBodies.emptyDeflateBlock, pause: .zero),
            ],
        ]

        for story in stories {
            let server = try HostileServer(steps: story)

            let error = await Self.failure(
                of: HTTPRequest(url: server.url(), deadline: .seconds(20), maximumBytes: 50_000)
            )

            #expect(error?.code == .tooLarge, "\(String(describing: error))")
            await server.wait { $0.open == 0 }
        }
    }

    @Test("accepts a body of exactly the limit and refuses one byte more")
    func limit() async throws {
        let server = try HostileServer { request in
            [.send(HostileServer.answer(body: String(repeating: "x", count: request.target == "/more" ? 1001 : 1000)))]
        }

        let answer = try await HTTPClient().send(HTTPRequest(url: server.url(), maximumBytes: 1000))
        let error = await Self.failure(of: HTTPRequest(url: server.url("/more"), maximumBytes: 1000))
        let none = await Self.failure(of: HTTPRequest(url: server.url(), maximumBytes: .min))

        #expect(answer.body.count == 1000)
        #expect(error?.code == .tooLarge)
        #expect(none?.code == .tooLarge)
    }

    @Test("stops decompression bombs at the limit", arguments: ["gzip", "zstd"])
    func bombs(name: String) async throws {
        let body =
            name == "gzip" ? CompressedBodies.gzipBomb(copies: 200_000) : CompressedBodies.zstdBomb(blocks: 4000)
        let server = try HostileServer(
            steps: [.send(HostileServer.answer(headers: ["Content-Encoding: \(name)"], body: body))]
        )

        let error = await Self.failure(
            of: HTTPRequest(url: server.url(), deadline: .seconds(20), maximumBytes: 1_000_000)
        )

        #expect(body.count < 1_000_000)
        #expect(error?.code == .tooLarge, "\(String(describing: error))")
    }

    @Test("reports an answer that ends too early as truncated")
    func truncated() async throws {
        let stories: [[HostileServer.Step]] = [
            [.close],
            [.reset],
            [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".utf8)), .close],
            [.send(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n".utf8)), .close],
            [.send(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf".utf8)), .reset],
            [.send(Array("HTTP/1.1 200 OK\r\nContent-Len".utf8)), .close],
        ]

        for story in stories {
            let server = try HostileServer(steps: story)

            let error = await Self.failure(of: HTTPRequest(url: server.url()))

            #expect(error?.code == .truncated, "\(story): \(String(describing: error))")
            #expect(error?.disposition == .retry)
        }
    }

    @Test("reports what is not HTTP as a violation of the protocol")
    func garbage() async throws {
        let texts = [
            "SSH-2.0-OpenSSH_9.2\r\n",
            "\u{16}\u{3}\u{1}\0\0\0\0",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nwhat\r\n",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nno gzip here",
            "HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 12\r\n\r\nno zstd here",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip\r\nContent-Length: 1\r\n\r\nx",
            "HTTP/1.1 200 OK\r\nContent-Encoding: unheard-of\r\nContent-Length: 1\r\n\r\nx",
        ]

        for text in texts {
            let server = try HostileServer(steps: [.send(Array(text.utf8)), .close])

            let error = await Self.failure(of: HTTPRequest(url: server.url()))

            #expect(error?.code == .protocolViolation, "\(text.debugDescription): \(String(describing: error))")
            #expect(error?.disposition == .stop)
        }
    }

    @Test("stops a header that is too large: many fields, one endless field, endless interim answers, trailers")
    func headerFlood() async throws {
        let start = Array("HTTP/1.1 200 OK\r\n".utf8)
        let stories: [[HostileServer.Step]] = [
            [.send(start), .sendForever(Array("X-Flood: aaaaaaaaaaaaaaaaaaaa\r\n".utf8), pause: .zero)],
            [.send(start + Array("X-Flood: ".utf8)), .sendForever(Array(repeating: 0x61, count: 1000), pause: .zero)],
            [.sendForever(Array("HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n".utf8), pause: .zero)],
            [
                .send(start + Array("Transfer-Encoding: chunked\r\n\r\n0\r\n".utf8)),
                .sendForever(Array("X-Flood: aaaaaaaaaaaaaaaaaaaa\r\n".utf8), pause: .zero),
            ],
        ]

        for story in stories {
            let server = try HostileServer(steps: story)

            let error = await Self.failure(of: HTTPRequest(url: server.url(), deadline: .seconds(20)))

            #expect(error?.code == .tooLarge, "\(String(describing: error))")
        }
    }

    @Test("serves a good peer while others stall")
    func neighbours() async throws {
        let bad = try HostileServer(steps: [.stall])
        let good = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])
        let client = HTTPClient()

        async let stalled: Void = {
            await #expect(throws: TransportError.self) {
                try await client.send(HTTPRequest(url: bad.url(), deadline: .milliseconds(300)))
            }
        }()
        await bad.wait { $0.requests.count == 1 }
        let answer = try await client.send(HTTPRequest(url: good.url()))

        #expect(answer.status == 200)
        await stalled
    }

    private static func failure(of request: HTTPRequest) async -> TransportError? {
        await #expect(throws: TransportError.self) { try await HTTPClient().send(request) }
    }
}
