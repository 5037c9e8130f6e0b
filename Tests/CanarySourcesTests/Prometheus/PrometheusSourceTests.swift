import CanaryCore
import CanaryQueries
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Synchronization
import Testing

@Suite("PrometheusSource", .timeLimit(.minutes(2)))
struct PrometheusSourceTests {
    /// A clock that a test sets.
    private final class Present: Sendable {
        private let milliseconds = Mutex<Int64>(1_000_000_000)

        var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

        func pass(_ seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }
    }

    /// Windows of rounds, each so many seconds after the one before.
    private static func windows(
        _ server: FakePrometheus,
        seconds: [Int64],
        interval: Duration = .seconds(10),
        timeout: Duration = .seconds(10),
        delay: Duration = .seconds(5)
    ) async throws -> [Window] {
        let client = HTTPClient()
        let present = Present()
        let source = PrometheusSource(
            spec: StoredPast.spec(server.url, interval: interval, timeout: timeout, delay: delay),
            roles: .asNamed,
            queries: try .builtIn(),
            http: client,
            now: { present.now }
        )
        var windows: [Window] = []
        for length in seconds {
            present.pass(length)
            windows.append(await source.observe(seconds: Double(length)))
        }
        await client.shutdown()
        return windows
    }

    private static func label(_ window: Window) -> String? {
        if case .source(let label, _) = window.quality.unusable { label } else { nil }
    }

    @Test("each round has what both versions did since the round before, the first one included")
    func steady() async throws {
        let server = try ScriptedStore.server()

        let windows = try await Self.windows(server, seconds: [0, 10, 10, 10])

        #expect(windows.map(\.stableTotal) == [10, 10, 10, 10])
        #expect(windows.map(\.canaryTotal) == [10, 10, 10, 10])
        #expect(windows.allSatisfy { $0.quality.unusable == nil })
        let newest = try #require(server.questions.flatMap(\.moments).max())
        #expect(newest == Int64(1_000_020_000))
    }

    @Test("a server that fails makes the round unusable with its name and the query, and nothing is lost")
    func failing() async throws {
        let round = Counter()
        let isDown = Mutex(false)
        let server = try ScriptedStore.server { _, kind in
            if kind == .requests {
                let number = round.next()
                isDown.withLock { $0 = number == 2 || number == 3 }
            }
            return kind == .requests && isDown.withLock { $0 } ? .status(502, "Bad Gateway") : nil
        }

        let windows = try await Self.windows(server, seconds: [0, 10, 10, 10, 10])

        #expect(windows.map(\.stableTotal) == [10, 10, 0, 0, 30])
        #expect(windows.map { $0.quality.unusable == nil } == [true, true, false, false, true])
        guard case .source("notPrometheus", let message) = windows[2].quality.unusable else {
            Issue.record("\(String(describing: windows[2].quality.unusable))")
            return
        }
        #expect(message.contains(server.url) && message.contains("istio_requests_total"))
        #expect(message.contains("Bad Gateway"))
    }

    @Test("after a long outage counting begins anew, as it does when scrapes fail")
    func longOutage() async throws {
        let server = try ScriptedStore.server()

        let windows = try await Self.windows(server, seconds: [0, 10, 300, 10])

        #expect(windows.map(\.stableTotal) == [10, 10, 10, 10])
        #expect(windows.allSatisfy { $0.quality.unusable == nil })
    }

    @Test("a round before new samples are due is not judged and says what to set")
    func tooEarly() async throws {
        let server = try ScriptedStore.server()

        let windows = try await Self.windows(
            server,
            seconds: [0, 2, 8],
            interval: .seconds(2),
            timeout: .seconds(4)
        )

        #expect(windows.map(Self.label) == [nil, "between-samples", nil])
        #expect(windows[2].stableTotal == 10)
    }

    @Test("a server that is silent ends the round within its timeout")
    func silent() async throws {
        let server = try FakePrometheus { _ in .steps([.stall]) }
        let start = ContinuousClock.now

        let windows = try await Self.windows(server, seconds: [0], timeout: .milliseconds(300))

        #expect(windows.map(Self.label) == ["timedOut"])
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test("a server without the series says what it has instead; a partial answer is not counted")
    func nothing() async throws {
        let empty = try ScriptedStore.server { _, kind in
            kind == .other || kind == .interval ? .vector([]) : .matrix([])
        }
        #expect(try await Self.windows(empty, seconds: [0, 10]).map(Self.label) == ["noSeries", "noSeries"])

        let partial = try ScriptedStore.server { question, kind in
            guard kind == .latency else { return nil }
            return .matrix([], warnings: ["store down"])
        }
        let windows = try await Self.windows(partial, seconds: [0, 10])
        #expect(windows.map(Self.label) == ["partialAnswer", "partialAnswer"])
    }

    @Test("the pace that the samples allow can be asked for")
    func pace() async throws {
        let server = try ScriptedStore.server()
        let client = HTTPClient()
        let source = PrometheusSource(
            spec: StoredPast.spec(server.url, interval: .seconds(5)),
            roles: .asNamed,
            queries: try .builtIn(),
            http: client,
            now: { Timestamp(milliseconds: 1_000_000_000) }
        )

        let pace = try await source.pace()
        await client.shutdown()

        #expect(pace.interval == .seconds(10))
        #expect(pace.note?.contains("10 s") == true)
    }
}
