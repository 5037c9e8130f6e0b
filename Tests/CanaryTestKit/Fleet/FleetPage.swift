/// The page of one pod's sidecar: Istio's request counter and its duration histogram, as the destination reports them.
struct FleetPage: Sendable {
    let template: String
    /// The labels of answers with 200 and with 503, without braces.
    private let good: [UInt8]
    private let bad: [UInt8]
    /// How many lines the proxy says of itself, the same for ever.
    private let own: Int

    /// A page without traffic.
    static let silent = Array("# TYPE istio_build gauge\nistio_build{component=\"proxy\",tag=\"1.29.1\"} 1\n".utf8)

    /// Statistics of a proxy about the services that it calls, which nobody asks for.
    private static let ownLines: [[UInt8]] = (0..<2000).map { line in
        Array("envoy_cluster_upstream_cx_total{cluster_name=\"outbound|80||other-\(line).shop\"} \(line)\n".utf8)
    }

    private static let lines: [[UInt8]] =
        (PodBehaviour.bounds.map { $0 < 1 ? "0.5" : String(Int($0)) } + ["+Inf"]).map { Array(",le=\"\($0)\"} ".utf8) }

    init(_ service: FleetService, _ slot: FleetService.Slot, template: String) {
        self.template = template
        good = Array(Self.labels(service, slot, code: "200").utf8)
        bad = Array(Self.labels(service, slot, code: "503").utf8)
        own = min(max(service.ownLines, 0), Self.ownLines.count)
    }

    /// The page after these requests.
    func bytes(_ counts: AnswerCounts) -> [UInt8] {
        let series = [(good, counts.buckets(good: true)), (bad, counts.buckets(good: false))]
            .map { labels, buckets in (labels: labels, buckets: buckets, count: buckets.reduce(0, +)) }
            .filter { $0.count > 0 }
        var page: [UInt8] = []
        page.reserveCapacity(1024 + own * 128 + series.count * 24 * (good.count + 80))
        for line in Self.ownLines.prefix(own) { page += line }
        page += Self.silent
        guard !series.isEmpty else { return page }
        page += "# TYPE istio_requests_total counter\n".utf8
        for one in series {
            page += "istio_requests_total{".utf8
            page += one.labels
            page += "} ".utf8
            Self.append(one.count, to: &page)
            page.append(10)
        }
        page += "# TYPE istio_request_duration_milliseconds histogram\n".utf8
        for one in series {
            var below = 0
            for (count, line) in zip(one.buckets, Self.lines) {
                below += count
                page += "istio_request_duration_milliseconds_bucket{".utf8
                page += one.labels
                page += line
                Self.append(below, to: &page)
                page.append(10)
            }
            page += "istio_request_duration_milliseconds_sum{".utf8
            page += one.labels
            page += "} ".utf8
            // Nobody compares means; the sum only has to grow.
            Self.append(one.count &* 24, to: &page)
            page += "\nistio_request_duration_milliseconds_count{".utf8
            page += one.labels
            page += "} ".utf8
            Self.append(one.count, to: &page)
            page.append(10)
        }
        return page
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        var rest = max(number, 0)
        repeat {
            bytes.append(48 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private static func labels(_ service: FleetService, _ slot: FleetService.Slot, code: String) -> String {
        let (name, namespace, version) = (service.name, service.namespace, slot.rawValue)
        let pairs = [
            ("reporter", "destination"), ("source_workload", "caller"), ("source_canonical_service", "caller"),
            ("source_canonical_revision", "latest"), ("source_workload_namespace", "shop"),
            ("source_principal", "spiffe://cluster.local/ns/shop/sa/caller"), ("source_app", "caller"),
            ("source_version", "latest"), ("source_cluster", "Kubernetes"),
            ("destination_workload", service.workload(slot)), ("destination_workload_namespace", namespace),
            ("destination_principal", "spiffe://cluster.local/ns/\(namespace)/sa/\(name)"), ("destination_app", name),
            ("destination_version", version), ("destination_service", service.host),
            ("destination_canonical_service", name), ("destination_canonical_revision", version),
            ("destination_service_name", name), ("destination_service_namespace", namespace),
            ("destination_cluster", "Kubernetes"), ("request_protocol", "http"), ("response_code", code),
            ("grpc_response_status", ""), ("response_flags", "-"), ("connection_security_policy", "mutual_tls"),
        ]
        return pairs.map { "\($0.0)=\"\($0.1)\"" }.joined(separator: ",")
    }
}
