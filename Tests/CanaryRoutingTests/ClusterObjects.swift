import CanaryKubernetes
import CanaryYAML

/// Objects of a cluster for tests of pure functions.
enum ClusterObjects {
    static func object(
        _ apiVersion: String,
        _ kind: String,
        _ name: String,
        namespace: String = "test1",
        metadata: [String: JSONValue] = [:],
        spec: JSONValue
    ) -> KubernetesObject {
        let own: [String: JSONValue] = ["name": .string(name), "namespace": .string(namespace)]
        return KubernetesObject([
            "apiVersion": .string(apiVersion), "kind": .string(kind),
            "metadata": .object(own.merging(metadata) { $1 }), "spec": spec,
        ])
    }

    static func virtualService(
        _ name: String = "demo4-vs",
        namespace: String = "test1",
        hosts: [String] = ["demo4"],
        gateways: [String] = [],
        rule: [String: JSONValue] = [:],
        route: JSONValue = pair,
        metadata: [String: JSONValue] = [:],
        spec: [String: JSONValue] = [:]
    ) -> KubernetesObject {
        var members = spec
        members["hosts"] = .array(hosts.map { .string($0) })
        if !gateways.isEmpty { members["gateways"] = .array(gateways.map { .string($0) }) }
        members["http"] = [.object(rule.merging(["route": route]) { $1 })]
        return object(
            "networking.istio.io/v1",
            "VirtualService",
            name,
            namespace: namespace,
            metadata: metadata,
            spec: .object(members)
        )
    }

    static let pair: JSONValue = [
        ["destination": ["host": "demo4", "subset": "v1"], "weight": 90],
        ["destination": ["host": "demo4", "subset": "v2"], "weight": 10],
    ]

    static func httpRoute(
        _ name: String = "demo4",
        namespace: String = "test1",
        parents: JSONValue = [["name": "gateway"]],
        rule: [String: JSONValue] = [:],
        backends: JSONValue = [["name": "demo4-v1", "weight": 90], ["name": "demo4-v2", "weight": 10]],
        metadata: [String: JSONValue] = [:]
    ) -> KubernetesObject {
        object(
            "gateway.networking.k8s.io/v1",
            "HTTPRoute",
            name,
            namespace: namespace,
            metadata: metadata,
            spec: ["parentRefs": parents, "rules": [.object(rule.merging(["backendRefs": backends]) { $1 })]]
        )
    }

    static func service(_ name: String, _ selector: [String: JSONValue]) -> KubernetesObject {
        object("v1", "Service", name, spec: ["selector": .object(selector)])
    }

    static let services = [
        service("demo4", ["app": "demo4"]), service("demo4-v1", ["app": "demo4", "version": "v1"]),
        service("demo4-v2", ["app": "demo4", "version": "v2"]),
    ]

    static func destinationRule(_ host: String = "demo4", spec: [String: JSONValue] = [:]) -> KubernetesObject {
        var members = spec
        members["host"] = .string(host)
        if members["subsets"] == nil {
            members["subsets"] = [
                ["name": "v1", "labels": ["version": "v1"]], ["name": "v2", "labels": ["version": "v2"]],
            ]
        }
        return object("networking.istio.io/v1", "DestinationRule", "\(host)-dr", spec: .object(members))
    }
}
