/// A page as a busy sidecar shows it: Envoy's own families and Istio's, the latter about half of the bytes.
enum IstioPage {
    /// At least this many bytes, the same ones each time.
    static func make(bytes wanted: Int) -> [UInt8] {
        var text = ""
        text.reserveCapacity(wanted + 65_536)
        text += "# TYPE istio_build gauge\nistio_build{component=\"proxy\",tag=\"1.29.1\"} 1\n"
        var caller = 0
        while text.utf8.count < wanted {
            appendIstio(caller: caller, to: &text)
            appendEnvoy(group: caller, to: &text)
            caller += 1
        }
        return Array(text.utf8)
    }

    private static func appendIstio(caller: Int, to text: inout String) {
        let labels = labels(caller: caller)
        let total = 1_000 + caller * 37
        text += "# TYPE istio_requests_total counter\nistio_requests_total{\(labels)} \(total)\n"
        for family in ["istio_request_duration_milliseconds", "istio_request_bytes", "istio_response_bytes"] {
            text += "# TYPE \(family) histogram\n"
            for (position, bound) in bounds.enumerated() {
                let count = total * min(position + 1, 12) / 12
                text += "\(family)_bucket{\(labels),le=\"\(bound)\"} \(count)\n"
            }
            text += "\(family)_sum{\(labels)} \(total * 17).25\n\(family)_count{\(labels)} \(total)\n"
        }
    }

    private static func labels(caller: Int) -> String {
        let workload = caller % 2 == 0 ? "demo4-deployment-v1" : "demo4-deployment-v2"
        let pairs = [
            ("reporter", "destination"), ("source_workload", "caller-\(caller)"),
            ("source_canonical_service", "caller-\(caller)"), ("source_canonical_revision", "latest"),
            ("source_workload_namespace", "shop"), ("source_app", "caller-\(caller)"), ("source_version", "v1"),
            ("source_principal", "spiffe://cluster.local/ns/shop/sa/caller-\(caller)"), ("source_cluster", "main"),
            ("destination_workload", workload), ("destination_workload_namespace", "test1"),
            ("destination_app", "demo4"), ("destination_version", caller % 2 == 0 ? "v1" : "v2"),
            ("destination_principal", "spiffe://cluster.local/ns/test1/sa/demo4"),
            ("destination_service", "demo4.test1.svc.cluster.local"), ("destination_service_name", "demo4"),
            ("destination_service_namespace", "test1"), ("destination_canonical_service", "demo4"),
            ("destination_canonical_revision", caller % 2 == 0 ? "v1" : "v2"), ("destination_cluster", "main"),
            ("request_protocol", "http"), ("response_code", "200"), ("grpc_response_status", ""),
            ("response_flags", "-"), ("connection_security_policy", "mutual_tls"),
        ]
        return pairs.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
    }

    private static func appendEnvoy(group: Int, to text: inout String) {
        for family in 0..<60 {
            let name = "envoy_cluster_upstream_family_\(family)"
            text += "# TYPE \(name) counter\n"
            for cluster in 0..<7 {
                let address =
                    "outbound|\(8000 + cluster)||service-\(group)-\(cluster).namespace-\(cluster).svc.cluster.local"
                text += "\(name){cluster_name=\"\(address)\"} \(group * 31 + family * cluster)\n"
            }
        }
    }

    private static let bounds = [
        "0.5", "1", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "30000", "60000",
        "300000", "600000", "1800000", "3600000", "+Inf",
    ]
}
