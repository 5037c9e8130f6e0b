/// A mesh of services for the fleet's measurement: what its counters show at a moment is a function of names and time.
///
/// Each service has five pods with two classes of answers, 10 label sets after aggregation, and a histogram a pod.
/// Every other service has two versions.
struct FleetMesh {
    static let pods = 5
    static let classes = ["200", "500"]
    static let bounds = [
        "0.5", "1", "5", "10", "25", "50", "100", "250", "500", "1000", "2500", "5000", "10000", "30000", "60000",
        "300000", "600000", "1800000", "3600000", "+Inf",
    ]

    let services: Int

    static func name(_ service: Int) -> String { "service-\(service)" }
    static func hasTwoVersions(_ service: Int) -> Bool { service % 2 == 0 }

    /// The routes of all services, as files hold them.
    var routes: String {
        (0..<services).map { service in
            let name = Self.name(service)
            let entries =
                Self.hasTwoVersions(service)
                ? [("v1", 80), ("v2", 20)].map {
                    "    - destination: { host: \(name), subset: \($0) }\n      weight: \($1)"
                }
                : ["    - destination: { host: \(name) }"]
            return """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: { name: \(name), namespace: mesh }
                spec:
                  hosts: [\(name)]
                  http:
                  - route:
                \(entries.joined(separator: "\n"))
                """
        }.joined(separator: "\n---\n")
    }

    // MARK: Series

    /// One series: its labels as JSON, and how much it grows a second.
    struct Series {
        var labels: String
        var rate: Int
    }

    func requests(_ service: Int) -> [Series] {
        (0..<Self.pods).flatMap { pod in
            Self.classes.map { code in
                let labels =
                    Self.labels(service, pod)
                    + ",\"grpc_response_status\":\"\",\"request_protocol\":\"http\",\"response_flags\":\"-\""
                return Series(labels: "\(labels),\"response_code\":\"\(code)\"", rate: code == "200" ? 20 + pod : 1)
            }
        }
    }

    func buckets(_ service: Int) -> [Series] {
        (0..<Self.pods).flatMap { pod in
            Self.bounds.enumerated().map { place, bound in
                let labels = Self.labels(service, pod) + ",\"le\":\"\(bound)\",\"response_code\":\"200\""
                return Series(labels: labels, rate: place + 1)
            }
        }
    }

    func sampleTimes(_ service: Int) -> [Series] {
        (0..<Self.pods).map { Series(labels: "\"pod\":\"\(Self.podName(service, $0))\"", rate: 1) }
    }

    private static func labels(_ service: Int, _ pod: Int) -> String {
        let version = hasTwoVersions(service) && pod == pods - 1 ? "v2" : "v1"
        return "\"destination_canonical_revision\":\"\(version)\","
            + "\"destination_service\":\"\(name(service)).mesh.svc.cluster.local\","
            + "\"destination_version\":\"\(version)\",\"destination_workload\":\"\(name(service))-\(version)\","
            + "\"destination_workload_namespace\":\"mesh\",\"pod\":\"\(podName(service, pod))\","
            + "\"reporter\":\"destination\""
    }

    private static func podName(_ service: Int, _ pod: Int) -> String { "\(name(service))-7d4b9f66c8-x\(pod)z9q" }
}
