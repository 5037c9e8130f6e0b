import CanaryCore
import CanaryQueries
import CanaryTelemetry

/// The questions about a user's own metrics, each asked once for each version.
struct MetricQuestions: Sendable {
    private let metrics: [Metric]

    /// A metric of the spec.
    private struct Metric: Sendable {
        var name: String
        var kind: MetricWindow.Kind
        var direction: MetricWindow.Direction
        /// What is asked of each version; or why it cannot be asked.
        var texts: Result<(stable: Texts, canary: Texts), SourceError>
    }

    private struct Texts: Sendable {
        var value: String
        /// Of a ratio.
        var total: String?
    }

    init(
        _ spec: CanarySpec,
        holes: [String: QueryHole],
        stable: DestinationSpec,
        canary: DestinationSpec,
        queries: QuerySet
    ) {
        metrics = spec.objectives.metrics.map { objective in
            let query = queries[objective.query]
            let kind: MetricWindow.Kind =
                switch query?.kind {
                case .histogram: .histogram
                case .gauge: .gauge
                case .counter, nil: .ratio
                }
            func ask(_ destination: DestinationSpec) throws(SourceError) -> Texts {
                var holes = holes
                holes["version"] = versionMatchers(spec, destination)
                holes["cohort"] = cohortMatchers(spec, destination)
                return try Self.texts(objective.query, query, queries, holes)
            }
            let texts: Result<(stable: Texts, canary: Texts), SourceError>
            do throws(SourceError) {
                texts = .success((try ask(stable), try ask(canary)))
            } catch {
                texts = .failure(error)
            }
            return Metric(
                name: objective.query,
                kind: kind,
                direction: query?.direction == .higher ? .higher : .lower,
                texts: texts
            )
        }
    }

    var isEmpty: Bool { metrics.isEmpty }

    /// Memories for a run, to be handed to `windows`.
    func makeRounds() -> [MetricRounds] {
        metrics.map { MetricRounds(name: $0.name, kind: $0.kind, direction: $0.direction) }
    }

    /// The metrics at each moment, as many lists as moments; one that could not be asked is absent with the reason.
    func windows(
        _ times: TimeGrid,
        _ rounds: inout [MetricRounds],
        _ receipt: inout PrometheusReceipt,
        asking questions: StoredQuestions,
        before end: ContinuousClock.Instant
    ) async -> [[MetricWindow]] {
        var windows = [[MetricWindow]](repeating: [], count: times.count)
        for (index, metric) in metrics.enumerated() where index < rounds.count {
            let (stable, canary) = await sides(metric, times, &receipt, questions, end)
            let made = rounds[index].windows(times, stable: stable, canary: canary)
            for (moment, window) in made.enumerated() where moment < windows.count { windows[moment].append(window) }
        }
        return windows
    }

    /// The metrics of all moments together.
    func window(
        _ times: TimeGrid,
        _ rounds: inout [MetricRounds],
        _ receipt: inout PrometheusReceipt,
        asking questions: StoredQuestions,
        before end: ContinuousClock.Instant
    ) async -> [MetricWindow] {
        var windows: [MetricWindow] = []
        for (index, metric) in metrics.enumerated() where index < rounds.count {
            let (stable, canary) = await sides(metric, times, &receipt, questions, end)
            if let window = rounds[index].window(times, stable: stable, canary: canary) { windows.append(window) }
        }
        return windows
    }

    private func sides(
        _ metric: Metric,
        _ times: TimeGrid,
        _ receipt: inout PrometheusReceipt,
        _ questions: StoredQuestions,
        _ end: ContinuousClock.Instant
    ) async -> (stable: MetricRounds.Input, canary: MetricRounds.Input) {
        switch metric.texts {
        case .failure(let error): return (.absent(error.inOneLine), .absent(error.inOneLine))
        case .success(let texts):
            let stable = await input(texts.stable, metric.kind, times, &receipt, questions, end)
            return (stable, await input(texts.canary, metric.kind, times, &receipt, questions, end))
        }
    }

    private func input(
        _ texts: Texts,
        _ kind: MetricWindow.Kind,
        _ times: TimeGrid,
        _ receipt: inout PrometheusReceipt,
        _ questions: StoredQuestions,
        _ end: ContinuousClock.Instant
    ) async -> MetricRounds.Input {
        do throws(SourceError) {
            let value = try await grid(texts.value, times, &receipt, questions, end)
            switch kind {
            case .gauge: return .gauge(value)
            case .histogram: return .histogram(value)
            case .ratio:
                guard let total = texts.total else { return .absent("the query has no '# of: …'") }
                return .ratio(events: value, total: try await grid(total, times, &receipt, questions, end))
            }
        } catch {
            return .absent(error.inOneLine)
        }
    }

    private func grid(
        _ text: String,
        _ times: TimeGrid,
        _ receipt: inout PrometheusReceipt,
        _ questions: StoredQuestions,
        _ end: ContinuousClock.Instant
    ) async throws(SourceError) -> SeriesGrid {
        let list = try await questions.list(text, times, before: end).get()
        receipt.add(list.receipt)
        if let warning = list.receipt.partialWarnings.first {
            throw SourceError(.badAnswer, "a partial answer of \(questions.client.server): \(warning)")
        }
        var grid = SeriesGrid(times: times, podLabel: questions.podLabel)
        for series in list.series {
            do throws(StoredDataError) {
                try grid.add(series)
            } catch {
                throw SourceError(.wrongAnswer, "\(error.message); asked was: \(PrometheusClient.shown(text))")
            }
        }
        return grid
    }

    private static func texts(
        _ name: String,
        _ query: CanaryQuery?,
        _ queries: QuerySet,
        _ holes: [String: QueryHole]
    ) throws(SourceError) -> Texts {
        guard let query else {
            let near = queries.suggestion(for: name).map { "did you mean '\($0)'?" }
            throw SourceError(
                .badQuery,
                "there is no query '\(name)'",
                hint: near ?? "put \(name).promql into the folder of telemetry.prometheus.queries"
            )
        }
        guard query.direction != .none else {
            throw SourceError(.badQuery, "the query '\(name)' has no direction, so nothing says which way is worse")
        }
        var total: CanaryQuery?
        if query.kind == .counter {
            guard let of = query.of, let whole = queries[of] else {
                throw SourceError(
                    .badQuery,
                    "the query '\(name)' is a counter and does not name the counter of the whole",
                    hint: "add '# of: NAME' to its header"
                )
            }
            total = whole
        }
        do throws(QueryError) {
            return Texts(value: try query.filled(holes), total: try total?.filled(holes))
        } catch {
            throw SourceError(.badQuery, error.description, hint: error.hint)
        }
    }
}
