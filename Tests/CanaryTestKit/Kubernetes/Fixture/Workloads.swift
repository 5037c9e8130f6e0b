import CanaryYAML

/// The objects that controllers make of the demo service's Deployments.
enum Workloads {
    typealias Version = ClusterFixture.Version

    private static let started = "2026-01-01T00:00:00Z"
    private static let namespace = JSONValue.string(ClusterFixture.namespace)

    static func deployment(_ version: Version, template: String, replicas: Int) -> JSONValue {
        var document: JSONValue = [
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": [
                "name": .string(version.workload), "namespace": namespace,
                "labels": ["app": "demo4", "version": .string(version.rawValue)],
                "annotations": ["deployment.kubernetes.io/revision": "1"],
            ],
            "spec": [
                "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": labels(version)],
                "template": ["metadata": ["labels": labels(version)]],
            ],
        ]
        setTemplate(template, version, &document)
        return document
    }

    /// The hash a Deployment's pods have; the image's tag carries it.
    static func template(_ deployment: JSONValue) -> String? {
        let image = deployment["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"]?.string
        return image?.split(separator: ":").last.map(String.init)
    }

    static func setTemplate(_ template: String, _ version: Version, _ deployment: inout JSONValue) {
        deployment.set(["spec", "template", "spec"], ["containers": containers(template)])
    }

    static func replicaSet(_ version: Version, template: String, replicas: Int, owner: JSONValue?) -> JSONValue {
        [
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": [
                "name": .string("\(version.workload)-\(template)"), "namespace": namespace,
                "labels": labels(version, template: template), "ownerReferences": owners(owner),
            ],
            "spec": [
                "replicas": .integer(Int64(replicas)),
                "selector": ["matchLabels": labels(version, template: template)],
                "template": ["metadata": ["labels": labels(version, template: template)]],
            ],
        ]
    }

    static func pod(
        _ version: Version,
        _ name: String,
        template: String,
        address: String,
        owner: JSONValue?
    ) -> JSONValue {
        var pod: JSONValue = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": namespace, "labels": labels(version, template: template),
                "annotations": [
                    "prometheus.io/scrape": "true", "prometheus.io/port": "15020",
                    "prometheus.io/path": "/stats/prometheus",
                ],
                "ownerReferences": owners(owner),
            ],
            "spec": ["nodeName": "node-1", "containers": containers(template)],
            "status": [
                "phase": "Running", "podIP": .string(address), "podIPs": [["ip": .string(address)]],
                "startTime": .string(started),
                "containerStatuses": [container("app"), container("istio-proxy")],
            ],
        ]
        setReady(true, &pod)
        return pod
    }

    static func isReady(_ pod: JSONValue) -> Bool {
        (pod["status"]?["conditions"]?.items ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
    }

    static func setReady(_ isReady: Bool, _ pod: inout JSONValue) {
        let word: JSONValue = isReady ? "True" : "False"
        pod.set(
            ["status", "conditions"],
            [
                ["type": "PodScheduled", "status": "True"], ["type": "Initialized", "status": "True"],
                ["type": "ContainersReady", "status": word], ["type": "Ready", "status": word],
            ]
        )
        pod.editItems(["status", "containerStatuses"]) { status in
            if status["name"]?.string == "app" { status.set(["ready"], .bool(isReady)) }
        }
    }

    /// One restart more of the application, which runs anew.
    static func restart(_ pod: inout JSONValue) {
        pod.editItems(["status", "containerStatuses"]) { status in
            let count = (status["restartCount"]?.integer ?? 0) + 1
            status.set(["restartCount"], .integer(Int64(count)))
            status.set(["state"], ["running": ["startedAt": .string("2026-01-01T01:00:\(two(count))Z")]])
        }
    }

    static func setCounts(_ document: inout JSONValue, pods: Int, ready: Int) {
        document.set(
            ["status"],
            [
                "replicas": .integer(Int64(pods)), "readyReplicas": .integer(Int64(ready)),
                "availableReplicas": .integer(Int64(ready)), "updatedReplicas": .integer(Int64(pods)),
                "observedGeneration": document["metadata"]?["generation"] ?? 1,
            ]
        )
    }

    /// The slice of a Service's pods.
    static func endpoints(of service: String, _ pods: [JSONValue]) -> JSONValue {
        let endpoints = pods.map { pod -> JSONValue in
            let isReady = isReady(pod)
            let isLeaving = pod["metadata"]?["deletionTimestamp"] != nil
            return [
                "addresses": .array([pod["status"]?["podIP"] ?? ""]),
                "conditions": [
                    "ready": .bool(isReady && !isLeaving), "serving": .bool(isReady), "terminating": .bool(isLeaving),
                ],
                "nodeName": "node-1",
                "targetRef": [
                    "kind": "Pod", "name": pod["metadata"]?["name"] ?? "", "namespace": namespace,
                    "uid": pod["metadata"]?["uid"] ?? "",
                ],
            ]
        }
        return [
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": [
                "name": .string("\(service)-x7k2p"), "namespace": namespace,
                "labels": [
                    "kubernetes.io/service-name": .string(service),
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                ],
            ],
            "ports": [["name": "http", "port": 8080, "protocol": "TCP"]],
            "endpoints": .array(endpoints),
        ]
    }

    /// Five letters and digits as in the names of pods.
    static func suffix(_ number: Int) -> String {
        let digits = String(number, radix: 36)
        return String(repeating: "x", count: max(0, 5 - digits.count)) + digits
    }

    private static func labels(_ version: Version, template: String? = nil) -> JSONValue {
        var labels: [String: JSONValue] = ["app": "demo4", "version": .string(version.rawValue)]
        labels["pod-template-hash"] = template.map { .string($0) }
        return .object(labels)
    }

    private static func containers(_ template: String) -> JSONValue {
        [
            ["name": "app", "image": .string("registry.local/demo4:\(template)"), "ports": [["containerPort": 8080]]],
            [
                "name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.27.0",
                "ports": [["name": "http-envoy-prom", "containerPort": 15090, "protocol": "TCP"]],
            ],
        ]
    }

    private static func container(_ name: JSONValue) -> JSONValue {
        [
            "name": name, "ready": true, "restartCount": 0, "started": true,
            "state": ["running": ["startedAt": .string(started)]],
        ]
    }

    private static func owners(_ owner: JSONValue?) -> JSONValue {
        guard let owner else { return [] }
        return [
            [
                "apiVersion": owner["apiVersion"] ?? "", "kind": owner["kind"] ?? "", "controller": true,
                "blockOwnerDeletion": true, "name": owner["metadata"]?["name"] ?? "",
                "uid": owner["metadata"]?["uid"] ?? "",
            ]
        ]
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number % 60)" }
}

extension JSONValue {
    /// Writes a member below nested objects, which are made if need be.
    mutating func set(_ path: [String], _ value: JSONValue) {
        guard let first = path.first else {
            self = value
            return
        }
        var members = self.members ?? [:]
        var child = members[first] ?? [:]
        child.set(Array(path.dropFirst()), value)
        members[first] = child
        self = .object(members)
    }

    /// Edits each item of a list below nested objects.
    mutating func editItems(_ path: [String], _ edit: (inout JSONValue) -> Void) {
        var here: JSONValue? = self
        for step in path { here = here?[step] }
        guard var items = here?.items else { return }
        for index in items.indices { edit(&items[index]) }
        set(path, .array(items))
    }
}
