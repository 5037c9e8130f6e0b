package import CanaryCore
package import CanaryTelemetry
package import CanaryTransport

/// Asks a server that speaks the Prometheus HTTP API: Prometheus, Thanos, Mimir, VictoriaMetrics.
///
/// Questions are posted as forms. Answers are decoded while they come and never kept as text. Each request ends within the
/// spec's timeout, repetitions included: a server that asks for patience (429, or 503 with `Retry-After`) is asked again.
/// Errors name the server and the query.
package struct PrometheusClient: Sendable {
    package let spec: PrometheusSpec
    /// What an answer may have.
    package var limits: PrometheusLimits
    let http: HTTPClient

    /// - Parameter spec: with its variables expanded.
    package init(_ spec: PrometheusSpec, http: HTTPClient) {
        self.spec = spec
        self.http = http
        limits = PrometheusLimits()
    }

    /// The server's address for messages, without credentials.
    package var server: String { HTTPRequest(url: spec.url).shownURL }

    /// The value of an expression at a moment; nil is the server's present, which VictoriaMetrics takes to be half a minute ago.
    package func instant(_ query: String, at moment: Timestamp?) async throws(SourceError) -> PrometheusAnswer {
        try await instant(query, at: moment, before: .now + spec.timeout)
    }

    /// The same, with an end that may be nearer than the spec's timeout.
    func instant(
        _ query: String,
        at moment: Timestamp?,
        before end: ContinuousClock.Instant
    ) async throws(SourceError) -> PrometheusAnswer {
        var fields: [(name: String, value: String)] = []
        if let moment { fields.append(("time", PrometheusRequest.seconds(moment.milliseconds))) }
        let request = PrometheusRequest(server: spec, path: "query", query: query, fields: fields)
        var answer = PrometheusAnswer()
        let limit = min(end, .now + spec.timeout)
        answer.summary = try await exchange(request, before: limit) { answer.series.append($0) }
        return answer
    }

    /// The values of an expression at `from`, `from + step` and so on up to `to`, as one answer in memory.
    ///
    /// Long ranges are asked in chunks and put together.
    package func range(
        _ query: String,
        from: Timestamp,
        to: Timestamp,
        step: Duration
    ) async throws(SourceError) -> PrometheusAnswer {
        var answer = PrometheusAnswer()
        var places: [[UInt8]: Int] = [:]
        let receipt = try await forEachSeries(query, from: from, to: to, step: step) { series in
            if let place = places[series.labelText] {
                answer.series[place].times += series.times
                answer.series[place].values += series.values
            } else {
                places[series.labelText] = answer.series.count
                answer.series.append(series)
            }
        }
        answer.summary.isSuccess = true
        answer.summary.resultType = .matrix
        answer.summary.series = answer.series.count
        answer.summary.samples = receipt.samples
        answer.summary.warnings = receipt.warnings
        return answer
    }

    /// The same without keeping the answer: each series with the samples of one chunk, chunk after chunk in order of time.
    ///
    /// What `body` was given before an error is not complete.
    package func forEachSeries(
        _ query: String,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
        _ body: (PrometheusSeries) -> Void
    ) async throws(SourceError) -> PrometheusReceipt {
        try await forEachSeries(query, from: from, to: to, step: step, before: nil, body)
    }

    /// The same, all chunks within an end.
    func forEachSeries(
        _ query: String,
        from: Timestamp,
        to: Timestamp,
        step: Duration,
        before end: ContinuousClock.Instant?,
        _ body: (PrometheusSeries) -> Void
    ) async throws(SourceError) -> PrometheusReceipt {
        let range = RangeChunks(from: from.milliseconds, to: to.milliseconds, step: step.wholeMilliseconds)
        guard var chunks = range else {
            throw SourceError(
                .badQuery,
                "a range from \(from.milliseconds) to \(to.milliseconds) ms by \(step) cannot be asked for"
            )
        }
        var receipt = PrometheusReceipt()
        while let chunk = chunks.next {
            let request = PrometheusRequest(
                server: spec,
                path: "query_range",
                query: query,
                fields: [
                    ("start", PrometheusRequest.seconds(chunk.from)), ("end", PrometheusRequest.seconds(chunk.to)),
                    ("step", PrometheusRequest.seconds(chunks.step)),
                ]
            )
            do throws(SourceError) {
                let limit = ContinuousClock.now + spec.timeout
                let summary = try await exchange(request, before: min(end ?? limit, limit), body)
                guard summary.resultType == .matrix else {
                    throw wrongType(summary, wanted: "a matrix", query: query)
                }
                receipt.add(summary)
                chunks.advance(series: summary.series)
            } catch {
                guard error.code == .tooMuch, chunks.halve() else { throw error }
            }
        }
        return receipt
    }

    /// An answer that is no list of series where one is needed.
    func wrongType(_ summary: PrometheusSummary, wanted: String, query: String) -> SourceError {
        let found = summary.resultType?.rawValue ?? "nothing"
        return SourceError(
            .wrongAnswer,
            "\(server) answered \(found) where \(wanted) of series is needed",
            hint: "the query must select series, e.g. sum by (…) (…)",
            asked: Self.shown(query),
            disposition: .refuse
        )
    }

    /// A query on one line, cut where it is long.
    static func shown(_ query: String) -> String {
        var line = ""
        for word in query.split(whereSeparator: \.isWhitespace) {
            if !line.isEmpty { line += " " }
            line += word
            if line.utf8.count > 4000 { break }
        }
        return line.count > 1000 ? String(line.prefix(1000)) + "…" : line
    }
}
