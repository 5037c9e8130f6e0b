import CanaryCore
import CanaryTelemetry
import CanaryTransport

/// What went wrong, in words that name the server, the query and what to do.
extension PrometheusClient {
    /// An answer that is an error.
    ///
    /// - Parameters:
    ///   - summary: the body, if it is of the API.
    ///   - words: the body's first words, if it is not.
    func refused(
        _ status: Int,
        _ summary: PrometheusSummary?,
        _ words: String,
        _ location: String?,
        _ request: PrometheusRequest
    ) -> SourceError {
        let shown = Self.shown(request.query)
        let said = summary.map { $0.error.isEmpty ? $0.errorType : $0.error } ?? ""
        let cause = said.isEmpty ? (words.isEmpty ? nil : "it said: \(words)") : "it said: \(said)"
        if summary != nil, Self.isTooMuch(said) {
            return SourceError(
                .tooMuch,
                "the query needs more than \(server) gives",
                cause: cause,
                hint: "ask for a shorter time, or raise the server's limit",
                asked: shown
            )
        }
        switch status {
        case 300..<400:
            let target = location.map { " to \(HTTPRequest(url: $0).shownURL)" } ?? ""
            return SourceError(
                .notPrometheus,
                "\(server) redirects\(target) instead of answering",
                hint:
                    "a login page or another address in front of it? set telemetry.prometheus.url to where it answers",
                asked: shown,
                disposition: .stop
            )
        case 401, 403:
            return SourceError(
                .denied,
                "\(server) does not accept who asks (HTTP \(status))",
                cause: cause,
                hint: "set username and passwordFile, token or tokenFile, or a tenant's header in telemetry.prometheus",
                asked: shown,
                disposition: .stop
            )
        case 404, 405, 410:
            return SourceError(
                .wrongPath,
                "\(PrometheusRequest.address(server, request.path)) is no query API (HTTP \(status))",
                cause: cause,
                hint: "telemetry.prometheus.url must be what stands in front of /api/v1, e.g. with Mimir's /prometheus",
                disposition: .stop
            )
        case 200..<300, 400, 422:
            return SourceError(
                .badQuery,
                "\(server) refuses the query",
                cause: cause ?? "HTTP \(status) without a reason",
                hint: Self.isDuplicate(said)
                    ? "two sources of the same series? the query must keep the label that tells them apart" : nil,
                asked: shown
            )
        case 429, 503:
            return SourceError(
                .overloaded,
                "\(server) has no time now (HTTP \(status))",
                cause: cause,
                asked: shown,
                disposition: .retry
            )
        case 500..<600:
            return SourceError(
                summary == nil ? .notPrometheus : .overloaded,
                "\(server) failed (HTTP \(status))",
                cause: cause,
                asked: shown,
                disposition: .retry
            )
        default:
            return SourceError(
                .notPrometheus,
                "\(server) answered HTTP \(status)",
                cause: cause,
                asked: shown,
                disposition: .stop
            )
        }
    }

    func unreadable(
        _ error: PrometheusDecodeError,
        _ first: [UInt8],
        _ stream: HTTPStream,
        _ request: PrometheusRequest
    ) -> SourceError {
        let shown = Self.shown(request.query)
        switch error.code {
        case .notJSON:
            let type = stream.header("Content-Type").map { " (\($0.prefix(60)))" } ?? ""
            return SourceError(
                .notPrometheus,
                "\(server) answered something else than JSON\(type)",
                cause: "it begins: \(words(of: first))",
                hint: "a login page or a proxy in front of it: check telemetry.prometheus.url",
                asked: shown,
                disposition: .stop
            )
        case .tooLarge:
            return SourceError(
                .badAnswer,
                "the answer of \(server) is too large",
                cause: error.description,
                asked: shown,
                disposition: .stop
            )
        case .malformed, .truncated:
            return SourceError(
                .badAnswer,
                "the answer of \(server) \(error.code == .truncated ? "is cut short" : "cannot be read")",
                cause: error.description,
                asked: shown,
                disposition: error.code == .truncated ? .retry : .stop
            )
        }
    }

    func failure(_ error: TransportError, _ request: PrometheusRequest) -> SourceError {
        let code: SourceError.Code =
            switch error.code {
            case .timedOut: .timedOut
            case .credentials: .credentials
            case .truncated, .protocolViolation: .badAnswer
            default: .unreachable
            }
        let disposition: SourceError.Disposition =
            switch error.disposition {
            case .retry: .retry
            case .refuse: .refuse
            case .stop: .stop
            }
        return SourceError(
            code,
            "\(server) gave no answer",
            // What the library says of a refused connection adds nothing.
            cause: error.message + (error.code == .refused ? "" : error.cause.map { ": \($0)" } ?? ""),
            hint: error.hint,
            asked: Self.shown(request.query),
            disposition: disposition
        )
    }

    func late(_ request: PrometheusRequest) -> SourceError {
        SourceError(
            .timedOut,
            "\(server) did not answer within \(Phrase.duration(spec.timeout.inSeconds))",
            hint: "a shorter time, or a longer telemetry.prometheus.timeout",
            asked: Self.shown(request.query),
            disposition: .retry
        )
    }

    func cancelled(_ request: PrometheusRequest) -> SourceError {
        SourceError(.unreachable, "the question was given up", asked: Self.shown(request.query), disposition: .retry)
    }

    /// The first words of something that is not JSON, without markup and control characters.
    func words(of bytes: [UInt8]) -> String {
        var text = ""
        var isTag = false
        for character in String(decoding: bytes.prefix(2000), as: UTF8.self) {
            if character == "<" { isTag = true }
            let isBlank = character.isWhitespace || character.asciiValue.map { $0 < 32 } == true
            if !isTag { text.append(isBlank ? " " : character) }
            if character == ">" {
                isTag = false
                text.append(" ")
            }
        }
        let words = text.split(separator: " ").joined(separator: " ")
        return words.count > 120 ? String(words.prefix(120)) + "…" : words
    }

    /// Whether the server's words mean that a shorter range may be answered.
    static func isTooMuch(_ words: String) -> Bool {
        let words = words.lowercased()
        return [
            "too many samples", "too many points", "exceeded maximum resolution", "maxpointspertimeseries",
            "maxsamplesperquery", "max number of samples", "maximum number of chunks", "max-fetched", "query timed out",
            "limit on the number of samples", "exceeds limit", "points per timeseries",
        ].contains { words.contains($0) }
    }

    static func isDuplicate(_ words: String) -> Bool {
        let words = words.lowercased()
        return words.contains("duplicate") || words.contains("many-to-many")
    }
}
