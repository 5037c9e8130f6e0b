import CanaryTestKit
import CanaryTransport
import Glibc
import Testing

@Suite("The HTTP client", .timeLimit(.minutes(1)))
struct HTTPClientTests {
    @Test("gives the status, the header, the body and the peer of an answer")
    func answer() async throws {
        let server = try HostileServer(
            steps: [.send(HostileServer.answer(headers: ["X-Kind: metrics ", "x-empty:"], body: "up 1\n"))]
        )
        let client = HTTPClient()

        let answer = try await client.send(HTTPRequest(url: server.url("/stats?a=b")))

        #expect(answer.status == 200)
        #expect(answer.isSuccess)
        #expect(answer.header("x-KIND") == "metrics")
        #expect(answer.header("X-Empty")?.isEmpty == true)
        #expect(answer.header("X-Absent") == nil)
        #expect(String(decoding: answer.body, as: UTF8.self) == "up 1\n")
        #expect(answer.httpVersion == .http11)
        #expect(answer.remote == "127.0.0.1:\(server.port)")
        #expect(answer.duration > .zero)
        #expect(server.log.requests.map(\.target) == ["/stats?a=b"])
    }

    @Test("takes every status as an answer and follows no redirect", arguments: [204, 301, 307, 404, 500, 503])
    func statuses(status: Int) async throws {
        let body = status == 204 ? "" : "<html><body>no</body></html>"
        let server = try HostileServer(
            steps: [.send(HostileServer.answer(status: status, headers: ["Location: /elsewhere"], body: body))]
        )
        let client = HTTPClient()

        let answer = try await client.send(HTTPRequest(url: server.url()))

        #expect(answer.status == status)
        #expect(answer.header("location") == "/elsewhere")
        #expect(answer.body == Array(body.utf8))
        #expect(server.log.requests.count == 1)
    }

