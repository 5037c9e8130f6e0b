import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// What a route object's metadata and status tell about its writers and about whether it is in force.
struct RouteMetadata {
    let object: KubernetesObject
    let kind: RouteSpec.Kind

    /// The field manager that wrote the rules last, ourselves excepted; nil if nobody else is known.
    ///
    /// Managers know the list of rules as a whole: the API has no smaller unit of ownership there.
    func writer(of list: RouteSpec.RuleList?) -> String? {
        let key = "f:" + RouteMetadata.rulesKey(kind, list)
        return managers.filter { $0.name != "haldane" && $0.fields["f:spec"]?[key] != nil }
            .max { ($0.time, $0.name) < ($1.time, $1.name) }?.name
    }

    /// Why the object is not in force although it is stored: a condition `Accepted` or `ResolvedRefs` that is False for the
    /// present generation, of any parent.
    var objection: String? {
        guard kind != .virtualService else { return nil }
        for parent in object.status["parents"]?.items ?? [] {
            for condition in parent["conditions"]?.items ?? [] {
                guard let type = condition["type"]?.string, ["Accepted", "ResolvedRefs"].contains(type),
                    condition["status"]?.string == "False",
                    condition["observedGeneration"]?.integer ?? object.generation == object.generation
                else { continue }
                let reference = parent["parentRef"]
                let name = [reference?["kind"]?.string ?? "Gateway", reference?["name"]?.string ?? "?"]
                let words = [condition["reason"]?.string, condition["message"]?.string].compactMap { $0 }
                return
                    "\(type) is False for \(name.joined(separator: " ")): \(words.joined(separator: ": ").prefix(400))"
            }
        }
        return nil
    }

    static func rulesKey(_ kind: RouteSpec.Kind, _ list: RouteSpec.RuleList?) -> String {
        kind == .virtualService ? (list ?? .http).rawValue : "rules"
    }

    struct Manager {
        var name: String
        /// As the server writes it, in UTC and with whole seconds: later times are greater texts.
        var time: String
        var fields: JSONValue
    }

    /// The entries of `managedFields`, those of subresources excepted.
    var managers: [Manager] {
        (object.metadata["managedFields"]?.items ?? []).compactMap { entry in
            guard let name = entry["manager"]?.string, entry["subresource"]?.string ?? "" == "" else { return nil }
            return Manager(name: name, time: entry["time"]?.string ?? "", fields: entry["fieldsV1"] ?? .null)
        }
    }
}
