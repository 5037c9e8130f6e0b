package import CanaryQueries
package import CanaryTelemetry

/// What is asked about a whole fleet: one query a question, for all services at once.
package struct FleetQuestions: Sendable, Hashable {
    /// A query with its name, which messages tell.
    package struct Question: Sendable, Hashable {
        package var name: String
        package var text: String
    }

    package var requests: Question
    package var buckets: Question
    /// When each pod was scraped: without it a value is taken as new.
    package var sampleTimes: Question?
    /// Which pods are scraped more than once; nil if the set has no such query.
    package var copies: Question?

    /// Fills the queries of a set.
    ///
    /// - Parameter match: labels that all series must carry.
    package init(
        _ queries: QuerySet,
        podLabel: String,
        reporter: Reporter,
        match: [String: String] = [:]
    ) throws(SourceError) {
        let matchers = match.sorted { $0.key < $1.key }.map { ", \($0.key)=\(QueryHole.quoted($0.value))" }
        var holes = queryHoles(fleet: reporter.rawValue, podLabel: podLabel)
        holes["match"] = .matchers(matchers.joined())
        // Every series of the mesh has a service; a selector needs something there.
        holes["cohorts"] = .matchers(#"destination_service!="""#)
        requests = try Self.question("fleet_request_totals", queries, holes)
        buckets = try Self.question("fleet_latency_buckets", queries, holes)
        let times = queries["fleet_sample_time"] == nil ? "sample_time" : "fleet_sample_time"
        sampleTimes = queries[times] == nil ? nil : try Self.question(times, queries, holes)
        guard queries["pod_scrapes"] != nil else { return }
        if reporter == .destination {
            // Pods of one name in two namespaces are two pods.
            holes["pod"] = .matchers("\(podLabel), destination_workload_namespace")
        }
        copies = try Self.question("pod_scrapes", queries, holes)
    }

    private static func question(
        _ name: String,
        _ queries: QuerySet,
        _ holes: [String: QueryHole]
    ) throws(SourceError) -> Question {
        guard let query = queries[name] else {
            throw SourceError(
                .badQuery,
                "there is no query '\(name)'",
                hint: "'haldane queries list' shows those there are"
            )
        }
        do throws(QueryError) {
            return Question(name: name, text: try query.filled(holes))
        } catch {
            throw SourceError(.badQuery, "the query '\(name)' cannot be asked", cause: "\(error)")
        }
    }
}
