import CanaryCore
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Testing

@Suite("PrometheusClient with long ranges", .timeLimit(.minutes(1)))
struct PrometheusRangeTests {
    /// Answers each moment with its number of seconds, for some series.
    private static func answer(_ question: FakePrometheus.Question, series: Int = 1) -> FakePrometheus.Answer {
        .matrix(
            (0..<series).map { number in
                (labels: "pod=\"p\(number)\"", samples: question.moments.map { ($0, "\($0 / 1000)") })
            }
        )
    }

    private static func with<T>(_ url: String, _ body: (PrometheusClient) async throws -> T) async throws -> T {
        let http = HTTPClient()
        let result: Result<T, any Error>
        do {
            result = .success(try await body(PrometheusClient(PrometheusSpec(url: url), http: http)))
        } catch {
            result = .failure(error)
        }
        await http.shutdown()
        return try result.get()
    }

    @Test("a long range is asked in chunks that leave nothing out and stay below the servers' limit")
    func chunks() async throws {
        let server = try FakePrometheus { Self.answer($0, series: 2) }

        let answer = try await Self.with(server.url) {
            try await $0.range(
                "x",
                from: Timestamp(milliseconds: 5000),
                to: Timestamp(milliseconds: 5000 + 24_999 * 1000),
                step: .seconds(1)
            )
        }

        #expect(answer.series.count == 2)
        #expect(answer.series[1].times == (0..<25_000).map { 5000 + Int64($0) * 1000 })
        #expect(answer.series[1].values == (0..<25_000).map { Double(5 + $0) })
        #expect(answer.summary.samples == 50_000)
        #expect(server.questions.map(\.moments.count) == [600, 10_000, 10_000, 4400])
        #expect(server.questions.allSatisfy { $0.path == "/api/v1/query_range" && $0.fields["nocache"] == "1" })
    }

    @Test("a chunk that is too much is halved until it is not, and later ones stay that short")
    func halving() async throws {
        let server = try FakePrometheus { question in
            guard question.moments.count <= 100 else {
                return .error(
                    400,
                    type: "bad_data",
                    "exceeded maximum resolution of 100 points per timeseries. Try decreasing the query resolution"
                )
            }
            return Self.answer(question)
        }

        let answer = try await Self.with(server.url) {
            try await $0.range(
                "x",
                from: Timestamp(milliseconds: 0),
                to: Timestamp(milliseconds: 999_000),
                step: .seconds(1)
            )
        }

        #expect(answer.series.first?.values == (0..<1000).map(Double.init))
        #expect(server.questions.map(\.moments.count).prefix(4) == [600, 300, 150, 75])
        #expect(server.questions.dropFirst(4).allSatisfy { $0.moments.count <= 75 })
    }

    @Test("a server that finds even one moment too much ends the question")
    func tooMuch() async throws {
        let server = try FakePrometheus { _ in .error(422, type: "execution", "too many samples") }

        let error = await #expect(throws: SourceError.self) {
            try await Self.with(server.url) {
                try await $0.range(
                    "x",
                    from: Timestamp(milliseconds: 0),
                    to: Timestamp(milliseconds: 999_000),
                    step: .seconds(1)
                )
            }
        }

        #expect(error?.code == .tooMuch)
        #expect(server.questions.count <= 12)
    }

    @Test("a scalar where series are needed, and a range that runs backwards, are refused")
    func refusals() async throws {
        let scalar = try FakePrometheus { _ in
            .body(#"{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}"#)
        }
        for (from, to) in [(0, 5000), (5000, 0)] as [(Int64, Int64)] {
            let error = await #expect(throws: SourceError.self) {
                try await Self.with(scalar.url) {
                    try await $0.range(
                        "1+1",
                        from: Timestamp(milliseconds: from),
                        to: Timestamp(milliseconds: to),
                        step: .seconds(1)
                    )
                }
            }
            #expect(error?.code == (from < to ? .wrongAnswer : .badQuery))
        }
    }

    @Test("warnings are kept with the series that came")
    func warnings() async throws {
        let server = try FakePrometheus { question in
            .matrix([(labels: "pod=\"a\"", samples: question.moments.map { ($0, "1") })], warnings: ["store b is down"])
        }

        let receipt = try await Self.with(server.url) {
            try await $0.forEachSeries(
                "x",
                from: Timestamp(milliseconds: 0),
                to: Timestamp(milliseconds: 5000),
                step: .seconds(1)
            ) { _ in }
        }

        #expect(receipt.samples == 6)
        #expect(receipt.warnings == ["store b is down"])
        #expect(receipt.partialWarnings == ["store b is down"])
    }
}
