import CanaryYAML

/// The objects of one service as people and controllers write them.
struct FleetDocuments {
    typealias Slot = FleetService.Slot

    /// A pod as far as its object tells it.
    struct Pod: Sendable, Hashable {
        var name: String
        var template: String
        var address: String
        var isReady: Bool
    }

    let service: FleetService
    /// The port of the pods' pages, as their annotation says it.
    let port: Int

    private static let started: JSONValue = "2026-01-01T00:00:00Z"

    private var namespace: JSONValue { .string(service.namespace) }

    // MARK: What people write

    var serviceObject: JSONValue {
        [
            "apiVersion": "v1", "kind": "Service",
            "metadata": [
                "name": .string(service.name), "namespace": namespace, "labels": ["app": .string(service.name)],
            ],
            "spec": [
                "type": "ClusterIP", "clusterIP": "10.96.4.10", "selector": ["app": .string(service.name)],
                "ports": [["name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"]],
            ],
        ]
    }

    var destinationRule: JSONValue {
        [
            "apiVersion": "networking.istio.io/v1", "kind": "DestinationRule",
            "metadata": ["name": .string(service.name), "namespace": namespace],
            "spec": [
                "host": .string(service.host),
                "subsets": .array(
                    Slot.allCases.map { slot in
                        ["name": .string(slot.rawValue), "labels": ["version": .string(slot.rawValue)]]
                    }
                ),
            ],
        ]
    }

    var virtualService: JSONValue {
        let entries = Slot.allCases.map { slot -> JSONValue in
            [
                "destination": ["host": .string(service.host), "subset": .string(slot.rawValue)],
                "weight": .integer(Int64(service.weights[slot.position])),
            ]
        }
        return [
            "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
            "metadata": ["name": .string(service.name), "namespace": namespace],
            "spec": ["hosts": [.string(service.host)], "http": [["route": .array(entries)]]],
        ]
    }

    // MARK: What controllers make of it

    func deployment(_ slot: Slot, template: String, revision: Int, replicas: Int) -> JSONValue {
        [
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": [
                "name": .string(service.workload(slot)), "namespace": namespace, "labels": labels(slot),
                "annotations": ["deployment.kubernetes.io/revision": .string(String(revision))],
            ],
            "spec": [
                "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": labels(slot)],
                "template": podTemplate(slot, template: nil, image: template),
            ],
        ]
    }

    func replicaSet(_ slot: Slot, template: String, revision: Int, replicas: Int, owner: JSONValue?) -> JSONValue {
        [
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": [
                "name": .string("\(service.workload(slot))-\(template)"), "namespace": namespace,
                "labels": labels(slot, template: template), "ownerReferences": owners(owner),
                "annotations": ["deployment.kubernetes.io/revision": .string(String(revision))],
            ],
            "spec": [
                "replicas": .integer(Int64(replicas)),
                "selector": ["matchLabels": labels(slot, template: template)],
                "template": podTemplate(slot, template: template, image: template),
            ],
        ]
    }

    func pod(_ pod: Pod, _ slot: Slot, owner: JSONValue?) -> JSONValue {
        let word: JSONValue = pod.isReady ? "True" : "False"
        return [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string(pod.name), "namespace": namespace, "labels": labels(slot, template: pod.template),
                "annotations": [
                    "prometheus.io/scrape": "true", "prometheus.io/port": .string(String(port)),
                    "prometheus.io/path": "/stats/prometheus",
                ],
                "ownerReferences": owners(owner),
            ],
            "spec": ["nodeName": "node-1", "containers": containers(pod.template)],
            "status": [
                "phase": "Running", "podIP": .string(pod.address), "podIPs": [["ip": .string(pod.address)]],
                "startTime": Self.started,
                "conditions": [
                    ["type": "PodScheduled", "status": "True"], ["type": "Initialized", "status": "True"],
                    ["type": "ContainersReady", "status": word], ["type": "Ready", "status": word],
                ],
                "containerStatuses": [container("app", isReady: pod.isReady), container("istio-proxy", isReady: true)],
            ],
        ]
    }

    /// The slice of the Service, with both slots' pods.
    func endpointSlice(_ pods: [Pod]) -> JSONValue {
        let endpoints = pods.map { pod -> JSONValue in
            [
                "addresses": [.string(pod.address)],
                "conditions": ["ready": .bool(pod.isReady), "serving": .bool(pod.isReady), "terminating": false],
                "nodeName": "node-1",
                "targetRef": ["kind": "Pod", "name": .string(pod.name), "namespace": namespace],
            ]
        }
        return [
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": [
                "name": .string("\(service.name)-x7k2p"), "namespace": namespace,
                "labels": [
                    "kubernetes.io/service-name": .string(service.name),
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                ],
            ],
            "ports": [["name": "http", "port": 8080, "protocol": "TCP"]],
            "endpoints": .array(endpoints),
        ]
    }

    // MARK: Parts

    private func labels(_ slot: Slot, template: String? = nil) -> JSONValue {
        var labels: [String: JSONValue] = ["app": .string(service.name), "version": .string(slot.rawValue)]
        labels["pod-template-hash"] = template.map { .string($0) }
        return .object(labels)
    }

    private func podTemplate(_ slot: Slot, template: String?, image: String) -> JSONValue {
        ["metadata": ["labels": labels(slot, template: template)], "spec": ["containers": containers(image)]]
    }

    private func containers(_ template: String) -> JSONValue {
        [
            [
                "name": "app", "image": .string("registry.local/\(service.name):\(template)"),
                "ports": [["containerPort": 8080]],
            ],
            [
                "name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.27.0",
                "ports": [["name": "http-envoy-prom", "containerPort": 15090, "protocol": "TCP"]],
            ],
        ]
    }

    private func container(_ name: JSONValue, isReady: Bool) -> JSONValue {
        [
            "name": name, "ready": .bool(isReady), "restartCount": 0, "started": true,
            "state": ["running": ["startedAt": Self.started]],
        ]
    }

    private func owners(_ owner: JSONValue?) -> JSONValue {
        guard let owner else { return [] }
        return [
            [
                "apiVersion": owner["apiVersion"] ?? "", "kind": owner["kind"] ?? "", "controller": true,
                "blockOwnerDeletion": true, "name": owner["metadata"]?["name"] ?? "",
                "uid": owner["metadata"]?["uid"] ?? "",
            ]
        ]
    }
}
