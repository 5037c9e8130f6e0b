import CanaryKubernetes
import CanaryYAML

/// What EndpointSlices say of the pods behind some Services.
struct EndpointStates: Sendable, Hashable {
    private var byUID: [String: State] = [:]
    private var byName: [String: State] = [:]
    private var byAddress: [String: State] = [:]

    struct State: Sendable, Hashable {
        var isReady = false
        var isTerminating = false
    }

    /// A pod with two address families is in two slices: it is ready if one of them says so.
    init(_ slices: [KubernetesObject], services: Set<ServiceName>) {
        for slice in slices {
            let name = slice.labels["kubernetes.io/service-name"] ?? ""
            guard services.contains(ServiceName(name: name, namespace: slice.namespace)) else { continue }
            for endpoint in slice.json["endpoints"]?.items ?? [] { add(endpoint) }
        }
    }

    /// What is known of a pod; an endpoint that does not say its uid is recognised by name, and one without any
    /// reference by address.
    func state(of pod: DiscoveredPod) -> State? {
        byUID[pod.uid] ?? byName[pod.name] ?? pod.ips.lazy.compactMap { byAddress[$0] }.first
    }

    private mutating func add(_ endpoint: JSONValue) {
        let conditions = endpoint["conditions"]
        let state = State(
            // Not known is to be taken as ready (API reference of EndpointConditions).
            isReady: conditions?["ready"]?.bool ?? true,
            isTerminating: conditions?["terminating"]?.bool ?? false
        )
        if let reference = endpoint["targetRef"] {
            guard reference["kind"]?.string == "Pod" else { return }
            if let uid = reference["uid"]?.string {
                byUID[uid, default: State()].merge(state)
            } else if let name = reference["name"]?.string {
                byName[name, default: State()].merge(state)
            }
            return
        }
        for address in (endpoint["addresses"]?.items ?? []).compactMap(\.string) {
            byAddress[address, default: State()].merge(state)
        }
    }
}

extension EndpointStates.State {
    fileprivate mutating func merge(_ other: EndpointStates.State) {
        isReady = isReady || other.isReady
        isTerminating = isTerminating || other.isTerminating
    }
}
