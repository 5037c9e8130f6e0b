package import CanaryCore
package import CanaryQueries
package import CanaryTelemetry
package import CanaryTransport

/// Observes a run through a Prometheus-compatible server instead of scraping.
///
/// A round asks for every moment since the last one, a little in the past (`telemetry.prometheus.delay`) so that samples on
/// their way are in, and goes the way of `PrometheusArchive`. What could not be asked is asked again in the next round, for as
/// long as a failed scrape keeps its baseline; after that counting begins anew. A round ends within the spec's timeout.
package actor PrometheusSource: TelemetrySource {
    private let spec: CanarySpec
    private let questions: Result<StoredQuestions, SourceError>
    private let now: @Sendable () -> Timestamp
    private var step: StoredQuestions.Step?
    private var rounds: StoredRounds?
    private var metrics: [MetricRounds] = []
    /// The last moment that was read, in milliseconds.
    private var last: Int64?
    /// Why there are no series, and for how many rounds that is believed.
    private var emptiness: (text: String, rounds: Int)?

    /// - Parameter spec: with the variables of `telemetry.prometheus` expanded.
    package init(
        spec: CanarySpec,
        roles: Roles,
        queries: QuerySet,
        http: HTTPClient,
        now: @Sendable @escaping () -> Timestamp
    ) {
        self.spec = spec
        self.now = now
        do throws(SourceError) {
            questions = .success(try StoredQuestions(spec: spec, roles: roles, queries: queries, http: http))
        } catch {
            questions = .failure(error)
        }
    }

    /// The length of rounds that the server's samples allow, and a sentence if it is not `pace.interval`.
    ///
    /// A driver that makes rounds of this length has a sample of each pod in each of them.
    package func pace() async throws(SourceError) -> (interval: Duration, note: String?) {
        let questions = try questions.get()
        let found = try await step(questions, before: .now + questions.client.spec.timeout)
        return (found.length, found.note)
    }

    package func observe(seconds: Double) async -> Window {
        do throws(SourceError) {
            return try await round(seconds)
        } catch {
            return Self.unusable(error.label, error.inOneLine + (error.hint.map { " (\($0))" } ?? ""), seconds)
        }
    }

    // MARK: A round

    private func round(_ seconds: Double) async throws(SourceError) -> Window {
        let questions = try questions.get()
        let began = now().milliseconds
        let end = ContinuousClock.now + questions.client.spec.timeout
        let step = max(1, try await step(questions, before: end).length.wholeMilliseconds)
        guard let due = await dueMoment(step, questions.client.spec) else {
            let text =
                "no new samples are due: \(questions.client.server) has one of each pod every "
                + "\(Phrase.duration(Double(step) / 1000)) and a round is \(Phrase.duration(spec.pace.interval.inSeconds)); "
                + "set pace.interval to that"
            return Self.unusable("between-samples", text, seconds)
        }
        var first = last.map { $0 + step } ?? (due - step)
        if rounds == nil || (due - first) / step >= Int64(TelemetryCollector.patience) {
            rounds = StoredRounds(configuration: questions.configuration)
            metrics = questions.metrics.makeRounds()
            first = due - step
        }
        guard let times = TimeGrid(first: first, step: step, count: Int((due - first) / step) + 1) else {
            throw SourceError(.badQuery, "the moments from \(first) to \(due) ms cannot be asked for")
        }
        let stretch = try await questions.stretch(times, before: end)
        if let warning = stretch.receipt.partialWarnings.first {
            throw SourceError(
                .partialAnswer,
                "\(questions.client.server) answered in part only (\(warning))",
                asked: PrometheusClient.shown(questions.text(.requestTotals))
            )
        }
        last = due
        let length = Double(due - (first - step)) / 1000
        var window = rounds?.window(of: stretch.grid, seconds: length) ?? Window(seconds: length)
        // The newest sample of a pod may be a whole step older than the moment that was asked for.
        window.lag = Double(max(0, began - due) + step) / 1000
        var receipt = PrometheusReceipt()
        if !questions.metrics.isEmpty {
            var own = metrics
            window.metrics = await questions.metrics.window(times, &own, &receipt, asking: questions, before: end)
            metrics = own
        }
        if stretch.grid.hasSeries {
            emptiness = nil
        } else if window.quality.unusable == .nothingScraped || window.quality.unusable == .noIstioSeries {
            let text = await emptiness(questions, at: due, before: end)
            window.quality.unusable = .source(label: SourceError.Code.noSeries.description, message: text)
        }
        return window
    }

    private func step(
        _ questions: StoredQuestions,
        before end: ContinuousClock.Instant
    ) async throws(SourceError) -> StoredQuestions.Step {
        if let step { return step }
        let moment = now().advanced(by: .zero - questions.client.spec.delay)
        let found = try await questions.step(wanted: spec.pace.interval, at: moment, before: end)
        step = found
        return found
    }

    /// The newest moment of the grid that can be asked for; waits for it for a while, and is nil if it does not come.
    private func dueMoment(_ step: Int64, _ server: PrometheusSpec) async -> Int64? {
        func newest() -> (moment: Int64, wait: Int64) {
            let present = now().advanced(by: .zero - server.delay).milliseconds
            let moment = present - (present % step + step) % step
            return (moment, moment + step - present)
        }
        let found = newest()
        guard let last, found.moment <= last else { return found.moment }
        let longest = server.timeout.wholeMilliseconds / 2
        guard found.wait <= longest else { return nil }
        // A cancelled task does not wait, and finds nothing.
        try? await Task.sleep(for: .milliseconds(found.wait))
        let later = newest().moment
        return later > last ? later : nil
    }

    private func emptiness(
        _ questions: StoredQuestions,
        at moment: Int64,
        before end: ContinuousClock.Instant
    ) async -> String {
        if let known = emptiness, known.rounds > 0 {
            emptiness = (known.text, known.rounds - 1)
            return known.text
        }
        let found = await EmptyAnswer.explain(questions, spec, at: Timestamp(milliseconds: moment), before: end)
        let asked = PrometheusClient.shown(questions.text(.requestTotals))
        let text = "\(found.message) (\(found.hint)); asked was: \(asked)"
        emptiness = (text, 12)
        return text
    }

    private static func unusable(_ label: String, _ message: String, _ seconds: Double) -> Window {
        var window = Window(seconds: seconds)
        window.quality.unusable = .source(label: label, message: message)
        return window
    }
}
