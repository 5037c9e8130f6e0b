import CanaryCore
import CanaryQueries
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Testing

@Suite("PrometheusArchive", .timeLimit(.minutes(2)))
struct PrometheusArchiveTests {
    private static let from = Timestamp(milliseconds: 1_000_000_000)

    private static func past(
        _ server: FakePrometheus,
        seconds: Int64 = 600,
        interval: Duration = .seconds(10),
        podLabel: String = "pod",
        patience: Duration = .seconds(60)
    ) async throws -> PastTelemetry {
        let client = HTTPClient()
        let archive = PrometheusArchive(
            spec: StoredPast.spec(server.url, interval: interval, timeout: .seconds(10), podLabel: podLabel),
            roles: .asNamed,
            queries: try .builtIn(),
            http: client,
            patience: patience
        )
        let result: Result<PastTelemetry, ArchiveFailure>
        do throws(ArchiveFailure) {
            result = .success(try await archive.windows(from: from, to: from.advanced(by: .seconds(seconds))))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }

    private static func failure(_ server: FakePrometheus) async throws -> ArchiveFailure {
        try #require(await #expect(throws: ArchiveFailure.self) { try await past(server) })
    }

    /// No window may say that there was no traffic when it was not measured.
    private static func isHonest(_ past: PastTelemetry) -> Bool {
        past.windows.allSatisfy { $0.window.quality.unusable != nil || $0.window.stableTotal > 0 }
    }

    @Test("windows end at each step of (from, to] and hold the increases of both versions")
    func steady() async throws {
        let server = try ScriptedStore.server()

        let past = try await Self.past(server)

        #expect(past.step == .seconds(10))
        #expect(past.notes == [])
        #expect(past.windows.map(\.at) == (1...60).map { Self.from.advanced(by: .seconds($0 * 10)) })
        #expect(past.windows.allSatisfy { $0.window.quality.unusable == nil && $0.window.seconds == 10 })
        #expect(past.windows.allSatisfy { $0.window.stableTotal == 10 && $0.window.canaryTotal == 10 })
        #expect(past.windows.allSatisfy { $0.window.stable[0].latency == [10, 0] })
        #expect(past.samples == 61 * 12)
    }

    @Test("the windows are as long as the scrape interval needs, and that is said")
    func raised() async throws {
        let server = try ScriptedStore.server()

        let past = try await Self.past(server, interval: .seconds(4))

        #expect(past.step == .seconds(10))
        #expect(past.windows.count == 60)
        #expect(past.notes.count == 1)
        #expect(past.notes[0].contains("10 s") && past.notes[0].contains("4 s"))
    }

    @Test("a pod that two jobs scrape is refused: each of its requests would be counted twice")
    func duplicated() async throws {
        let server = try ScriptedStore.server { question, kind in
            kind == .scrapes ? .matrix([("pod=\"b\"", question.moments.map { ($0, "2") })]) : nil
        }

        let failure = try await Self.failure(server)

        #expect(failure.reason.label == "duplicated")
        #expect(failure.reason.text.contains("requests of b 2 times") && failure.reason.text.contains("count by"))
        #expect(failure.hint?.contains("telemetry.match") == true)
    }

    @Test("a long past is read in stretches, and stretches join without a seam")
    func stretches() async throws {
        let server = try ScriptedStore.server()

        let past = try await Self.past(server, seconds: 30_000)

        #expect(past.windows.count == 3000)
        #expect(past.windows.allSatisfy { $0.window.stableTotal == 10 })
        #expect(server.questions.filter { ScriptedStore.Kind($0.query) == .requests }.count > 1)
    }

    @Test("values that a server repeats after its last sample are no traffic of zero")
    func repeated() async throws {
        let last = Self.from.milliseconds + 300_000
        let server = try ScriptedStore.server { question, kind in
            guard kind == .requests || kind == .sampleTime || kind == .latency else { return nil }
            let age: Int64 = kind == .sampleTime ? 2 : 0
            return .matrix(
                ["a", "b"].flatMap { pod in
                    (kind == .latency ? [",le=\"10\"", ",le=\"+Inf\""] : [""]).map { bound in
                        (
                            kind == .sampleTime ? "pod=\"\(pod)\"" : ScriptedStore.labels(pod) + bound,
                            question.moments.map { ($0, "\(min($0, last) / 1000 - age)") }
                        )
                    }
                }
            )
        }

        let past = try await Self.past(server)

        #expect(past.windows[..<30].allSatisfy { $0.window.stableTotal == 10 })
        #expect(past.windows[30...].allSatisfy { $0.window.quality.unusable != nil })
        #expect(past.windows[30].window.quality.faults.map(\.label) == ["stale", "stale"])
        #expect(Self.isHonest(past))
    }

    @Test("a server that goes down in the middle makes the rest unusable, with its name and the query")
    func goesDown() async throws {
        let server = try ScriptedStore.server { question, kind in
            let last = question.moments.last ?? 0
            guard kind == .requests, last > Self.from.milliseconds + 2_000_000 else { return nil }
            return .steps([.reset])
        }

        let past = try await Self.past(server, seconds: 6000)

        #expect(past.windows.count == 600)
        #expect(past.windows[0].window.quality.unusable == nil)
        let end = try #require(past.windows.last?.window.quality.unusable)
        guard case .source("unreachable", let message) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(message.contains(server.url))
        #expect(message.contains("istio_"))
        #expect(Self.isHonest(past))
    }

    @Test("an answer that is said to be partial is not judged")
    func partial() async throws {
        let server = try ScriptedStore.server { question, kind in
            guard kind == .requests else { return nil }
            return .matrix(
                [(ScriptedStore.labels("a"), question.moments.map { ($0, "5") })],
                warnings: ["no StoreAPIs matched for this query"]
            )
        }

        let past = try await Self.past(server)

        #expect(
            past.windows.allSatisfy { window in
                if case .source("partial-answer", let message) = window.window.quality.unusable {
                    message.contains("no StoreAPIs matched") && message.contains("istio_requests_total")
                } else {
                    false
                }
            }
        )
        #expect(past.notes.contains { $0.contains("no StoreAPIs matched") })
    }

