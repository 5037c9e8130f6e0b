/// The queries that are embedded in the binary.
package enum QueryLibrary {
    /// All of them, by name. An error here is a mistake in the repository, which a test shows.
    package static func builtIn() throws(QueryError) -> [CanaryQuery] {
        var queries: [CanaryQuery] = []
        for (name, bytes) in files {
            queries.append(try CanaryQuery(name: name, text: String(decoding: bytes, as: UTF8.self)))
        }
        return queries
    }

    private static var files: [(String, [UInt8])] {
        [
            ("canary_callers", PackageResources.canary_callers_promql),
            ("error_requests", PackageResources.error_requests_promql),
            ("latency_buckets", PackageResources.latency_buckets_promql),
            ("process_start", PackageResources.process_start_promql),
            ("request_totals", PackageResources.request_totals_promql),
            ("unattributed_requests", PackageResources.unattributed_requests_promql),
        ]
    }
}
