import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

@Suite("What the API answers when it does not do as asked", .timeLimit(.minutes(1)))
struct KubernetesErrorTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var steps: [HostileServer.Step]
        var code: KubernetesError.Code
        var cause: String
        var hint: String?
        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "an expired token",
            steps: [Scripts.status(401, "Unauthorized", "Unauthorized")],
            code: .unauthorized,
            cause: "Unauthorized",
            hint: "log in again"
        ),
        Case(
            name: "a verb that is not granted",
            steps: [
                Scripts.status(
                    403,
                    "Forbidden",
                    #"virtualservices.networking.istio.io "demo4-vs" is forbidden: User "agent" cannot patch resource"#,
                    details: ["name": "demo4-vs", "group": "networking.istio.io", "kind": "virtualservices"]
                )
            ],
            code: .forbidden,
            cause: #"User "agent" cannot patch"#,
            hint: #"resources: ["virtualservices"]"#
        ),
        Case(
            name: "no credentials at all",
            steps: [Scripts.status(403, "Forbidden", #"forbidden: User "system:anonymous" cannot patch"#)],
            code: .forbidden,
            cause: "system:anonymous",
            hint: "gives no credentials"
        ),
        Case(
            name: "an object that does not exist",
            steps: [
                Scripts.status(404, "NotFound", #"virtualservices "x" not found"#, details: ["name": "x"])
            ],
            code: .notFound,
            cause: "not found"
        ),
        Case(
            name: "a version that is not served",
            steps: [
                .send(
                    HostileServer.answer(
                        status: 404,
                        headers: ["Content-Type: text/plain"],
                        body: "404 page not found\n"
                    )
                )
            ],
            code: .noSuchResource,
            cause: "404 page not found",
            hint: "CustomResourceDefinition"
        ),
        Case(
            name: "a stale version",
            steps: [Scripts.status(409, "Conflict", "the object has been modified")],
            code: .conflict,
            cause: "the object has been modified"
        ),
        Case(
            name: "a second creation",
            steps: [Scripts.status(409, "AlreadyExists", #"leases "x" already exists"#)],
            code: .alreadyExists,
            cause: "already exists"
        ),
        Case(
            name: "a failed test of a patch",
            steps: [Scripts.status(422, "Invalid", "the server rejected our request due to an error in our request")],
            code: .invalid,
            cause: "the server rejected our request"
        ),
        Case(
            name: "a malformed patch",
            steps: [Scripts.status(400, "BadRequest", "error decoding patch")],
            code: .invalid,
            cause: "error decoding patch"
        ),
        Case(
            name: "a merge patch that is not possible",
            steps: [Scripts.status(415, "UnsupportedMediaType", "the body of the request was in an unknown format")],
            code: .invalid,
            cause: "unknown format"
        ),
        Case(
            name: "a version that is too old",
            steps: [Scripts.status(410, "Expired", "The resourceVersion for the provided watch is too old.")],
            code: .gone,
            cause: "too old"
        ),
        Case(
            name: "a busy server",
            steps: [Scripts.status(429, "TooManyRequests", "please try again later", headers: ["Retry-After: 99"])],
            code: .tooManyRequests,
            cause: "try again later"
        ),
        Case(
            name: "a version from the future",
            steps: [
                Scripts.status(
                    504,
                    "Timeout",
                    "Too large resource version: 99, current: 7",
                    details: ["causes": [["reason": "ResourceVersionTooLarge"]], "retryAfterSeconds": 99]
                )
            ],
            code: .timedOut,
            cause: "Too large resource version"
        ),
        Case(
            name: "a server that failed",
            steps: [Scripts.status(500, "InternalError", "etcdserver: leader changed")],
            code: .serverError,
            cause: "leader changed"
        ),
        Case(
            name: "a load balancer without a server",
            steps: [
                .send(
                    HostileServer.answer(
                        status: 502,
                        headers: ["Content-Type: text/html"],
                        body: "<html><body><h1>502 Bad Gateway</h1></body></html>"
                    )
                )
            ],
            code: .serverError,
            cause: "HTTP 502 with text/html: 502 Bad Gateway"
        ),
        Case(
            name: "a login page",
            steps: [
                .send(
                    HostileServer.answer(
                        headers: ["Content-Type: text/html; charset=utf-8"],
                        body: "<!DOCTYPE html><title>Sign in to Example</title>"
                    )
                )
            ],
            code: .badAnswer,
            cause: "text/html; charset=utf-8: Sign in to Example",
            hint: "login page"
        ),
        Case(
            name: "a redirect to a login page",
            steps: [.send(HostileServer.answer(status: 302, headers: ["Location: https://login.example/"], body: ""))],
            code: .badAnswer,
            cause: "HTTP 302"
        ),
        Case(
            name: "a proxy that forbids",
            steps: [
                .send(
                    HostileServer.answer(
                        status: 403,
                        headers: ["Content-Type: text/html"],
                        body: "<html>Access denied by policy</html>"
                    )
                )
            ],
            code: .badAnswer,
            cause: "Access denied by policy"
        ),
        Case(
            name: "JSON that is no object",
            steps: [.send(HostileServer.answer(headers: ["Content-Type: application/json"], body: "[1,2]"))],
            code: .badAnswer,
            cause: "[1,2]"
        ),
        Case(
            name: "half an object",
            steps: [.send(HostileServer.answer(headers: ["Content-Type: application/json"], body: #"{"kind":"#))],
            code: .badAnswer,
            cause: "HTTP 200 with application/json"
        ),
        Case(
            name: "no HTTP",
            steps: [.send(Array("SSH-2.0-OpenSSH\r\n".utf8)), .close],
            code: .badAnswer,
            cause: "not valid HTTP"
        ),
        Case(name: "a slow server", steps: [.stall], code: .timedOut, cause: "no complete answer within"),
    ]

    @Test("is told by a code, the verb, the object, its namespace, the server, and its own words", arguments: cases)
    func answers(_ example: Case) async throws {
        let server = try HostileServer(steps: example.steps)
        let client = KubernetesClient(server, limits: .init(deadline: .milliseconds(300)))

        let error = try #require(
            await #expect(throws: KubernetesError.self) {
                try await client.patch(.virtualServices, namespace: "test1", name: "demo4-vs", [])
            }
        )

        #expect(error.code == example.code)
        #expect(
            error.message.hasPrefix(
                "could not patch virtualservices.networking.istio.io 'demo4-vs' in namespace 'test1' at \(server.url(""))"
            )
        )
        #expect(error.cause?.contains(example.cause) == true, "\(error)")
        if let hint = example.hint { #expect(error.hint?.contains(hint) == true, "\(error)") }
    }

    @Test("comes with the rule to grant, ready to paste")
    func grant() async throws {
        let server = try HostileServer(steps: [Scripts.status(403, "Forbidden")])
        let client = KubernetesClient(server)

        let watched = await #expect(throws: KubernetesError.self) { try await client.list(.pods, namespace: nil) }

        #expect(
            watched?.hint == """
                grant it by this rule in a ClusterRole, bound to that user:
                    - apiGroups: [""]
                      resources: ["pods"]
                      verbs: ["list", "watch"]
                """
        )
    }

    @Test("names the server when nobody listens there")
    func refused() async throws {
        let port = try RefusingPort()
        let client = KubernetesClient(connection: ClusterConnection(server: port.url("/")), http: HTTPClient())

        let error = await #expect(throws: KubernetesError.self) {
            try await client.get(.pods, namespace: "test1", name: "x")
        }

        #expect(error?.code == .unreachable)
        #expect(error?.disposition == .retry)
        #expect(error?.message.contains("127.0.0.1:\(port.port)") == true)
    }

    @Test("is a cancellation when the task is cancelled")
    func cancelled() async throws {
        let server = try HostileServer(steps: [.stall])
        let client = KubernetesClient(server)
        let task = Task { try await client.get(.pods, namespace: "test1", name: "x") }
        await server.wait { $0.requests.count == 1 }

        task.cancel()

        let error = await #expect(throws: KubernetesError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test("is trusted over TLS by the right authority only")
    func encrypted() async throws {
        let certificates = try TestCertificates()
        let server = try HostileServer(steps: [Scripts.json(Scripts.pod("x", version: 1))])
        let relay = try TLSRelay(to: server.port, certificates: certificates)
        func client(_ security: HTTPSecurity) -> KubernetesClient {
            KubernetesClient(
                connection: ClusterConnection(server: relay.url(""), security: security),
                http: HTTPClient()
            )
        }

        let object = try await client(HTTPSecurity(certificateAuthorityFile: certificates.authority))
            .get(.pods, namespace: "test1", name: "x")
        let error = await #expect(throws: KubernetesError.self) {
            try await client(HTTPSecurity(certificateAuthorityFile: certificates.otherAuthority))
                .get(.pods, namespace: "test1", name: "x")
        }

        #expect(object.name == "x")
        #expect(error?.code == .tls)
        #expect(error?.hint?.contains("certificate-authority") == true)
    }
}
