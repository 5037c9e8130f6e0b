/// The merged page of a sidecar's port 15020: pilot-agent, then Envoy, then the application.
enum MeshPage {
    static func page(of pod: SimulatedPod, at seconds: Double, in configuration: MeshConfiguration) -> [UInt8] {
        let statistics = pod.statistics
        let shown = statistics.counters.count { $0 > 0 }
        var text = PageText(capacity: 8192 + shown * 25_000)
        let start = configuration.epochSeconds * 100 + pod.startHundredths
        let upSeconds = Int(seconds) - Int(pod.startHundredths / 100)
        if configuration.scenario != .noData {
            appendAgent(start: start, to: &text)
            appendCounters(of: pod, to: &text)
            appendGauges(upSeconds: upSeconds, to: &text)
            appendHistograms(of: pod, to: &text)
        }
        appendApplication(of: pod, start: start, upSeconds: upSeconds, to: &text)
        return text.bytes
    }

    // MARK: - Parts

    private static func appendAgent(start: Int64, to text: inout PageText) {
        text.append(
            "# HELP istio_agent_cert_expiry_seconds Seconds before the certificate chain expires.\n"
        )
        text.append("# TYPE istio_agent_cert_expiry_seconds gauge\n")
        text.append("istio_agent_cert_expiry_seconds{resource_name=\"default\"} 43199.5\n")
        text.append("# HELP istio_agent_go_goroutines Number of goroutines that currently exist.\n")
        text.append("# TYPE istio_agent_go_goroutines gauge\n")
        text.append("istio_agent_go_goroutines 69\n")
        text.append("# HELP istio_agent_process_resident_memory_bytes Resident memory size in bytes.\n")
        text.append("# TYPE istio_agent_process_resident_memory_bytes gauge\n")
        text.append("istio_agent_process_resident_memory_bytes 4.5297664e+07\n")
        text.append(
            "# HELP istio_agent_process_start_time_seconds Start time of the process since unix epoch in seconds.\n"
        )
        text.append("# TYPE istio_agent_process_start_time_seconds gauge\n")
        text.append("istio_agent_process_start_time_seconds ")
        text.append(scientificHundredths: start)
        text.endLine()
        text.append("# HELP istio_build Istio component build info\n")
        text.append("# TYPE istio_build gauge\n")
        text.append("istio_build{component=\"agent\",tag=\"1.29.1\"} 1\n")
    }

    private static func appendCounters(of pod: SimulatedPod, to text: inout PageText) {
        let counters = pod.statistics.counters
        var byCode = [0, 0, 0]
        for caller in Caller.allCases {
            for response in ResponseKind.allCases {
                let position = response == .success ? 0 : response == .notFound ? 1 : 2
                byCode[position] += counters[SeriesSlot.incoming(caller, response)]
            }
        }
        text.append("# TYPE envoy_cluster_upstream_cx_total counter\n")
        text.append("envoy_cluster_upstream_cx_total{cluster_name=\"xds-grpc\"} 1\n")
        text.append("# TYPE envoy_cluster_upstream_rq counter\n")
        for (position, names) in [("200", "2xx"), ("404", "4xx"), ("503", "5xx")].enumerated()
        where byCode[position] > 0 {
            for (label, name) in [("response_code", names.0), ("response_code_class", names.1)] {
                text.append("envoy_cluster_upstream_rq{cluster_name=\"inbound|8080||\",\(label)=\"\(name)\"} ")
                text.append(byCode[position])
                text.endLine()
            }
        }
        text.append("# TYPE envoy_cluster_upstream_rq_total counter\n")
        text.append("envoy_cluster_upstream_rq_total{cluster_name=\"inbound|8080||\"} ")
        text.append(byCode.reduce(0, +))
        text.append("\nenvoy_cluster_upstream_rq_total{cluster_name=\"xds-grpc\"} 1\n")
        text.append("# TYPE envoy_server_debug_assertion_failures counter\n")
        text.append("envoy_server_debug_assertion_failures{} 0\n")
        guard counters.contains(where: { $0 > 0 }) else { return }
        text.append("# TYPE istio_requests_total counter\n")
        for slot in counters.indices where counters[slot] > 0 {
            text.append("istio_requests_total{")
            text.append(SeriesLabels.labels(version: pod.version, slot: slot))
            text.append("} ")
            text.append(counters[slot])
            text.endLine()
        }
    }

    private static func appendGauges(upSeconds: Int, to text: inout PageText) {
        text.append("# TYPE envoy_cluster_membership_healthy gauge\n")
        text.append("envoy_cluster_membership_healthy{cluster_name=\"xds-grpc\"} 1\n")
        text.append("# TYPE envoy_server_live gauge\nenvoy_server_live{} 1\n")
        text.append("# TYPE envoy_server_uptime gauge\nenvoy_server_uptime{} ")
        text.append(upSeconds)
        text.append("\n# TYPE istio_build gauge\nistio_build{component=\"proxy\",tag=\"1.29.1\"} 1\n")
    }

    private static func appendHistograms(of pod: SimulatedPod, to text: inout PageText) {
        let table = pod.statistics.flushed
        var isFirst = true
        for slot in 0..<SeriesSlot.count {
            let counts = table.counts(of: slot)
            guard counts.contains(where: { $0 > 0 }) else { continue }
            if isFirst { text.append("# TYPE istio_request_duration_milliseconds histogram\n") }
            isFirst = false
            let labels = SeriesLabels.labels(version: pod.version, slot: slot)
            var total = 0
            for (count, bound) in zip(counts, boundTexts) {
                total += count
                text.append("istio_request_duration_milliseconds_bucket{")
                text.append(labels)
                text.append(bound)
                text.append(total)
                text.endLine()
            }
            text.append("istio_request_duration_milliseconds_sum{")
            text.append(labels)
            text.append("} ")
            text.append(hundredths: table.sumHundredths(of: slot))
            text.append("\nistio_request_duration_milliseconds_count{")
            text.append(labels)
            text.append("} ")
            text.append(total)
            text.endLine()
        }
    }

    private static func appendApplication(
        of pod: SimulatedPod,
        start: Int64,
        upSeconds: Int,
        to text: inout PageText
    ) {
        text.append("# HELP demo4_build_info Version of the application.\n# TYPE demo4_build_info gauge\n")
        text.append("demo4_build_info{version=\"\(pod.version.label)\",note=\"orders \\\"and\\\" returns\"} 1\n")
        text.append("# HELP demo4_orders_total Orders accepted.\n# TYPE demo4_orders_total counter\n")
        text.append("demo4_orders_total{kind=\"retail\"} ")
        text.append(pod.statistics.counters[SeriesSlot.outgoing])
        text.append("\n# HELP demo4_payload_ratio Compression of the last payload.\n# TYPE demo4_payload_ratio gauge\n")
        text.append("demo4_payload_ratio NaN\n")
        text.append("# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n")
        text.append("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total ")
        text.append(hundredths: upSeconds)
        text.append("\n# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.\n")
        text.append("# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds ")
        text.append(scientificHundredths: start)
        text.endLine()
    }

    /// What stands between the labels and a bucket's count.
    private static let boundTexts: [[UInt8]] = [
        "0.5", "1", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "30000", "60000",
        "300000",
        "600000", "1800000", "3600000", "+Inf",
    ].map { Array(",le=\"\($0)\"} ".utf8) }
}
