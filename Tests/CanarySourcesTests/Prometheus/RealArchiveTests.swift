import CanaryCore
import CanaryQueries
import CanarySimulator
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import Synchronization
import Testing

@Suite("PrometheusArchive with real servers", .timeLimit(.minutes(5)))
struct RealArchiveTests {
    private static func past(
        _ url: String,
        _ release: StoredRelease,
        interval: Duration = .seconds(15)
    ) async throws -> PastTelemetry {
        let client = HTTPClient()
        let archive = PrometheusArchive(
            spec: StoredPast.spec(url, interval: interval),
            roles: .asNamed,
            queries: try .builtIn(),
            http: client
        )
        let result: Result<PastTelemetry, ArchiveFailure>
        do throws(ArchiveFailure) {
            result = .success(try await archive.windows(from: release.begin, to: release.end))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }

    @Test("stored windows are those of scraping the same pages", arguments: ["Prometheus", "VictoriaMetrics"])
    func equal(server name: String) async throws {
        let release = StoredPast.release()
        let (url, stop) = try await Self.start(name, release)
        let past = try await Self.past(url, release)
        let scraped = StoredPast.scraped(release)

        #expect(past.step == .seconds(15))
        // Nothing was stored before the release began.
        #expect(past.notes.count == 1 && past.notes[0].hasPrefix("6 pods had the first sample"), "\(past.notes)")
        #expect(past.windows.count == scraped.count)
        for (stored, expected) in zip(past.windows, scraped) {
            #expect(stored == expected)
            if stored != expected { break }
        }
        try await stop()
    }

    private static func start(
        _ name: String,
        _ release: StoredRelease
    ) async throws -> (url: String, stop: @Sendable () async throws -> Void) {
        if name == "Prometheus" {
            let server = try await PrometheusProcess.start(past: release.backfill)
            return (server.url, { try await server.stop() })
        }
        let server = try await VictoriaProcess.start(past: release.backfill)
        return (server.url, { try await server.stop() })
    }

    @Test("a short interval and a server that gives few samples at once give the same windows")
    func smallServer() async throws {
        let release = StoredPast.release()
        let server = try await PrometheusProcess.start(past: release.backfill, options: ["--query.max-samples=6000"])
        let past = try await Self.past(server.url, release, interval: .seconds(5))

        #expect(past.step == .seconds(15))
        #expect(past.notes.count { $0.hasPrefix("windows are 15 s") } == 1)
        #expect(past.windows == StoredPast.scraped(release))
        try await server.stop()
    }

    @Test("pods that restart give the counts of scraping, a round later where an ended series is repeated")
    func restarts() async throws {
        let release = StoredPast.release(.counterReset, seed: 5)
        let server = try await VictoriaProcess.start(past: release.backfill)
        let past = try await Self.past(server.url, release)

        let scraped = StoredPast.scraped(release)

        #expect(past.windows.contains { !$0.window.quality.restarts.isEmpty })
        #expect(StoredPast.Counts(past.windows, \.stable) == StoredPast.Counts(scraped, \.stable))
        #expect(StoredPast.Counts(past.windows, \.canary) == StoredPast.Counts(scraped, \.canary))
        try await server.stop()
    }

    @Test("series that end without a marker, as imported ones do, are never counted twice")
    func withoutMarkers() async throws {
        let release = StoredPast.release(.counterReset, seed: 5)
        let server = try await PrometheusProcess.start(past: release.backfill)
        let past = try await Self.past(server.url, release)
        let scraped = StoredPast.scraped(release)

        // The server repeats what the process before a restart counted, for five minutes.
        #expect(past.windows.contains { $0.window.quality.faults.contains { $0.label == "stale" } })
        for (stored, expected) in zip(past.windows, scraped) {
            for pod in stored.window.stable + stored.window.canary {
                guard let known = (expected.window.stable + expected.window.canary).first(where: { $0.pod == pod.pod })
                else { continue }
                #expect(pod == known || stored.window.quality.unusable != nil || pod.total >= known.total)
            }
        }
        let all = StoredPast.Counts(scraped, \.stable).requests.values.reduce(0, +)
        #expect(StoredPast.Counts(past.windows, \.stable).requests.values.reduce(0, +) <= all)
        try await server.stop()
    }

    @Test("live rounds at the moments of the past give the windows of scraping")
    func live() async throws {
        let release = StoredPast.release()
        let server = try await VictoriaProcess.start(past: release.backfill)
        let client = HTTPClient()
        let present = Mutex(release.begin)
        let source = PrometheusSource(
            spec: StoredPast.spec(server.url),
            roles: .asNamed,
            queries: try .builtIn(),
            http: client,
            now: { present.withLock { $0 } }
        )
        let scraped = StoredPast.scraped(release)
        for expected in scraped.prefix(50) {
            present.withLock { $0 = expected.at }
            var window = await source.observe(seconds: 15)
            let isFirst = expected.at == scraped[0].at
            // It tells how old its samples may be: a step, here without a delay.
            #expect(window.lag == 15 || window.quality.unusable != nil)
            window.lag = 0
            #expect(isFirst || window == expected.window)
            if !isFirst, window != expected.window { break }
        }
        await client.shutdown()
        try await server.stop()
    }

    @Test("a question to a real server that it refuses has the server's words")
    func refused() async throws {
        let server = try await PrometheusProcess.start()
        let client = HTTPClient()
        let prometheus = PrometheusClient(PrometheusSpec(url: server.url), http: client)
        let moment = StoredPast.release().end
        for (query, code, words) in [
            ("sum by (", SourceError.Code.badQuery, "parse error"),
            ("a * on (x) b * on () group_left c{", .badQuery, "parse error"),
        ] {
            let error = await #expect(throws: SourceError.self) { try await prometheus.instant(query, at: moment) }
            #expect(error?.code == code)
            #expect(error?.cause?.contains(words) == true, "\(String(describing: error))")
        }
        let wrong = PrometheusClient(PrometheusSpec(url: server.url + "/nowhere"), http: client)
        let error = await #expect(throws: SourceError.self) { try await wrong.instant("up", at: moment) }
        #expect(error?.code == .wrongPath)
        await client.shutdown()
        try await server.stop()
    }
}
