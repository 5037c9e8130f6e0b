/// The 25 labels of Istio's HTTP metrics, written once for each combination that the mesh can show.
enum SeriesLabels {
    /// The labels without braces, by version and slot, in the order of today's proxies.
    static func labels(version: SimulatedPod.Version, slot: Int) -> [UInt8] {
        table[version.rawValue * SeriesSlot.count + slot]
    }

    private static let table: [[UInt8]] = [SimulatedPod.Version.stable, .canary].flatMap { version in
        Caller.allCases.flatMap { caller in
            ResponseKind.allCases.map { response in
                Array(incoming(version, caller, response).joined(separator: ",").utf8)
            }
        } + [Array(outgoing(version).joined(separator: ",").utf8)]
    }

    private static func incoming(
        _ version: SimulatedPod.Version,
        _ caller: Caller,
        _ response: ResponseKind
    ) -> [String] {
        [#"reporter="destination""#]
            + peer("source", caller.workload, caller.workload, "latest", caller.namespace, caller.workload)
            + [#"source_cluster="Kubernetes""#]
            + destination("demo4-deployment-\(version.label)", "demo4", version.label, "test1")
            + outcome(code: response.code, flags: response.flags, security: "mutual_tls")
    }

    private static func outgoing(_ version: SimulatedPod.Version) -> [String] {
        [#"reporter="source""#]
            + peer("source", "demo4-deployment-\(version.label)", "demo4", version.label, "test1", "demo4")
            + [#"source_cluster="Kubernetes""#]
            + destination("ledger", "ledger", "latest", "test1")
            + outcome(code: "200", flags: "-", security: "unknown")
    }

    private static func peer(
        _ side: String,
        _ workload: String,
        _ service: String,
        _ revision: String,
        _ namespace: String,
        _ account: String
    ) -> [String] {
        [
            "\(side)_workload=\"\(workload)\"",
            "\(side)_canonical_service=\"\(service)\"",
            "\(side)_canonical_revision=\"\(revision)\"",
            "\(side)_workload_namespace=\"\(namespace)\"",
            "\(side)_principal=\"spiffe://cluster.local/ns/\(namespace)/sa/\(account)\"",
            "\(side)_app=\"\(service)\"",
            "\(side)_version=\"\(revision)\"",
        ]
    }

    private static func destination(
        _ workload: String,
        _ service: String,
        _ revision: String,
        _ namespace: String
    ) -> [String] {
        [
            "destination_workload=\"\(workload)\"",
            "destination_workload_namespace=\"\(namespace)\"",
            "destination_principal=\"spiffe://cluster.local/ns/\(namespace)/sa/\(service)\"",
            "destination_app=\"\(service)\"",
            "destination_version=\"\(revision)\"",
            "destination_service=\"\(service).\(namespace).svc.cluster.local\"",
            "destination_canonical_service=\"\(service)\"",
            "destination_canonical_revision=\"\(revision)\"",
            "destination_service_name=\"\(service)\"",
            "destination_service_namespace=\"\(namespace)\"",
            #"destination_cluster="Kubernetes""#,
        ]
    }

    private static func outcome(code: String, flags: String, security: String) -> [String] {
        [
            #"request_protocol="http""#,
            "response_code=\"\(code)\"",
            #"grpc_response_status="""#,
            "response_flags=\"\(flags)\"",
            "connection_security_policy=\"\(security)\"",
        ]
    }
}
