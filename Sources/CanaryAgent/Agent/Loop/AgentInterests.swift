import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryYAML
import Synchronization

/// Which canaries an object of the cluster concerns, so that an event wakes only those.
///
/// Mirrors ask it on each event; a lookup touches nothing but the object's own names and labels.
final class AgentInterests: Sendable {
    enum Place: Hashable {
        case route(namespace: String, name: String)
        case rules(namespace: String)
        case service(ServiceName)
        case pods(namespace: String, key: String, value: String)
        case workload(namespace: String)
        case lease(namespace: String, name: String)
    }

    private struct State {
        var canaries: [Place: Set<CanaryKey>] = [:]
        var places: [CanaryKey: Set<Place>] = [:]
        /// The labels by which pods are looked up.
        var podKeys: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// What a canary depends on now, in place of what it did before.
    func set(_ places: Set<Place>, for canary: CanaryKey) {
        state.withLock { state in
            let before = state.places[canary] ?? []
            guard before != places else { return }
            for place in before.subtracting(places) {
                state.canaries[place]?.remove(canary)
                if state.canaries[place]?.isEmpty == true { state.canaries[place] = nil }
                if case .pods(_, let key, _) = place { state.podKeys[key, default: 1] -= 1 }
                if case .pods(_, let key, _) = place, state.podKeys[key] ?? 0 <= 0 { state.podKeys[key] = nil }
            }
            for place in places.subtracting(before) {
                state.canaries[place, default: []].insert(canary)
                if case .pods(_, let key, _) = place { state.podKeys[key, default: 0] += 1 }
            }
            state.places[canary] = places.isEmpty ? nil : places
        }
    }

    /// The canaries that a change of an object may concern.
    func canaries(for object: KubernetesObject, of resource: APIResource) -> Set<CanaryKey> {
        let namespace = object.namespace
        return state.withLock { state in
            switch resource.plural {
            case "pods":
                let labels = object.json["metadata"]?["labels"]
                var found: Set<CanaryKey> = []
                for key in state.podKeys.keys {
                    guard let value = labels?[key]?.string,
                        let canaries = state.canaries[.pods(namespace: namespace, key: key, value: value)]
                    else { continue }
                    found.formUnion(canaries)
                }
                return found
            case "services":
                return state.canaries[.service(ServiceName(name: object.name, namespace: namespace))] ?? []
            case "endpointslices":
                guard let name = object.json["metadata"]?["labels"]?["kubernetes.io/service-name"]?.string else {
                    return []
                }
                return state.canaries[.service(ServiceName(name: name, namespace: namespace))] ?? []
            case "destinationrules":
                return state.canaries[.rules(namespace: namespace)] ?? []
            case "deployments":
                return state.canaries[.workload(namespace: namespace)] ?? []
            case "leases":
                return state.canaries[.lease(namespace: namespace, name: object.name)] ?? []
            case "virtualservices", "httproutes", "grpcroutes":
                return state.canaries[.route(namespace: namespace, name: object.name)] ?? []
            default:
                return []
            }
        }
    }
}
