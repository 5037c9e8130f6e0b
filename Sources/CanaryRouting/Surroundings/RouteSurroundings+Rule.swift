import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// What the rule itself and the object around it say.
extension RouteSurroundings {
    private var rule: JSONValue? {
        route.spec[RouteMetadata.rulesKey(kind, reading.ruleList)]?[reading.identity.index]
    }

    var ruleFindings: [RouteFinding] {
        [faults, stickiness].compactMap { $0 } + mirrors + connections
    }

    private var faults: RouteFinding? {
        guard let fault = rule?["fault"] else { return nil }
        let words = [fault["abort"].map { _ in "aborts" }, fault["delay"].map { _ in "delays" }].compactMap { $0 }
        return RouteFinding(
            .refuse,
            "\(reading.place) injects faults (\(words.joined(separator: " and "))), which are no evidence about either version",
            hint: "remove 'fault' from the rule first"
        )
    }

    private var mirrors: [RouteFinding] {
        mirrorTargets.compactMap { target in
            guard versions.contains(where: { reaches(target.host, target.subset, $0) }) else { return nil }
            let words = "\(reading.place) mirrors requests to \(target.label)"
            guard countsAtServer else {
                return RouteFinding(.info, words + ", whose copies the callers' telemetry does not count")
            }
            return RouteFinding(
                .needsAcceptance(.mirror),
                words + ": its sidecars count the copies, although nobody waits for their answers",
                hint: "use telemetry.reporter: source, or remove the mirror for the time of the run"
            )
        }
    }

    private var mirrorTargets: [Version] {
        guard let rule else { return [] }
        func isOn(_ percentage: JSONValue?) -> Bool {
            guard let value = percentage?["value"] else { return true }
            return value != 0 && value != .number(0)
        }
        if kind == .virtualService {
            let single = isOn(rule["mirrorPercentage"]) ? [rule["mirror"]].compactMap { $0 } : []
            let several = (rule["mirrors"]?.items ?? []).filter { isOn($0["percentage"]) }.compactMap {
                $0["destination"]
            }
            return (single + several).compactMap { target in
                target["host"]?.string.map {
                    Version(host: full($0, kind, route.namespace), subset: target["subset"]?.string)
                }
            }
        }
        return (rule["filters"]?.items ?? []).compactMap { filter in
            guard filter["type"]?.string == "RequestMirror", filter["requestMirror"]?["percent"] != 0,
                let backend = filter["requestMirror"]?["backendRef"], let name = backend["name"]?.string
            else { return nil }
            let namespace = backend["namespace"]?.string ?? route.namespace
            return Version(host: full("\(name).\(namespace)", .httpRoute, namespace))
        }
    }

    private var stickiness: RouteFinding? {
        guard rule?["sessionPersistence"] != nil else { return nil }
        return RouteFinding(
            .needsAcceptance(.trafficPolicy),
            "\(reading.place) keeps sessions at their version, so the share of requests follows the weights late and by users"
        )
    }

    private var connections: [RouteFinding] {
        guard let list = reading.ruleList, list != .http else { return [] }
        return [
            RouteFinding(
                .info,
                "\(reading.place) weighs connections, not requests, and a change of its weights ends open ones after the drain time (45 s)",
                hint: "choose fewer and larger steps"
            )
        ]
    }

    /// Which proxies see the object at all.
    var reachOfObject: [RouteFinding] {
        guard kind == .virtualService, let exports = route.spec["exportTo"]?.items?.compactMap(\.string),
            !exports.isEmpty,
            !exports.contains("*")
        else { return [] }
        let places = exports.map { $0 == "." ? route.namespace : $0 }.joined(separator: ", ")
        return [
            RouteFinding(
                .warning,
                "\(title) is exported to \(places) only: callers in other namespaces do not obey its weights"
            )
        ]
    }

    /// Subsets and Services that the weights lead to and that do not exist.
    var missingBackends: [RouteFinding] {
        var findings: [RouteFinding] = []
        for version in versions {
            if let subset = version.subset, destinationRules != nil {
                let matching = rules(for: version.host)
                let known = matching.flatMap { $0.spec["subsets"]?.items ?? [] }.compactMap { $0["name"]?.string }
                if !known.contains(subset) {
                    let names = matching.map { "\($0.namespace)/\($0.name)" }.joined(separator: ", ")
                    findings.append(
                        RouteFinding(
                            .refuse,
                            "no DestinationRule defines subset '\(subset)' of \(version.host): its share would get status 503",
                            hint: names.isEmpty
                                ? "add a DestinationRule for \(version.host) with that subset" : "add it to \(names)"
                        )
                    )
                }
            }
            if kind != .virtualService, services != nil, service(version.host) == nil,
                let key = ServiceHost(version.host, namespace: nil, kind: kind).service
            {
                findings.append(
                    RouteFinding(
                        .refuse,
                        "there is no Service \(key.namespace)/\(key.name): its share would get status 500"
                    )
                )
            }
        }
        return findings
    }
}
