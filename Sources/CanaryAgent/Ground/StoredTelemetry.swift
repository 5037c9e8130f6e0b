import CanaryCore
import CanaryQueries
import CanarySources
import CanaryTelemetry
import CanaryTransport
import FoundationEssentials

/// The server that a run asks in place of scraping: for its rounds, for their length, and for what was before.
struct StoredTelemetry: Sendable {
    private let queries: QuerySet
    /// How far behind the present the server is asked.
    private let delay: Duration
    /// Why that is not the spec's own.
    let note: String?

    /// Nil if the spec scrapes. Reads the spec's folder of queries, and asks the server how far behind the present it answers.
    init?(_ live: CanarySpec, _ http: HTTPClient) async throws(AgentError) {
        guard let server = live.telemetry.prometheus else { return nil }
        queries = try QueryFolder.load(server.queries, for: live)
        let settled = await ServerDelay.settled(server, http: http, now: Self.now())
        delay = settled.spec.delay
        note = settled.note
    }

    func source(_ live: CanarySpec, _ roles: Roles, _ http: HTTPClient) -> PrometheusSource {
        PrometheusSource(spec: asked(live), roles: roles, queries: queries, http: http) { Self.now() }
    }

    /// The length of rounds for which each pod has a sample, and a sentence if it is not the spec's.
    func pace(
        _ live: CanarySpec,
        _ roles: Roles,
        _ http: HTTPClient
    ) async throws(AgentError) -> (interval: Duration, note: String?) {
        do {
            return try await source(live, roles, http).pace()
        } catch {
            throw AgentError(error.inOneLine, hint: error.hint)
        }
    }

    /// Stable's windows up to now, as far back as helps, and a sentence about them.
    ///
    /// What cannot be read is said and is not needed: stable is then watched.
    func history(
        _ live: CanarySpec,
        _ roles: Roles,
        _ http: HTTPClient
    ) async -> (windows: [TimedWindow], notice: Notice) {
        let end = Self.now().advanced(by: .zero - delay)
        let span = max(live.pace.history, Self.longest)
        let archive = PrometheusArchive(
            spec: asked(live),
            roles: roles,
            queries: queries,
            http: http,
            patience: .seconds(60)
        )
        do {
            let past = try await archive.windows(from: end.advanced(by: .zero - span), to: end)
            let windows = past.windows.compactMap(\.asHistory)
            let seconds = windows.reduce(0) { $0 + $1.window.seconds }
            let text =
                "history: \(Phrase.count(windows.count)) windows (\(Phrase.duration(seconds))) of stable read from the server, "
                + "\(Phrase.count(past.samples)) samples"
            return (windows, Notice(.info, Reason("history", text)))
        } catch {
            let text = "the history could not be read, stable is watched instead: \(error.reason.text)"
            return ([], Notice(.warning, Reason("history", text)))
        }
    }

    private func asked(_ live: CanarySpec) -> CanarySpec {
        var spec = live
        spec.telemetry.prometheus?.delay = delay
        return spec
    }

    private static func now() -> Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
    }

    /// What feeds burst memory.
    private static let longest = Duration.seconds(6 * 3600)
}

extension TimedWindow {
    /// Stable's part of a usable window; nil if there is none.
    fileprivate var asHistory: TimedWindow? {
        guard window.quality.unusable == nil, !window.stable.isEmpty, window.seconds > 0 else { return nil }
        var copy = self
        copy.window.canary = []
        copy.window.weight = nil
        copy.window.isHistory = true
        copy.window.quality = WindowQuality()
        return copy
    }
}
