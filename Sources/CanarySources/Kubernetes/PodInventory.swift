package import CanaryCore
package import CanaryKubernetes
import CanaryTelemetry

/// The pods of both versions at one moment.
package struct PodInventory: Sendable, Hashable {
    /// In the order of their names; those of both versions are left out.
    package private(set) var pods: [DiscoveredPod] = []

    /// Pods that belong to both versions, which nothing can compare; in the order of their names.
    package private(set) var ambiguous: [String] = []

    package init(
        pods objects: [KubernetesObject],
        slices: [KubernetesObject],
        stable: VersionSelector,
        canary: VersionSelector
    ) {
        let ofStable = EndpointStates(slices, services: [stable.service])
        let ofCanary = EndpointStates(slices, services: [canary.service])
        for object in objects {
            let labels = object.labels
            let isStable = stable.selects(labels, namespace: object.namespace)
            let isCanary = canary.selects(labels, namespace: object.namespace)
            guard isStable != isCanary else {
                let pod = DiscoveredPod(object, side: .unknown)
                if isStable, !pod.isFinished { ambiguous.append(object.name) }
                continue
            }
            var pod = DiscoveredPod(object, side: isStable ? .stable : .canary)
            let state = (isStable ? ofStable : ofCanary).state(of: pod)
            pod.isReady = state?.isReady ?? false
            pod.isTerminating = pod.isTerminating || state?.isTerminating ?? false
            pods.append(pod)
        }
        pods.sort { ($0.name, $0.uid) < ($1.name, $1.uid) }
        ambiguous.sort()
    }

    /// How many serve, and what they are. Pods that have ended or are ending do not count.
    package func population(_ route: RouteSpec, namespace: String) -> Population {
        Population(
            stable: side(.stable, route.stable),
            canary: side(.canary, route.canary),
            namespace: namespace
        )
    }

    /// What the pods are built from; of a rollout that goes on two, and that there are more.
    private static func image(_ pods: [DiscoveredPod]) -> String? {
        let images = Set(pods.compactMap(\.image)).sorted()
        guard !images.isEmpty else { return nil }
        return images.prefix(2).joined(separator: ",") + (images.count > 2 ? ",…" : "")
    }

    private func side(_ side: WindowQuality.Side, _ destination: DestinationSpec) -> Population.Side {
        let here = pods.filter { $0.side == side && !$0.isFinished }
        let staying = here.filter { !$0.isTerminating }
        // Where the last ones are ending, they still tell what is scaled.
        let workloads = Set((staying.isEmpty ? here : staying).compactMap(\.workload))
        let named = destination.workload.flatMap { name in
            workloads.first { $0.hasSuffix("/\(name)") } ?? (workloads.isEmpty ? "deployment/\(name)" : nil)
        }
        return Population.Side(
            ready: staying.count(where: \.isReady),
            total: staying.count,
            hashes: Set(staying.compactMap(\.templateHash)).sorted(),
            workload: named ?? (workloads.count == 1 ? workloads.first : nil),
            image: Self.image(staying)
        )
    }
}