    @Test(
        "answers to another question fail with the reason, the query and a hint",
        arguments: [
            ("wrong labels", "no-pod-label"), ("no code", "no-response-code"), ("scalar", "answered scalar"),
            ("twice", "duplicate-series"), ("backwards", "out-of-order"), ("elsewhere", "outside"),
            ("no times", "does not say when they were sampled"), ("many-to-many", "many-to-many"),
        ]
    )
    func wrongAnswers(what: String, words: String) async throws {
        let server = try ScriptedStore.server { question, kind in
            let moments = question.moments
            switch (what, kind) {
            case ("wrong labels", .requests):
                let labels = ScriptedStore.labels("a").replacing("pod=\"a\"", with: "instance=\"x\"")
                return .matrix([(labels, moments.map { ($0, "1") })])
            case ("no code", .requests):
                let labels = ScriptedStore.labels("a").replacing("response_code=\"200\"", with: "x=\"y\"")
                return .matrix([(labels, moments.map { ($0, "1") })])
            case ("scalar", .requests):
                return .body(#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#)
            case ("twice", .requests):
                let one = (labels: ScriptedStore.labels("a"), samples: moments.map { ($0, "1") })
                return .matrix([one, one])
            case ("backwards", .requests):
                return .matrix([(ScriptedStore.labels("a"), moments.reversed().map { ($0, "1") })])
            case ("elsewhere", .requests):
                return .matrix([(ScriptedStore.labels("a"), moments.map { ($0 + 86_400_000, "1") })])
            case ("no times", .sampleTime): return .matrix([])
            case ("many-to-many", .requests):
                return .error(422, type: "execution", "many-to-many matching not allowed")
            default: return nil
            }
        }

        let failure = try await Self.failure(server)

        #expect(failure.reason.text.contains(words), "\(failure)")
        #expect(failure.reason.text.contains(server.url), "\(failure)")
        #expect(failure.reason.text.contains("istio_requests_total"), "\(failure)")
        #expect(what != "wrong labels" || failure.hint?.contains("podLabel: instance") == true)
    }

    @Test(
        "without any series it is said what the server has instead",
        arguments: [
            (#"reporter="source""#, "", "reporter source only"),
            ("", #"destination_workload="ledger",destination_workload_namespace="books""#, "books/ledger"),
            ("", "", "no istio_requests_total at all"),
        ]
    )
    func empty(reporters: String, workloads: String, words: String) async throws {
        let server = try ScriptedStore.server { question, kind in
            guard kind == .other else { return kind == .interval ? .vector([]) : .matrix([]) }
            let labels = question.query.hasPrefix("count by (reporter)") ? reporters : workloads
            return .vector(labels.isEmpty ? [] : [(labels, 1000, "3")])
        }

        let failure = try await Self.failure(server)

        #expect(failure.reason.label == "noSeries")
        #expect(failure.reason.text.contains(words), "\(failure)")
        #expect(failure.reason.text.contains("demo4-deployment-v1"), "\(failure)")
        #expect(failure.hint?.isEmpty == false)
    }

    @Test("a server that is down from the beginning, or whose time is up, fails")
    func down() async throws {
        let server = try FakePrometheus { _ in .status(502, "Bad Gateway") }
        let failure = try await Self.failure(server)
        #expect(failure.reason.text.contains("Bad Gateway"))

        let slow = try ScriptedStore.server { _, kind in kind == .requests ? .steps([.stall]) : nil }
        let late = await #expect(throws: ArchiveFailure.self) {
            try await Self.past(slow, patience: .milliseconds(300))
        }
        #expect(late?.reason.label == "timedOut")
    }

    @Test("a time that is too short or too long is refused")
    func lengths() async throws {
        let server = try ScriptedStore.server()
        for seconds in [-5, 0, 9, 10_000_000] as [Int64] {
            await #expect(throws: ArchiveFailure.self) { try await Self.past(server, seconds: seconds) }
        }
    }

    @Test("what is not needed may fail and is said")
    func optional() async throws {
        let server = try ScriptedStore.server { _, kind in
            kind == .processStart ? .error(422, type: "execution", "no") : nil
        }

        let past = try await Self.past(server)

        #expect(past.windows.allSatisfy { $0.window.quality.unusable == nil })
        #expect(past.notes.contains { $0.contains("process_start") })
    }

    @Test("a metric of one's own is asked for each version and is in every window; one that is missing says why")
    func ownMetrics() async throws {
        let header = "# unit: orders\n# labels: ${pod}\n# kind: counter\n# direction: lower is better\n"
        let queries = try QuerySet.builtIn().adding([
            (name: "orders", text: "# asks: orders\n" + header + "sum by (${pod}) (orders_total{${version}})"),
            (
                name: "refused",
                text: "# asks: refused\n" + header + "# of: orders\nsum by (${pod}) (refused_total{${version}})"
            ),
        ])
        let server = try ScriptedStore.server { question, _ in
            let step: Int64? =
                question.query.contains("orders_total") ? 10 : question.query.contains("refused_total") ? 100 : nil
            guard let step else { return nil }
            let pod = question.query.contains("deployment-v1-") ? "a" : "b"
            return .matrix([("pod=\"\(pod)\"", question.moments.map { ($0, "\($0 / 100 / step)") })])
        }
        var spec = StoredPast.spec(server.url, interval: .seconds(10))
        spec.objectives.metrics = ["refused", "refusde"].map { MetricObjective(query: $0, tolerance: 0.01) }
        let client = HTTPClient()
        let archive = PrometheusArchive(spec: spec, roles: .asNamed, queries: queries, http: client)

        let past = try await archive.windows(from: Self.from, to: Self.from.advanced(by: .seconds(100)))
        await client.shutdown()

        #expect(past.windows.count == 10)
        for window in past.windows {
            #expect(window.window.metrics.map(\.name) == ["refused", "refusde"])
            #expect(window.window.metrics[0].stable == .ratio(events: 1, total: 10))
            #expect(window.window.metrics[0].canary == .ratio(events: 1, total: 10))
            #expect(window.window.metrics[1].stable.absence?.contains("there is no query 'refusde'") == true)
        }
    }
}
