/// A sidecar's page for tests: series of requests with their histograms, shaped like Istio's.
struct IstioPage {
    struct Series {
        var reporter = "destination"
        var workload = "reviews-v1"
        var revision = "v1"
        var version = "v1"
        var caller = "client"
        var service = "reviews.test1.svc.cluster.local"
        var requestProtocol = "http"
        var code = "200"
        var grpcStatus = ""
        var flags = "-"
        var requests: Int
        /// Not cumulative, one more than the page's bounds; empty for none.
        var latency: [Int] = []

        var labels: String {
            """
            reporter="\(reporter)",source_workload="\(caller)",source_canonical_revision="latest",\
            destination_workload="\(workload)",destination_workload_namespace="test1",\
            destination_version="\(version)",destination_service="\(service)",\
            destination_canonical_revision="\(revision)",request_protocol="\(requestProtocol)",\
            response_code="\(code)",grpc_response_status="\(grpcStatus)",response_flags="\(flags)"
            """
        }
    }

    var series: [Series] = []
    var start: Double? = 1000
    var bounds: [Double] = [10, 100, 1000]
    var hasEnvoy = true

    var text: String {
        var lines: [String] = []
        if let start { lines.append("istio_agent_process_start_time_seconds \(start)") }
        if hasEnvoy {
            lines.append("# TYPE istio_build gauge")
            lines.append("istio_build{component=\"proxy\",tag=\"1.24.0\"} 1")
            for one in series { lines.append("istio_requests_total{\(one.labels)} \(one.requests)") }
            for one in series where !one.latency.isEmpty { lines += histogram(one) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var bytes: [UInt8] { Array(text.utf8) }

    private func histogram(_ one: Series) -> [String] {
        let name = "istio_request_duration_milliseconds"
        var lines: [String] = []
        var below = 0
        for (index, count) in one.latency.enumerated() {
            below += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            lines.append("\(name)_bucket{\(one.labels),le=\"\(bound)\"} \(below)")
        }
        lines.append("\(name)_sum{\(one.labels)} 1.5")
        lines.append("\(name)_count{\(one.labels)} \(below)")
        return lines
    }
}
