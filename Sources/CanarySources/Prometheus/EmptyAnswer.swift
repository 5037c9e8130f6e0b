import CanaryCore
import CanaryQueries
import CanaryTelemetry

/// Why a server has no series of the two versions: what it does have instead.
struct EmptyAnswer: Sendable {
    /// What is so.
    var message: String
    var hint: String

    /// Looks for the requests of other reporters, then for those of other workloads.
    static func explain(
        _ questions: StoredQuestions,
        _ spec: CanarySpec,
        at moment: Timestamp,
        before end: ContinuousClock.Instant
    ) async -> EmptyAnswer {
        let client = questions.client
        let workloads = [spec.route.stable, spec.route.canary].compactMap(\.workload)
        let versions = workloads.isEmpty ? "the two versions" : workloads.joined(separator: " and ")
        let reporter = spec.telemetry.reporter.rawValue
        let nothing = "\(client.server) has no series of \(versions)"
        do throws(SourceError) {
            // These two ask about the server, not about the canary, and are no part of the library that users change.
            let others = try await client.instant(
                "count by (reporter) (istio_requests_total{destination_workload=~\(pattern(workloads))})",
                at: moment,
                before: end
            )
            let reporters = others.series.compactMap { $0.label("reporter") }.filter { $0 != reporter }.sorted()
            if !reporters.isEmpty, others.series.allSatisfy({ $0.label("reporter") != reporter }) {
                let found = reporters.joined(separator: " and ")
                return EmptyAnswer(
                    message: "\(nothing); it has requests to them that were counted by reporter \(found) only",
                    hint: "set telemetry.reporter: \(reporters[0]), or scrape the proxies that report as \(reporter)"
                )
            }
            if !others.series.isEmpty {
                return EmptyAnswer(
                    message: "\(nothing); it has requests to workloads of these names elsewhere",
                    hint: "check the namespace and telemetry.match"
                )
            }
            let workloadsThere = try await client.instant(
                "topk(5, count by (destination_workload, destination_workload_namespace) (istio_requests_total))",
                at: moment,
                before: end
            )
            let names = workloadsThere.series.prefix(5).map { series in
                "\(series.label("destination_workload_namespace") ?? "?")/\(series.label("destination_workload") ?? "?")"
            }
            if names.isEmpty {
                return EmptyAnswer(
                    message: "\(nothing); it has no istio_requests_total at all at that time",
                    hint:
                        "does it scrape the pods' port 15020? is the time within its retention, and the tenant the right one?"
                )
            }
            return EmptyAnswer(
                message: "\(nothing); it has requests to \(names.sorted().joined(separator: ", "))",
                hint: "check route.stable.workload, route.canary.workload and the namespace"
            )
        } catch {
            return EmptyAnswer(message: nothing, hint: "and it could not be asked why: \(error.inOneLine)")
        }
    }

    private static func pattern(_ workloads: [String]) -> String {
        workloads.isEmpty
            ? "\".+\"" : QueryHole.quoted(workloads.map(QueryHole.regexEscaped).joined(separator: "|"))
    }
}
