import CanaryTestKit
import CanaryYAML
import Testing

@Suite("The API server double: odd requests", .timeLimit(.minutes(1)))
struct DoubleRobustnessTests {
    private let server: FakeAPIServer

    init() throws {
        server = try ClusterFixture().server
    }

    @Test(
        "a request that is none is refused and the connection closed",
        arguments: [
            "hello\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2\r\n\r\n", "\r\n\r\n", "GET x HTTP/1.1\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n",
        ]
    )
    func nonsense(bytes: String) throws {
        let client = try PlainClient(server)
        try client.write(Array(bytes.utf8))

        #expect(client.rest().hasPrefix("HTTP/1.1 4"))
    }

    @Test("a header without end is refused")
    func endlessHeader() throws {
        let client = try PlainClient(server)
        try client.write(Array("GET / HTTP/1.1\r\nX: ".utf8) + [UInt8](repeating: 120, count: 70_000))

        #expect(client.rest().hasPrefix("HTTP/1.1 431"))
    }

    @Test(
        "an odd path or method gets an answer and not a trap",
        arguments: [
            "GET /", "GET //", "GET /apis//", "GET /apis/a/b/c/d/e/f/g", "GET /api/v1/namespaces//pods",
            "GET /api/v1/namespaces/test1/pods//x", "GET /%", "GET /api/v1/pods/%zz", "GET /api/v1/pods?%zz=%zz&&=&a",
            "GET /api/v1/namespaces/test1/namespaces", "GET /api/v1/namespaces/test1/pods?limit=-5",
            "GET /api/v1/namespaces/test1/pods?limit=99999999999999999999", "HEAD /api/v1/pods", "OPTIONS /apis",
            "DELETE /api/v1/namespaces/test1/pods", "PUT /api/v1/namespaces/test1/pods", "GET /api/v1/pods/x/proxy/y",
            "GET /api/v1/namespaces/test1/pods/a:b:c:d/proxy", "POST /apis/apps/v1/deployments",
            "GET /api/v1/namespaces/test1/pods?watch=true&timeoutSeconds=-9223372036854775808&resourceVersion=-1",
            "PATCH /apis/networking.istio.io/v1/namespaces/test1/virtualservices/demo4-vs",
        ]
    )
    func oddRequests(line: String) throws {
        let client = try PlainClient(server)
        let parts = line.split(separator: " ").map(String.init)

        let answer = try client.send(parts[0], parts[1], parts[0] == "GET" ? "" : "{}")

        #expect((200..<600).contains(answer.code))
        #expect(try PlainClient(server).get("/version").code == 200)
    }

    @Test("chunked bodies, pipelined requests and an awaited 100 are understood")
    func framing() throws {
        let client = try PlainClient(server)
        let head = "POST \(Demo.leases) HTTP/1.1\r\nAuthorization: Bearer \(FakeAPIServer.token)\r\n"
        let body = #"{"metadata":{"name":"a"}}"#
        let chunks =
            "5;x=y\r\n\(body.prefix(5))\r\n\(String(body.count - 5, radix: 16))\r\n\(body.dropFirst(5))\r\n0\r\n\r\n"
        let first = head + "Transfer-Encoding: chunked\r\n\r\n" + chunks
        let second = head + "Expect: 100-continue\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n\(body)"

        try client.write(Array((first + second).utf8))

        let text = client.rest()
        #expect(text.contains("201 Created"))
        #expect(text.contains("100 Continue"))
        #expect(text.contains("AlreadyExists"))
    }

    @Test("a deep document and a long pointer are refused without harm")
    func depth() throws {
        let client = try PlainClient(server)
        let deep = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
        let long = String(repeating: "/a", count: 5000)

        #expect(try client.merge(Demo.virtualService, deep).code == 400)
        #expect(
            try client.patch(Demo.virtualService, #"[{"op":"add","path":"\#(long)","value":1}]"#).summary
                == "422 Invalid"
        )
    }
}
