package import CanaryCore
package import CanaryQueries
package import CanaryReport
import CanarySources
import CanaryTelemetry
package import CanaryTransport

/// Asks one query for a spec, as the Prometheus source would.
package struct QuerySession: Sendable {
    package struct Options: Sendable {
        /// With its variables expanded.
        package var spec: CanarySpec
        package var queries: QuerySet
        package var name: String
        package var at: Timestamp
        /// Of `${period}`, which views have.
        package var period: Duration

        package init(spec: CanarySpec, queries: QuerySet, name: String, at: Timestamp, period: Duration) {
            self.spec = spec
            self.queries = queries
            self.name = name
            self.at = at
            self.period = period
        }
    }

    private let options: Options
    private let http: HTTPClient

    package init(options: Options, http: HTTPClient) {
        self.options = options
        self.http = http
    }

    /// - Throws: if there is no such query or no server; what the server refuses is in the answer.
    package func run() async throws(AgentError) -> QueryAnswer {
        guard let server = options.spec.telemetry.prometheus else {
            throw AgentError(
                "the spec names no Prometheus server",
                hint: "write telemetry.prometheus.url, or --set telemetry.prometheus.url=http://…",
                exitCode: .usage
            )
        }
        guard let query = options.queries[options.name] else {
            throw AgentError(
                "there is no query '\(options.name)'",
                hint: options.queries.suggestion(for: options.name).map { "did you mean '\($0)'?" }
                    ?? "'haldane queries' lists those there are",
                exitCode: .usage
            )
        }
        let client = PrometheusClient(server, http: http)
        var parts: [QueryAnswer.Part] = []
        for (label, holes) in questions(query) { parts.append(await ask(query, label, holes, client)) }
        var answer = QueryAnswer(
            name: query.name,
            asks: query.asks,
            unit: query.unit,
            server: client.server,
            at: options.at,
            parts: parts
        )
        if query.view != nil { await compare(&answer, client) }
        return answer
    }

    /// Once, or once for each version where the query asks for one at a time.
    private func questions(_ query: CanaryQuery) -> [(label: String?, holes: [String: QueryHole])] {
        var holes = queryHoles(options.spec, roles: .asNamed)
        holes["period"] = .duration(options.period)
        guard query.isOfOneVersion else { return [(nil, holes)] }
        return [options.spec.route.stable, options.spec.route.canary].map { destination in
            holes["cohort"] = cohortMatchers(options.spec, destination)
            holes["version"] = versionMatchers(options.spec, destination)
            return (destination.label, holes)
        }
    }

    private func ask(
        _ query: CanaryQuery,
        _ label: String?,
        _ holes: [String: QueryHole],
        _ client: PrometheusClient
    ) async -> QueryAnswer.Part {
        let text: String
        do throws(QueryError) {
            text = try query.filled(holes)
        } catch {
            return QueryAnswer.Part(version: label, query: query.expression, fault: "\(error)")
        }
        var part = QueryAnswer.Part(version: label, query: text)
        do throws(SourceError) {
            let answer = try await client.instant(text, at: options.at)
            part.warnings = answer.summary.warnings + answer.summary.infos
            part.fault = AnswerCheck.fault(of: answer, query.labels(holes))
            part.samples = answer.summary.samples
            part.rows = answer.series.prefix(QueryAnswer.mostRows).compactMap { series in
                series.values.last.map { value in
                    QueryAnswer.Row(labels: series.labels.map { .init($0.name, $0.value) }, value: value)
                }
            }.sorted(by: Self.order)
        } catch {
            part.fault = [error.message, error.cause].compactMap { $0 }.joined(separator: ": ")
            if let hint = error.hint { part.warnings.append(hint) }
        }
        return part
    }

    /// Our own count of the view's time, and the other dashboard's number.
    private func compare(_ answer: inout QueryAnswer, _ client: PrometheusClient) async {
        let from = options.at.advanced(by: .zero - options.period)
        let archive = PrometheusArchive(spec: options.spec, roles: .asNamed, queries: options.queries, http: http)
        var windows: [TimedWindow]?
        do throws(ArchiveFailure) {
            let past = try await archive.windows(from: from, to: options.at)
            answer.notes += past.notes
            windows = past.windows
            let unusable = past.windows.count { $0.window.quality.unusable != nil }
            if unusable > 0 {
                answer.notes.append(
                    "\(unusable) of \(past.windows.count) windows of ours cannot be used, and are not counted"
                )
                windows = past.windows.filter { $0.window.quality.unusable == nil }
            }
        } catch {
            answer.notes.append("our own count is missing: \(error.reason.text)")
        }
        answer.views = await ViewSession(spec: options.spec, queries: options.queries, client: client)
            .views(from: from, to: options.at, roles: .asNamed, windows: windows)
    }

    private static func order(_ left: QueryAnswer.Row, _ right: QueryAnswer.Row) -> Bool {
        for (left, right) in zip(left.labels, right.labels) where left != right {
            // Buckets by their bounds.
            if left.name == "le", right.name == "le", let one = bound(left.value), let other = bound(right.value) {
                return one < other
            }
            return (left.name, left.value) < (right.name, right.value)
        }
        return left.labels.count < right.labels.count
    }

    private static func bound(_ text: String) -> Double? { text == "+Inf" ? .infinity : Double(text) }
}

/// Whether an answer is one to the question.
enum AnswerCheck {
    /// What is wrong with it: no list of series, labels that are missing.
    static func fault(of answer: PrometheusAnswer, _ labels: [String]) -> String? {
        if let single = answer.summary.single {
            let type = answer.summary.resultType?.rawValue ?? "value"
            return "the answer is a \(type) (\(single.text)), not a list of series"
        }
        if answer.summary.resultType == .matrix {
            return "the answer is a matrix: the query has a range without a function"
        }
        for label in labels {
            guard let without = answer.series.first(where: { $0.label(label) == nil }) else { continue }
            // Prometheus leaves out a label that is empty; only one that no series has is missing.
            guard answer.series.allSatisfy({ $0.label(label) == nil }), isNeeded(label) else { continue }
            return "no series has the label \(label) that the query promises, e.g. \(without.text)"
        }
        return nil
    }

    /// Labels of Istio that are empty for some protocols, reporters and versions of it.
    private static func isNeeded(_ label: String) -> Bool {
        !["grpc_response_status", "destination_version", "source_workload", "response_flags"].contains(label)
    }
}
