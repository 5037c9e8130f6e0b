/// The queries that are embedded in the binary.
enum BuiltInQueries {
    /// Every file of `promql/`, by name; a test compares the list with the folder.
    static var files: [(name: String, bytes: [UInt8])] {
        [
            ("canary_callers", PackageResources.canary_callers_promql),
            ("cohort_requests", PackageResources.cohort_requests_promql),
            ("error_requests", PackageResources.error_requests_promql),
            ("fleet_latency_buckets", PackageResources.fleet_latency_buckets_promql),
            ("fleet_request_totals", PackageResources.fleet_request_totals_promql),
            ("grafana_errors", PackageResources.grafana_errors_promql),
            ("grafana_p99", PackageResources.grafana_p99_promql),
            ("grpc_request_messages", PackageResources.grpc_request_messages_promql),
            ("grpc_response_messages", PackageResources.grpc_response_messages_promql),
            ("grpc_statuses", PackageResources.grpc_statuses_promql),
            ("kiali_errors", PackageResources.kiali_errors_promql),
            ("kiali_p99", PackageResources.kiali_p99_promql),
            ("latency_buckets", PackageResources.latency_buckets_promql),
            ("pod_scrapes", PackageResources.pod_scrapes_promql),
            ("process_start", PackageResources.process_start_promql),
            ("request_totals", PackageResources.request_totals_promql),
            ("sample_time", PackageResources.sample_time_promql),
            ("source_misrouted", PackageResources.source_misrouted_promql),
            ("source_unreached", PackageResources.source_unreached_promql),
            ("targets_up", PackageResources.targets_up_promql),
            ("tcp_closed_connections", PackageResources.tcp_closed_connections_promql),
            ("tcp_opened_connections", PackageResources.tcp_opened_connections_promql),
            ("tcp_received_bytes", PackageResources.tcp_received_bytes_promql),
            ("tcp_sent_bytes", PackageResources.tcp_sent_bytes_promql),
            ("unattributed_requests", PackageResources.unattributed_requests_promql),
        ]
    }
}
