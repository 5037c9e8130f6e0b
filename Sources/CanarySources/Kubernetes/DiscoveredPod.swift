import CanaryKubernetes
package import CanaryTelemetry
import CanaryYAML

/// A pod of a version, or of a gateway or waypoint, as the API has it.
package struct DiscoveredPod: Sendable, Hashable {
    package var name: String
    package var namespace: String
    package var uid: String

    /// The address of its first family; nil until it has one.
    package var ip: String?

    /// All addresses, the first family's first.
    package var ips: [String]

    /// The version, by the spec's names; `unknown` for a gateway or a waypoint.
    package var side: WindowQuality.Side

    /// Whether it takes new connections: by the EndpointSlices of its Service, or by its own condition for a gateway.
    package var isReady: Bool

    /// Whether it is being deleted or drained.
    package var isTerminating: Bool

    /// Whether all its containers have ended for good.
    package var isFinished: Bool

    /// The pod-template hash of its ReplicaSet, or the revision of its StatefulSet or DaemonSet.
    package var templateHash: String?

    /// What is scaled, as `deployment/reviews-v2`.
    package var workload: String?

    /// What its first container that is no sidecar runs, as `reviews:1.4.2`.
    package var image: String?

    /// When the kubelet took it, as the API writes it (RFC 3339).
    package var startTime: String?

    /// How often its sidecar was restarted; nil if it has none.
    package var proxyRestarts: Int?

    /// Reads a pod; its readiness is its own condition.
    init(_ object: KubernetesObject, side: WindowQuality.Side) {
        let (labels, status) = (object.labels, object.status)
        name = object.name
        namespace = object.namespace
        uid = object.uid
        var addresses = (status["podIPs"]?.items ?? []).compactMap { $0["ip"]?.string }
        let first = status["podIP"]?.string
        if let first {
            addresses.removeAll { $0 == first }
            addresses.insert(first, at: 0)
        }
        ips = addresses.filter { !$0.isEmpty }
        ip = ips.first
        self.side = side
        isReady = (status["conditions"]?.items ?? []).contains { condition in
            condition["type"]?.string == "Ready" && condition["status"]?.string == "True"
        }
        isTerminating = object.isBeingDeleted
        isFinished = ["Succeeded", "Failed"].contains(status["phase"]?.string ?? "")
        let owner = PodOwner(object)
        templateHash =
            labels["pod-template-hash"] ?? labels["rollouts-pod-template-hash"] ?? labels["controller-revision-hash"]
        workload = owner?.workload(labels)
        let own = (object.spec["containers"]?.items ?? []).first { $0["name"]?.string != "istio-proxy" }
        image = own?["image"]?.string.flatMap { ImageName($0)?.short }
        startTime = status["startTime"]?.string
        // A native sidecar is among the init containers.
        let containers = (status["initContainerStatuses"]?.items ?? []) + (status["containerStatuses"]?.items ?? [])
        proxyRestarts = containers.first { $0["name"]?.string == "istio-proxy" }.map {
            $0["restartCount"]?.integer ?? 0
        }
    }

    /// Whether its page can be asked for: it exists and has an address.
    package var canBeScraped: Bool { ip != nil && !isFinished }
}

/// The controller of a pod.
private struct PodOwner {
    let kind: String
    let name: String

    init?(_ pod: KubernetesObject) {
        let owners = pod.metadata["ownerReferences"]?.items ?? []
        guard let owner = owners.first(where: { $0["controller"]?.bool == true }) ?? owners.first,
            let kind = owner["kind"]?.string, let name = owner["name"]?.string
        else { return nil }
        self.kind = kind
        self.name = name
    }

    /// What is scaled: a ReplicaSet's name without the hash is its Deployment's, or its Rollout's.
    func workload(_ labels: [String: String]) -> String {
        guard kind == "ReplicaSet" else { return "\(kind.lowercased())/\(name)" }
        for (label, word) in [("rollouts-pod-template-hash", "rollout"), ("pod-template-hash", "deployment")] {
            guard let hash = labels[label], name.hasSuffix("-\(hash)"), name.count > hash.count + 1 else { continue }
            return "\(word)/\(name.dropLast(hash.count + 1))"
        }
        return "replicaset/\(name)"
    }
}