    @Test("sends the method, the fields and the body as given, and no field of its own that a body would need")
    func request() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "{}"))])
        let client = HTTPClient(configuration: .init(userAgent: "haldane/1"))
        let body = Array(repeating: UInt8(ascii: "x"), count: 5000) + [0, 255]
        let headers = [HTTPHeader(name: "X-One", value: "1"), HTTPHeader(name: "X-None", value: "")]

        _ = try await client.send(HTTPRequest(method: "PATCH", url: server.url(), headers: headers, body: body))

        let request = try #require(server.log.requests.first)
        #expect(request.method == "PATCH")
        #expect(request.body == body)
        #expect(request.header("X-One") == "1")
        #expect(request.header("X-None")?.isEmpty == true)
        #expect(request.header("User-Agent") == "haldane/1")
        #expect(request.header("Expect") == nil)
        #expect(request.header("Content-Type") == nil)
        #expect(request.header("Accept-Encoding")?.contains("zstd") == true)
    }

    @Test("sends every usual method", arguments: ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"])
    func methods(method: String) async throws {
        let body = method == "HEAD" ? "" : "ok"
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: body))])
        let client = HTTPClient()

        let answer = try await client.send(HTTPRequest(method: method, url: server.url()))

        #expect(answer.status == 200)
        #expect(server.log.requests.map(\.method) == [method])
        #expect(server.log.requests.map(\.body) == [[]])
    }

    @Test("decodes compressed answers", arguments: ["gzip", "deflate", "zstd"])
    func encodings(name: String) async throws {
        let bodies = [
            "gzip": CompressedBodies.gzip, "deflate": CompressedBodies.deflate, "zstd": CompressedBodies.zstd,
        ]
        let body = try #require(bodies[name])
        let server = try HostileServer(
            steps: [.send(HostileServer.answer(headers: ["Content-Encoding: \(name)"], body: body))]
        )
        let client = HTTPClient()

        let answer = try await client.send(HTTPRequest(url: server.url()))

        #expect(String(decoding: answer.body, as: UTF8.self) == CompressedBodies.text)
    }

    @Test("reads chunked answers and keeps interim answers and trailers out of the header")
    func chunks() async throws {
        let text = """
            HTTP/1.1 103 Early Hints\r\nLink: early\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\
            Trailer: X-Late\r\n\r\n3;note=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n
            """
        let server = try HostileServer(steps: [.send(Array(text.utf8))])
        let client = HTTPClient()

        let answer = try await client.send(HTTPRequest(url: server.url()))

        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self) == "abcde")
        #expect(answer.headers.map(\.name) == ["Transfer-Encoding", "Trailer"])
    }

    @Test("uses a connection again and again")
    func keepAlive() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])
        let client = HTTPClient()

        for _ in 0..<20 {
            _ = try await client.send(HTTPRequest(url: server.url()))
        }

        #expect(server.log.accepted == 1)
        #expect(server.log.requests.count == 20)
    }

    @Test("opens a new connection when the kept one was closed")
    func staleConnection() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok")), .close])
        let client = HTTPClient()

        for _ in 0..<3 {
            let answer = try await client.send(HTTPRequest(url: server.url()))
            #expect(answer.status == 200)
        }

        #expect(server.log.accepted == 3)
    }

    @Test("runs 64 requests at once")
    func concurrency() async throws {
        // No answer is given before all requests are there.
        let gate = Gate(count: 64)
        let server = try HostileServer { request in
            gate.arrive()
            return [.send(HostileServer.answer(body: request.target))]
        }
        let client = HTTPClient()

        let targets = try await withThrowingTaskGroup { group in
            for number in 0..<64 {
                group.addTask {
                    try await client.send(HTTPRequest(url: server.url("/\(number)"), deadline: .seconds(20))).body
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert(String(decoding: $1, as: UTF8.self)) }
        }

        #expect(targets == Set((0..<64).map { "/\($0)" }))
        #expect(server.log.accepted == 64)
    }

    @Test("keeps to its bound of requests in flight and serves the others in turn")
    func boundedConcurrency() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])
        let client = HTTPClient(configuration: .init(maximumInFlight: 4))

        let statuses = try await withThrowingTaskGroup { group in
            for number in 0..<300 {
                group.addTask {
                    try await client.send(HTTPRequest(url: server.url("/\(number)"), deadline: .seconds(20))).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }

        #expect(statuses == Array(repeating: 200, count: 300))
        #expect(server.log.accepted <= 4)
        #expect(Set(server.log.requests.map(\.target)).count == 300)
    }

    @Test("sends nothing for a method or a field that would change the request")
    func malformedRequests() async throws {
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "ok"))])
        let client = HTTPClient()
        let requests = [
            HTTPRequest(method: "GET / HTTP/1.1\r\nX: y", url: server.url()),
            HTTPRequest(method: "", url: server.url()),
            HTTPRequest(url: server.url(), headers: [HTTPHeader(name: "A", value: "b\r\nC: d")]),
            HTTPRequest(url: server.url(), headers: [HTTPHeader(name: "A: b", value: "c")]),
            HTTPRequest(url: server.url(), headers: [HTTPHeader(name: "", value: "c")]),
            HTTPRequest(url: server.url(), headers: [HTTPHeader(name: "A", value: "\0")]),
        ]

        for request in requests {
            let error = await #expect(throws: TransportError.self) { try await client.send(request) }
            #expect(error?.code == .invalidRequest)
            #expect(error?.disposition == .refuse)
        }
        #expect(server.log.accepted == 0)
    }

    @Test("goes through a configured proxy, but never to this machine itself")
    func proxy() async throws {
        let proxy = try HostileServer(steps: [.send(HostileServer.answer(body: "proxy"))])
        let server = try HostileServer(steps: [.send(HostileServer.answer(body: "server"))])
        let client = HTTPClient(configuration: .init(proxy: .url(proxy.url(""))))

        let far = try await client.send(HTTPRequest(url: "http://prometheus.invalid:9090/api"))
        let near = try await client.send(HTTPRequest(url: server.url()))

        #expect(String(decoding: far.body, as: UTF8.self) == "proxy")
        #expect(String(decoding: near.body, as: UTF8.self) == "server")
        #expect(proxy.log.requests.map(\.target) == ["http://prometheus.invalid:9090/api"])
    }

    @Test("heeds the proxy of the environment only when told so")
    func environmentProxy() async {
        await #expect(processExitsWith: .success) {
            let proxy = try HostileServer(steps: [.send(HostileServer.answer(body: "proxy"))])
            setenv("http_proxy", proxy.url(), 1)
            let request = HTTPRequest(url: "http://prometheus.invalid/", deadline: .seconds(20))

            let answer = try await HTTPClient(configuration: .init(proxy: .environment)).send(request)
            let error = await #expect(throws: TransportError.self) { try await HTTPClient().send(request) }

            #expect(String(decoding: answer.body, as: UTF8.self) == "proxy")
            #expect(error?.code == .dns)
        }
    }
}
