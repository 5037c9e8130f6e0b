import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import Testing

@Suite("When and in whose name something is asked", .timeLimit(.minutes(1)))
struct RequestMomentTests {
    private static let server = Timestamp(milliseconds: 1_780_000_000_000)

    @Test("a request carries the API server's time, and a clock that is wrong is named with how much")
    func clocks() {
        let behind = RequestMoment(own: Self.server.advanced(by: .seconds(-35)), server: Self.server)
        #expect(behind.at == Self.server)
        #expect(behind.warning?.contains("35 s behind that of the API server") == true, "\(behind.warning ?? "")")
        let ahead = RequestMoment(own: Self.server.advanced(by: .seconds(7200)), server: Self.server)
        #expect(ahead.at == Self.server)
        #expect(ahead.warning?.contains("2 h ahead of that of the API server") == true, "\(ahead.warning ?? "")")
        let right = RequestMoment(own: Self.server.advanced(by: .milliseconds(990)), server: Self.server)
        #expect(right.warning == nil)
        let alone = RequestMoment(own: Self.server, server: nil)
        #expect(alone.at == Self.server && alone.warning == nil)
    }

    @Test("the server's time is read from its answers")
    func serverTime() async throws {
        let server = try FakeAPIServer()
        server.acceptWithoutToken(as: "alice")
        let http = HTTPClient()
        let client = KubernetesClient(connection: ClusterConnection(server: server.url()), http: http)
        let before = MicroTime.now().advanced(by: .seconds(-1))
        let time = try #require(await client.serverTime())
        #expect(time > before && time <= MicroTime.now())
        server.inject(Fault(.reset, times: nil))
        #expect(await client.serverTime() == nil)
        await http.shutdown()
    }

    @Test("dates of answers are read in the one form that servers send, and nothing else is taken for one")
    func dates() {
        let time = MicroTime(httpDate: "Mon, 23 Nov 2026 03:12:08 GMT")
        #expect(time?.description == "2026-11-23T03:12:08.000000Z")
        let texts = [
            "", "2026-11-23T03:12:08Z", "Monday, 23-Nov-26 03:12:08 GMT", "Mon Nov 23 03:12:08 2026",
            "Mon, 23 Nov 2026 03:12:08 CET", "Mon, 23 Foo 2026 03:12:08 GMT", "Mon, 3 Nov 2026 03:12:08 GMT",
            "Mon, 23 Nov 2026 03:12 GMT", "Mon, -3 Nov 2026 03:12:08 GMT", "Mon, 23 Nov 2026 03:12:08+01:00 GMT",
        ]
        for text in texts { #expect(MicroTime(httpDate: text) == nil, "\(text)") }
    }

    private static func refusal(_ words: String) -> KubernetesError {
        KubernetesError(
            code: .forbidden,
            message: "the canary could not be changed",
            cause:
                "canaries.haldane.dev \"reviews\" is forbidden: ValidatingAdmissionPolicy 'haldane-requests' with binding "
                + "'haldane-requests' denied request: \(words)"
        )
    }

    /// Writes that are taken under one name alone.
    private static func write(
        as author: RequestAuthor,
        _ refusal: @escaping (String) -> KubernetesError?
    ) async throws -> String {
        try await author.writing { name in
            if let error = refusal(name) { throw error }
            return name
        }
    }

    private static let words = "a request is made under one's own name: request.haldane.dev/by must be "

    @Test("where the server does not tell the name, the one that its admission policy wants is used")
    func wanted() async throws {
        let author = RequestAuthor("root@laptop", isKnown: false)
        let name = try await Self.write(as: author) { name in
            name == "oidc:alice@example.com"
                ? nil : Self.refusal(Self.words + "oidc:alice@example.com. Ask with `haldane`; who copies")
        }
        #expect(name == "oidc:alice@example.com")
        #expect(try await Self.write(as: author) { _ in nil } == "root@laptop")
    }

    @Test("a refusal that names nobody says why it came, and the way out; other refusals stay as they are")
    func refused() async throws {
        let author = RequestAuthor("root@laptop", isKnown: false)
        let error = try await #require(throws: AgentError.self) {
            _ = try await Self.write(as: author) { _ in Self.refusal(Self.words + "the user who makes it") }
        }
        #expect(error.message.contains("does not tell who you are") && error.message.contains("'root@laptop'"))
        #expect(error.cause?.contains("haldane-requests") == true)
        #expect(error.hint?.contains("selfsubjectreviews.authentication.k8s.io") == true)

        await #expect(throws: KubernetesError.self) {
            _ = try await Self.write(as: author) { _ in Self.refusal("a request needs an id") }
        }
        let known = RequestAuthor("alice", isKnown: true)
        await #expect(throws: KubernetesError.self) {
            _ = try await Self.write(as: known) { _ in Self.refusal(Self.words + "bob. Ask with `haldane`;") }
        }
    }
}
