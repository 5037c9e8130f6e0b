import CanaryCore
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Foundation
import Testing

@Suite("PrometheusClient", .timeLimit(.minutes(1)))
struct PrometheusClientTests {
    private static let moment = Timestamp(milliseconds: 1_756_684_800_250)

    private static let vector = #"{"status":"success","data":{"resultType":"vector","result":["#

    private static func spec(_ url: String, timeout: Duration = .seconds(10)) -> PrometheusSpec {
        PrometheusSpec(url: url, timeout: timeout)
    }

    /// The number that a query answers, or the error.
    private static func ask(_ spec: PrometheusSpec, _ query: String = "up") async -> Result<Double?, SourceError> {
        let http = HTTPClient()
        let client = PrometheusClient(spec, http: http)
        let result: Result<Double?, SourceError>
        do throws(SourceError) {
            result = .success(try await client.instant(query, at: moment).number)
        } catch {
            result = .failure(error)
        }
        await http.shutdown()
        return result
    }

    private static func failure(_ spec: PrometheusSpec, _ query: String = "up") async -> SourceError? {
        if case .failure(let error) = await ask(spec, query) { error } else { nil }
    }

    private static func seven() throws -> FakePrometheus {
        try FakePrometheus { _ in .vector([(labels: #"pod="a""#, time: 1000, value: "7")]) }
    }

    @Test("a question is a form with an explicit time, without the cache, behind any prefix")
    func form() async throws {
        for suffix in ["", "/", "/prometheus", "/prometheus/api/v1/", "/select/0/prometheus"] {
            let server = try Self.seven()

            let answer = await Self.ask(Self.spec(server.url + suffix), "sum(x{a=\"b&c=d+é\"})")

            #expect((try? answer.get()) == 7)
            let question = try #require(server.questions.first)
            let prefix = suffix.hasPrefix("/p") ? "/prometheus" : suffix.hasPrefix("/s") ? suffix : ""
            #expect(question.path == prefix + "/api/v1/query")
            #expect(question.query == "sum(x{a=\"b&c=d+é\"})")
            #expect(question.fields["time"] == "1756684800.250")
            #expect(question.fields["nocache"] == "1")
            #expect(question.fields["timeout"]?.hasSuffix("ms") == true)
            #expect(question.header("content-type") == "application/x-www-form-urlencoded")
        }
    }

    @Test("who asks is told by a password file that is read each time, by a token, and by tenant headers")
    func authentication() async throws {
        let server = try Self.seven()
        let path = FileManager.default.temporaryDirectory.appending(path: "password-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var spec = Self.spec(server.url)
        spec.headers = ["X-Scope-OrgID": "team-a"]
        spec.username = "reader"
        spec.passwordFile = path
        for password in ["first", "second"] {
            try Data("\(password)\n".utf8).write(to: URL(filePath: path))
            #expect((try? await Self.ask(spec).get()) == 7)
        }
        spec.username = nil
        spec.passwordFile = nil
        spec.token = "s3cret"
        #expect((try? await Self.ask(spec).get()) == 7)
        spec.token = nil
        spec.security.tokenFile = path
        #expect((try? await Self.ask(spec).get()) == 7)

        let sent = server.questions.map { $0.header("authorization") ?? "" }
        #expect(
            sent == [
                "Basic " + Data("reader:first".utf8).base64EncodedString(),
                "Basic " + Data("reader:second".utf8).base64EncodedString(), "Bearer s3cret", "Bearer second",
            ]
        )
        #expect(server.questions.allSatisfy { $0.header("x-scope-orgid") == "team-a" })
    }

    @Test("no error shows a password or a token")
    func secrets() async throws {
        let server = try FakePrometheus { _ in .status(401, "who are you") }
        var spec = Self.spec(server.url.replacing("http://", with: "http://me:hidden@"))
        spec.token = "hidden"
        let denied = try #require(await Self.failure(spec))
        #expect(denied.code == .denied)
        #expect(!denied.description.contains("hidden"))
        #expect(denied.description.contains("who are you"))

        spec.token = nil
        spec.username = "me"
        spec.passwordFile = "/nowhere/password"
        let missing = try #require(await Self.failure(spec))
        #expect(missing.code == .credentials)
        #expect(missing.message.contains("/nowhere/password"))
    }

    @Test(
        "what is not an answer is named, with the server's words and the query",
        arguments: [
            (FakePrometheus.Answer.body("<!doctype html><title>Log in</title>"), .notPrometheus, "Log in"),
            (.status(502, "<html><h1>502 Bad Gateway</h1></html>"), .notPrometheus, "502 Bad Gateway"),
            (.status(302, "", headers: ["Location: https://sso.example/login?x=y"]), .notPrometheus, "sso.example"),
            (.status(403, "no"), .denied, "HTTP 403"),
            (.status(404, "404 page not found"), .wrongPath, "/api/v1/query"),
            (.error(400, type: "bad_data", "parse error: unexpected end"), .badQuery, "parse error: unexpected end"),
            (.error(422, type: "execution", "duplicate series for the match group"), .badQuery, "duplicate series"),
            (.error(422, type: "422", "cannot parse"), .badQuery, "cannot parse"),
            (.error(200, type: "bad_data", "odd"), .badQuery, "odd"),
            (.error(422, type: "execution", "query would load too many samples into memory"), .tooMuch, "samples"),
            (.error(503, type: "unavailable", "starting"), .overloaded, "starting"),
            (.status(500, "panic"), .notPrometheus, "panic"),
            (.status(418, "teapot"), .notPrometheus, "418"),
            (.body(vector + #"{"metric":{}"#), .badAnswer, "cut short"),
            (.body(vector + #"{"value":[1,2]}]}}"#), .badAnswer, "byte"),
            (.body(""), .badAnswer, "empty"),
            (.steps([.reset]), .unreachable, "gave no answer"),
        ] as [(FakePrometheus.Answer, SourceError.Code, String)]
    )
    func refusals(answer: FakePrometheus.Answer, code: SourceError.Code, words: String) async throws {
        let server = try FakePrometheus { _ in answer }

        let error = try #require(await Self.failure(Self.spec(server.url), "sum by (pod) (up)"))

        #expect(error.code == code, "\(error)")
        #expect(error.description.contains(words), "\(error)")
        #expect(error.message.contains(server.url), "\(error)")
        #expect(code == .wrongPath || error.inOneLine.contains("sum by (pod) (up)"), "\(error)")
    }

    @Test("a server that always wants to be asked again at once is not hammered")
    func retryAtOnce() async throws {
        let questions = Counter()
        let server = try FakePrometheus { _ in
            _ = questions.next()
            return .error(429, type: "x", "later", headers: ["Retry-After: 0"])
        }
        let error = try #require(await Self.failure(Self.spec(server.url, timeout: .milliseconds(1700))))

        #expect(error.code == .overloaded)
        #expect((2...5).contains(questions.next()))
    }

    @Test("a server that asks for patience is asked again within the time")
    func patience() async throws {
        for (status, header) in [(429, "Retry-After: 0"), (503, "Retry-After: 0"), (429, "X: y")] {
            let count = Counter()
            let server = try FakePrometheus { _ in
                count.next() < 2
                    ? .error(status, type: "unavailable", "later", headers: [header])
                    : .vector([(labels: #"pod="a""#, time: 1000, value: "7")])
            }

            #expect((try? await Self.ask(Self.spec(server.url)).get()) == 7, "\(status)")
        }

        let busy = try FakePrometheus { _ in .error(429, type: "x", "later", headers: ["Retry-After: 3600"]) }
        let error = try #require(await Self.failure(Self.spec(busy.url)))
        #expect(error.code == .overloaded)
        #expect(error.disposition == .retry)
    }

    @Test("silence, a drip and a head without a body end within the timeout")
    func lateness() async throws {
        let drip = Array("{\"status\":\"success\",\"x\":\"".utf8)
        let head = Array("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".utf8)
        for steps in [
            [HostileServer.Step.stall], [.send(head), .stall],
            [.send(head + drip), .sendForever([UInt8(ascii: "a")], pause: .milliseconds(20))],
            [
                .send(Array("HTTP/1.1 500 No\r\nContent-Length: 100000\r\n\r\n".utf8)),
                .sendForever([UInt8(ascii: "a")], pause: .milliseconds(20)),
            ],
        ] {
            let server = try FakePrometheus { _ in .steps(steps) }
            let start = ContinuousClock.now

            let error = await Self.failure(Self.spec(server.url, timeout: .milliseconds(400)))

            #expect(error != nil)
            #expect(start.duration(to: .now) < .seconds(20))
        }
    }

    @Test("nobody there is unreachable")
    func nobody() async throws {
        let port = try RefusingPort()

        let error = try #require(await Self.failure(Self.spec(port.url(""))))

        #expect(error.code == .unreachable)
        #expect(error.disposition == .retry)
    }
}
