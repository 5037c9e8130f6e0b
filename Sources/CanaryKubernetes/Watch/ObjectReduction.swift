import CanaryYAML

/// What a mirror keeps of the objects it receives: the rest is dropped before it is stored, so that an agent can hold tens of
/// thousands of pods.
///
/// What is kept of a kind is what anybody in this program reads of it. Routes are kept whole, because a write is proved
/// against the object before it; of their `managedFields` only who wrote which part of the spec, and when.
package enum ObjectReduction: Sendable, Hashable {
    /// Nothing is dropped.
    case whole
    /// What is read of this kind.
    case needed

    func reduce(_ object: JSONValue, of resource: APIResource) -> JSONValue {
        guard self == .needed, case .object(var members) = object else { return object }
        switch (resource.group, resource.plural) {
        case ("", "pods"): Self.pod(&members)
        case ("", "services"): Self.keep(["type", "selector", "externalName"], of: "spec", in: &members)
        case ("discovery.k8s.io", "endpointslices"): Self.slice(&members)
        case ("networking.istio.io", "destinationrules"): break
        case ("networking.istio.io", "gateways"): Self.keep(["selector"], of: "spec", in: &members)
        case ("apps", "deployments"): Self.deployment(&members)
        case ("", "namespaces"): members["spec"] = nil
        case ("networking.istio.io", "virtualservices"), ("gateway.networking.k8s.io", _):
            Self.managers(&members)
            return .object(members)
        default:
            // What we do not know is kept, except for who wrote it.
            members["metadata"] = members["metadata"].map { $0.without(["managedFields"]) }
            return .object(members)
        }
        if resource.plural != "pods" { members["status"] = nil }
        Self.metadata(&members)
        return .object(members)
    }

    // MARK: Kinds

    private static func pod(_ members: inout [String: JSONValue]) {
        image(&members)
        keep(
            ["podIP", "podIPs", "phase", "startTime", "conditions", "containerStatuses", "initContainerStatuses"],
            of: "status",
            in: &members
        )
        guard case .object(var status) = members["status"] else { return }
        if status["podIPs"]?.items?.count == 1, status["podIP"] != nil { status["podIPs"] = nil }
        status["conditions"] = list(status["conditions"]) { condition in
            guard condition["type"]?.string == "Ready" else { return nil }
            return pick(["type", "status"], of: condition)
        }
        for key in ["containerStatuses", "initContainerStatuses"] {
            status[key] = list(status[key]) { container in
                guard container["name"]?.string == "istio-proxy" else { return nil }
                return pick(["name", "restartCount"], of: container)
            }
        }
        members["status"] = .object(status)
    }

    /// Of the spec what the first container that is no sidecar runs.
    private static func image(_ members: inout [String: JSONValue]) {
        let containers = members["spec"]?["containers"]?.items ?? []
        let own = containers.first { $0["name"]?.string != "istio-proxy" }
        members["spec"] = own.map { ["containers": .array([pick(["name", "image"], of: $0)])] }
    }

    private static func slice(_ members: inout [String: JSONValue]) {
        members["ports"] = nil
        members["endpoints"] = list(members["endpoints"]) { endpoint in
            var kept: [String: JSONValue] = [:]
            kept["conditions"] = endpoint["conditions"].map { pick(["ready", "terminating"], of: $0) }
            if let reference = endpoint["targetRef"] {
                kept["targetRef"] = pick(reference["uid"] == nil ? ["kind", "name"] : ["kind", "uid"], of: reference)
            } else {
                kept["addresses"] = endpoint["addresses"]
            }
            return .object(kept)
        }
    }

    /// How many, which pods, and their labels.
    private static func deployment(_ members: inout [String: JSONValue]) {
        keep(["replicas", "selector", "template"], of: "spec", in: &members)
        guard case .object(var spec) = members["spec"] else { return }
        if let labels = spec["template"]?["metadata"]?["labels"] {
            spec["template"] = ["metadata": ["labels": labels]]
        } else {
            spec["template"] = nil
        }
        members["spec"] = .object(spec)
    }

    // MARK: Metadata

    private static let metadataKeys: Set<String> = [
        "name", "namespace", "uid", "resourceVersion", "generation", "labels", "ownerReferences", "creationTimestamp",
        "deletionTimestamp",
    ]

    /// Metadata without annotations and managers; of the owners what they are called.
    private static func metadata(_ members: inout [String: JSONValue]) {
        keep(metadataKeys, of: "metadata", in: &members)
        guard case .object(var metadata) = members["metadata"], metadata["ownerReferences"] != nil else { return }
        metadata["ownerReferences"] = list(metadata["ownerReferences"]) {
            pick(["controller", "kind", "name"], of: $0)
        }
        members["metadata"] = .object(metadata)
    }

    /// Of the managers of a route: name, time, subresource, and which members of the spec are theirs.
    private static func managers(_ members: inout [String: JSONValue]) {
        guard case .object(var metadata) = members["metadata"], metadata["managedFields"] != nil else { return }
        metadata["managedFields"] = list(metadata["managedFields"]) { entry in
            guard case .object(var kept) = pick(["manager", "time", "subresource"], of: entry) else { return nil }
            if let fields = entry["fieldsV1"]?["f:spec"]?.members {
                kept["fieldsV1"] = ["f:spec": .object(fields.mapValues { _ in .object([:]) })]
            }
            return .object(kept)
        }
        members["metadata"] = .object(metadata)
    }

    // MARK: Pieces

    private static func keep(_ keys: Set<String>, of key: String, in members: inout [String: JSONValue]) {
        members[key] = members[key].map { pick(keys, of: $0) }
    }

    private static func pick(_ keys: Set<String>, of value: JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return .object([:]) }
        var kept: [String: JSONValue] = [:]
        for key in keys { kept[key] = members[key] }
        return .object(kept)
    }

    private static func list(_ value: JSONValue?, _ change: (JSONValue) -> JSONValue?) -> JSONValue? {
        guard let items = value?.items else { return nil }
        let kept = items.compactMap(change)
        return kept.isEmpty ? nil : .array(kept)
    }
}

extension JSONValue {
    /// An object without some of its members.
    fileprivate func without(_ keys: Set<String>) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !keys.contains($0.key) })
    }
}
