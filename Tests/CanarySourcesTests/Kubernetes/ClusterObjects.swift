import CanaryCore
import CanaryKubernetes
import CanaryTelemetry
import CanaryYAML

/// Objects of a small cluster: Service `demo4` in `test1`, subsets v1 and v2, and their pods.
enum ClusterObjects {
    static func meta(
        _ name: String,
        namespace: String = "test1",
        labels: [String: String] = [:],
        more: [String: JSONValue] = [:]
    ) -> JSONValue {
        .object(
            more.merging([
                "name": .string(name), "namespace": .string(namespace), "uid": .string("\(namespace)-\(name)-uid"),
                "labels": .object(labels.mapValues { .string($0) }),
            ]) { $1 }
        )
    }

    static func service(
        _ name: String = "demo4",
        namespace: String = "test1",
        selector: [String: String]? = ["app": "demo4"],
        labels: [String: String] = [:],
        spec more: [String: JSONValue] = [:]
    ) -> KubernetesObject {
        var spec: [String: JSONValue] = ["ports": [["name": "http", "port": 80]]]
        spec["selector"] = selector.map { .object($0.mapValues { .string($0) }) }
        return KubernetesObject([
            "apiVersion": "v1", "kind": "Service", "metadata": meta(name, namespace: namespace, labels: labels),
            "spec": .object(spec.merging(more) { $1 }),
        ])
    }

    static func destinationRule(
        _ name: String = "demo4-dr",
        namespace: String = "test1",
        host: String = "demo4",
        subsets: [String: [String: String]] = ["v1": ["version": "v1"], "v2": ["version": "v2"]]
    ) -> KubernetesObject {
        let entries = subsets.sorted { $0.key < $1.key }.map { name, labels in
            JSONValue.object(["name": .string(name), "labels": .object(labels.mapValues { .string($0) })])
        }
        return KubernetesObject([
            "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
            "metadata": meta(name, namespace: namespace),
            "spec": ["host": .string(host), "subsets": .array(entries)],
        ])
    }

    /// A rule's destinations as (host, subset).
    static func virtualService(
        _ rules: [[(host: String, subset: String?)]],
        names: [String?] = [],
        gateways: [String]? = nil
    ) -> KubernetesObject {
        let http = rules.enumerated().map { index, destinations in
            var rule: [String: JSONValue] = [
                "route": .array(
                    destinations.map { host, subset in
                        var destination: [String: JSONValue] = ["host": .string(host)]
                        destination["subset"] = subset.map { .string($0) }
                        return ["destination": .object(destination), "weight": 50]
                    }
                )
            ]
            if names.indices.contains(index) { rule["name"] = names[index].map { .string($0) } }
            return JSONValue.object(rule)
        }
        var spec: [String: JSONValue] = ["hosts": ["demo4"], "http": .array(http)]
        spec["gateways"] = gateways.map { .array($0.map { .string($0) }) }
        return KubernetesObject([
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": meta("demo4-vs"),
            "spec": .object(spec),
        ])
    }

    static func httpRoute(
        _ backends: [JSONValue] = [["name": "demo4-v1", "port": 80], ["name": "demo4-v2", "port": 80]],
        parents: [JSONValue] = [["name": "demo4-gateway"]]
    ) -> KubernetesObject {
        KubernetesObject([
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": meta("demo4"),
            "spec": ["parentRefs": .array(parents), "rules": [["backendRefs": .array(backends)]]],
        ])
    }

    /// A running pod of a Deployment `demo4-VERSION`.
    static func pod(
        _ name: String,
        version: String = "v1",
        namespace: String = "test1",
        ip: String? = "10.0.0.1",
        labels more: [String: String] = [:],
        metadata: [String: JSONValue] = [:],
        status: [String: JSONValue] = [:]
    ) -> KubernetesObject {
        let hash = "hash\(version)"
        let labels = ["app": "demo4", "version": version, "pod-template-hash": hash].merging(more) { $1 }
        let owner: JSONValue = ["kind": "ReplicaSet", "name": .string("demo4-\(version)-\(hash)"), "controller": true]
        var running: [String: JSONValue] = [
            "phase": "Running", "startTime": "2026-11-23T06:00:00Z",
            "conditions": [["type": "Ready", "status": "True"]],
        ]
        running["podIP"] = ip.map { .string($0) }
        running["podIPs"] = ip.map { .array([["ip": .string($0)]]) }
        return KubernetesObject([
            "apiVersion": "v1", "kind": "Pod",
            "metadata": meta(
                name,
                namespace: namespace,
                labels: labels,
                more: ["ownerReferences": [owner]].merging(metadata) { $1 }
            ),
            "status": .object(running.merging(status) { $1 }),
        ])
    }

    /// A slice whose endpoints are pods of `test1` by name; conditions that are left out are not known.
    ///
    /// - Parameter hasUIDs: whether the endpoints say the pods' uids, which a server gives anew.
    static func slice(
        _ endpoints: [(pod: String, conditions: [String: JSONValue])],
        service: String = "demo4",
        family: String = "IPv4",
        hasUIDs: Bool = true
    ) -> KubernetesObject {
        KubernetesObject([
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": .string(family),
            "metadata": meta("\(service)-\(family)", labels: ["kubernetes.io/service-name": service]),
            "endpoints": .array(
                endpoints.map { pod, conditions in
                    var reference: [String: JSONValue] = ["kind": "Pod", "name": .string(pod)]
                    if hasUIDs { reference["uid"] = .string("test1-\(pod)-uid") }
                    return [
                        "addresses": [.string("10.9.9.9")], "conditions": .object(conditions),
                        "targetRef": .object(reference),
                    ]
                }
            ),
        ])
    }

    static let ready: [String: JSONValue] = ["ready": true, "serving": true, "terminating": false]
    static let notReady: [String: JSONValue] = ["ready": false, "serving": false, "terminating": false]
    static let draining: [String: JSONValue] = ["ready": false, "serving": true, "terminating": true]

    static func spec(
        _ route: RouteSpec,
        reporter: Reporter = .destination,
        pods: PodScrape? = PodScrape()
    ) -> CanarySpec {
        CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: route,
            telemetry: TelemetrySpec(pods: pods, reporter: reporter)
        )
    }

    static let subsetRoute = RouteSpec(
        object: "demo4-vs",
        stable: DestinationSpec(subset: "v1"),
        canary: DestinationSpec(subset: "v2")
    )
}
