import CanaryCore
import CanaryQueries
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

@Suite(.timeLimit(.minutes(5))) struct FleetTelemetryTests {
    private static let now = Timestamp(milliseconds: 1_756_700_000_000)
    private static let subject = FleetSubject(
        check: CheckSubject(key: "test/reviews", comparison: .versions, stable: "v1", canary: "v2"),
        stable: FleetCohorts.Cohort(service: service, selector: CohortSelector(subset: "v1")),
        canary: FleetCohorts.Cohort(service: service, selector: CohortSelector(subset: "v2"))
    )
    private static let lone = FleetSubject(
        check: CheckSubject(key: "test/ratings", comparison: .ownPast, stable: "past", canary: "now"),
        stable: FleetCohorts.Cohort(service: "ratings.test.svc.cluster.local"),
        canary: FleetCohorts.Cohort(service: "ratings.test.svc.cluster.local")
    )
    private static let service = "reviews.test.svc.cluster.local"

    /// Counters that grow by a number a minute, as a server answers them.
    private static func answer(_ request: HostileServer.Request, _ series: [(labels: String, rate: Int)]) -> String {
        let fields = form(request.body)
        guard let start = fields["start"].flatMap(Double.init), let end = fields["end"].flatMap(Double.init),
            let step = fields["step"].flatMap({ Double($0) })
        else { return "{}" }
        let rows = series.map { labels, rate in
            let samples = Swift.stride(from: start, through: end, by: step).map { time in
                "[\(Int(time)),\"\((Int(time) - 1_700_000_000) / 60 * rate)\"]"
            }
            return "{\"metric\":{\(labels)},\"values\":[\(samples.joined(separator: ","))]}"
        }
        let result = rows.joined(separator: ",")
        return "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[\(result)]}}"
    }

    private static func form(_ body: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        for part in String(decoding: body, as: UTF8.self).split(separator: "&") {
            guard let sign = part.firstIndex(of: "=") else { continue }
            fields[String(part[..<sign])] = String(part[part.index(after: sign)...])
        }
        return fields
    }

    private enum Question {
        case requests
        case buckets
        case times
        case copies

        init(_ request: HostileServer.Request) {
            let text = String(decoding: request.body, as: UTF8.self)
            if text.contains("prometheus_replica") {
                self = .copies
            } else if text.contains("timestamp") {
                self = .times
            } else {
                self = text.contains("duration_milliseconds_bucket") ? .buckets : .requests
            }
        }
    }

    private static func labels(_ service: String, _ version: String, _ code: String) -> String {
        "\"destination_service\":\"\(service)\",\"destination_version\":\"\(version)\","
            + "\"destination_workload_namespace\":\"test\",\"pod\":\"\(version)-0\",\"response_code\":\"\(code)\""
    }

    private static func healthy(_ request: HostileServer.Request) -> [HostileServer.Step] {
        let reviews = [
            (labels(service, "v1", "200"), 90), (labels(service, "v1", "500"), 10), (labels(service, "v2", "200"), 10),
        ]
        let ratings = [(labels("ratings.test.svc.cluster.local", "v1", "200"), 30)]
        let series: [(String, Int)]
        switch Question(request) {
        case .requests: series = reviews + ratings
        case .buckets:
            series = ["v1", "v2"].flatMap { version in
                [("5", 4), ("10", 7), ("+Inf", 9)].map { bound, rate in
                    (labels(service, version, "200") + ",\"le\":\"\(bound)\"", rate)
                }
            }
        case .times: series = ["v1", "v2"].map { ("\"pod\":\"\($0)-0\"", 60) }
        case .copies: series = []
        }
        return [.send(HostileServer.answer(body: answer(request, series)))]
    }

    private static func read(
        _ subjects: [FleetSubject],
        since: [Timestamp?]? = nil,
        objective: ServiceObjective? = nil,
        timeout: Duration = .seconds(10),
        _ answer: @escaping @Sendable (HostileServer.Request) -> [HostileServer.Step]
    ) async throws -> FleetReading {
        let server = try HostileServer(answer: answer)
        let http = HTTPClient()
        let spec = PrometheusSpec(url: server.url(""), timeout: timeout)
        let telemetry = FleetTelemetry(
            client: PrometheusClient(spec, http: http),
            questions: try FleetQuestions(.builtIn(), podLabel: "pod", reporter: .destination)
        )
        let moments = since ?? subjects.map { _ in nil }
        let reading = await telemetry.read(
            subjects,
            since: moments,
            plan: FleetPlan(since: moments, now: now),
            objective: objective
        )
        await http.shutdown()
        server.stop()
        return reading
    }

    @Test("two versions are told apart, with failures and latency, in one question each")
    func versions() async throws {
        let reading = try await Self.read([Self.subject]) { Self.healthy($0) }

        let evidence = try #require(reading.evidence.first)
        #expect(evidence.fault == nil)
        #expect(evidence.history.count == 30)
        #expect(evidence.windows.count == 10)
        #expect(evidence.unusable == 0)
        #expect(evidence.bounds.milliseconds == [5, 10])
        let latency = [4.0, 3, 2]
        for window in evidence.windows {
            #expect(window.seconds == 60)
            #expect(window.stable == SideCounts(requests: 100, failures: 10, latency: latency))
            #expect(window.canary == SideCounts(requests: 10, failures: 0, latency: latency))
        }
        #expect(reading.questions == 4)
        #expect(reading.chunks == 1)
        #expect(reading.samples == 46 * (4 + 6 + 2))
    }

    @Test("a service with one version is compared with yesterday and last week together")
    func ownPast() async throws {
        let reading = try await Self.read([Self.lone]) { Self.healthy($0) }

        let evidence = try #require(reading.evidence.first)
        #expect(evidence.fault == nil)
        #expect(evidence.windows.count == 10)
        for window in evidence.windows {
            #expect(window.stable.requests == 60)
            #expect(window.canary.requests == 30)
        }
        #expect(reading.questions == 12)
    }

    @Test("the next look goes on where the last one ended, and counts nothing twice")
    func nextLook() async throws {
        let first = try await Self.read([Self.subject]) { Self.healthy($0) }
        let end = try #require(first.evidence.first?.end)

        let same = try await Self.read([Self.subject], since: [end]) { Self.healthy($0) }
        let earlier = end.advanced(by: .seconds(-180))
        let later = try await Self.read([Self.subject], since: [earlier]) { Self.healthy($0) }

        let standing = try #require(same.evidence.first)
        #expect(standing.windows.isEmpty)
        #expect(standing.fault == nil)
        #expect(standing.unusable == 0)
        #expect(standing.end == end)
        #expect(same.questions == 0)
        #expect(later.evidence.first?.windows.count == 3)
        #expect(later.evidence.first?.fault == nil)
    }

    @Test("a service that nobody counted is unknown, and the others are not")
    func noSeries() async throws {
        var absent = Self.subject
        absent.check.key = "test/absent"
        absent.stable.service = "absent.test.svc.cluster.local"
        absent.canary.service = "absent.test.svc.cluster.local"

        let reading = try await Self.read([absent, Self.subject]) { Self.healthy($0) }

        let fault = try #require(reading.evidence.first?.fault)
        #expect(fault.label == "noSeries")
        #expect(fault.text.contains("no series of test/absent in the last 40 min"))
        #expect(reading.evidence.last?.fault == nil)
    }

    @Test(
        "what a server does not answer makes everybody unknown, with the question and the server's words",
        arguments: [
            ("{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"too dear\"}", 422, "too dear"),
            ("<html>Please sign in</html>", 200, "Please sign in"),
            ("{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"2\"]}}", 200, "scalar"),
            ("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"met", 200, "cut short"),
        ]
    )
    func badAnswers(body: String, status: Int, word: String) async throws {
        let reading = try await Self.read([Self.subject, Self.lone]) { request in
            Question(request) == .buckets
                ? [.send(HostileServer.answer(status: status, body: body))] : Self.healthy(request)
        }

        #expect(reading.evidence.count == 2)
        for evidence in reading.evidence {
            #expect(evidence.windows.isEmpty)
            #expect(evidence.fault?.text.contains(word) == true, "\(evidence.fault?.text ?? "no fault")")
            #expect(evidence.fault?.text.contains("fleet_latency_buckets") == true)
        }
    }

    @Test("a server that says nothing is given up in time")
    func stall() async throws {
        let reading = try await Self.read([Self.subject], timeout: .milliseconds(300)) { _ in [.stall] }

        #expect(reading.evidence.first?.fault?.label == "timedOut")
    }

    @Test("an answer with parts missing is not used")
    func partial() async throws {
        let reading = try await Self.read([Self.subject]) { request in
            guard Question(request) == .requests else { return Self.healthy(request) }
            let warning = "\"warnings\":[\"a store is down\"],\"data\""
            let body = Self.answer(request, [(Self.labels(Self.service, "v1", "200"), 5)])
            return [.send(HostileServer.answer(body: body.replacing("\"data\"", with: warning)))]
        }

        #expect(reading.evidence.first?.fault?.text.contains("a store is down") == true)
    }

    @Test("pods that are not scraped any more give no windows without requests")
    func stale() async throws {
        let reading = try await Self.read([Self.subject]) { request in
            guard Question(request) == .times else { return Self.healthy(request) }
            let series = ["v1", "v2"].map { ("\"pod\":\"\($0)-0\"", 0) }
            return [.send(HostileServer.answer(body: Self.answer(request, series)))]
        }

        let evidence = try #require(reading.evidence.first)
        #expect(evidence.windows.isEmpty)
        #expect(evidence.fault?.label == "tooFewPods")
    }

    @Test("pods that are scraped twice are not counted, and the way out is told")
    func copies() async throws {
        let reading = try await Self.read([Self.subject, Self.lone]) { request in
            guard Question(request) == .copies else { return Self.healthy(request) }
            let pod = "\"pod\":\"v1-0\",\"destination_workload_namespace\":\"test\""
            return [.send(HostileServer.answer(body: Self.answer(request, [(pod, 1)])))]
        }

        let fault = try #require(reading.evidence.first?.fault)
        #expect(fault.label == "duplicated")
        #expect(fault.text.contains("the requests of test/v1-0 more than once"))
        #expect(fault.text.contains("telemetry.match"))
        #expect(reading.evidence.first?.windows == [])
    }

    @Test("a server that cannot tell which pods are scraped twice is believed, and that is noted")
    func copiesUnknown() async throws {
        let reading = try await Self.read([Self.subject]) { request in
            guard Question(request) == .copies else { return Self.healthy(request) }
            let body = "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"too dear\"}"
            return [.send(HostileServer.answer(status: 422, body: body))]
        }

        #expect(reading.evidence.first?.fault == nil)
        #expect(reading.evidence.first?.windows.count == 10)
        #expect(reading.notes.contains { $0.contains("scraped twice") && $0.contains("too dear") })
    }

    @Test("an objective is held against both versions together, over six hours")
    func burnRates() async throws {
        let objective = ServiceObjective(success: 0.999)

        let reading = try await Self.read([Self.subject], objective: objective) { Self.healthy($0) }

        let burn = try #require(reading.burnRates["test/reviews"])
        #expect(burn.hour.requests == 110 * 60)
        #expect(burn.hour.failures == 10 * 60)
        #expect(burn.alert == .fast)
    }
}
