import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// Other routes that send to the same versions, or answer for the same hosts.
extension RouteSurroundings {
    var otherRoutes: [RouteFinding] {
        let versions = labelledVersions
        return others.flatMap { other in
            [
                // Few of a large cluster's routes come near, and reading the rules of all takes long.
                comesNear(other.kind, other.object, versions) ? sending(other.kind, other.object) : nil,
                duplicate(other.kind, other.object),
                precedence(other.kind, other.object),
            ].compactMap { $0 }
        }
    }

    /// Whether a route names a host at all that may lead to the versions.
    private func comesNear(
        _ otherKind: RouteSpec.Kind,
        _ other: KubernetesObject,
        _ versions: [(version: Version, pods: [String: String]?)]
    ) -> Bool {
        let spec = other.spec
        if otherKind == .virtualService {
            return RouteSpec.RuleList.allCases.contains { list in
                (spec[list.rawValue]?.items ?? []).contains { rule in
                    (rule["route"]?.items ?? []).contains { entry in
                        guard let host = entry["destination"]?["host"]?.string else { return false }
                        return mayReach(full(host, otherKind, other.namespace), versions)
                    }
                }
            }
        }
        return (spec["rules"]?.items ?? []).contains { rule in
            (rule["backendRefs"]?.items ?? []).contains { entry in
                guard let name = entry["name"]?.string else { return false }
                let host = entry["namespace"]?.string.map { "\(name).\($0).svc.cluster.local" } ?? name
                return mayReach(full(host, otherKind, other.namespace), versions)
            }
        }
    }

    /// A route some of whose rules send to one of the versions, by subset or to the Service as a whole.
    private func sending(_ otherKind: RouteSpec.Kind, _ other: KubernetesObject) -> RouteFinding? {
        let rules = RouteInventory.describe(json: other.json).objects.first?.rules ?? []
        // The canary is what a reader has to know of first.
        var finding: RouteFinding?
        for rule in rules {
            let isLone = rule.destinations.count == 1
            for destination in rule.destinations {
                let weight = destination.weight ?? (otherKind == .virtualService ? 0 : 1)
                guard weight > 0 || (isLone && otherKind == .virtualService) else { continue }
                let host = full(destination.host, otherKind, other.namespace)
                let hits = versions.filter { reaches(host, destination.subset, $0) }
                let isCanary = canary.map(hits.contains) ?? false
                guard let hit = isCanary ? canary : hits.first, finding == nil || isCanary else { continue }
                let named = destination.subset.map { "\(host) (\($0))" } ?? host
                let target =
                    hits.count > 1
                    ? "both versions (\(named))"
                    : named == hit.label ? named : "\(named), which are the pods of \(hit.label),"
                let place = rule.name.map { "rule '\($0)'" } ?? "rule \(rule.index)"
                finding = RouteFinding(
                    .needsAcceptance(.otherRoutes),
                    "\(Self.title(otherKind, other)), \(place), sends to \(target) as well, whatever the weights of \(title)",
                    hint:
                        "take those destinations out of it, or compare with telemetry.match what \(title) governs alone"
                )
                if isCanary { return finding }
            }
        }
        return finding
    }

    /// A VirtualService for one of the same hosts on one of the same gateways.
    private func duplicate(_ otherKind: RouteSpec.Kind, _ other: KubernetesObject) -> RouteFinding? {
        guard kind == .virtualService, otherKind == .virtualService, isVisible(other) else { return nil }
        let shared = Self.gateways(route).intersection(Self.gateways(other))
        guard !shared.isEmpty else { return nil }
        let theirs = Self.hosts(other)
        guard let host = Self.hosts(route).first(where: { mine in theirs.contains { Self.overlap(mine, $0) } }) else {
            return nil
        }
        let name = Self.title(otherKind, other)
        // For sidecars the more specific host wins, and of equal ones the older object.
        guard shared.contains("mesh"), theirs.contains(host) else {
            return RouteFinding(
                .needsAcceptance(.otherRoutes),
                "\(name) answers for \(host) as well, and which of their rules is tried first is not defined",
                hint: "merge both objects into one"
            )
        }
        return isOlder(other)
            ? RouteFinding(
                .refuse,
                "\(name) is older and answers for \(host) inside the mesh, so the rules of \(title) are ignored there",
                hint: "merge both objects into one"
            )
            : RouteFinding(
                .warning,
                "\(name) answers for \(host) as well; it is younger, so inside the mesh its rules are ignored"
            )
    }

    /// An older Gateway API route at the same parent whose rule governs all requests, as ours does: of equally specific rules
    /// the older route's wins.
    private func precedence(_ otherKind: RouteSpec.Kind, _ other: KubernetesObject) -> RouteFinding? {
        guard kind != .virtualService, otherKind == kind, isOlder(other), hasOpenRule(route, reading.identity.index),
            hasOpenRule(other, nil)
        else { return nil }
        let shared = parents(route).intersection(parents(other))
        let (mine, theirs) = (hostnames(route), hostnames(other))
        guard let parent = shared.min(), mine.contains(where: { host in theirs.contains { Self.overlap(host, $0) } })
        else { return nil }
        return RouteFinding(
            .refuse,
            "\(Self.title(otherKind, other)) is older and takes all requests for the same hosts at \(parent), "
                + "so \(reading.place) gets none there",
            hint: "give one of the two a match or other hostnames"
        )
    }

    /// Whether the rule at an index, or any rule, governs every request.
    private func hasOpenRule(_ object: KubernetesObject, _ index: Int?) -> Bool {
        let rules = RouteInventory.describe(json: object.json).objects.first?.rules ?? []
        return rules.contains { !$0.hasMatch && (index == nil || $0.index == index) }
    }

    /// What a Gateway API route is attached to, as `Gateway test1/gateway`, with listener and port where they are named.
    private func parents(_ object: KubernetesObject) -> Set<String> {
        Set(
            (object.spec["parentRefs"]?.items ?? []).map { parent in
                let kind = parent["kind"]?.string ?? "Gateway"
                let name = "\(parent["namespace"]?.string ?? object.namespace)/\(parent["name"]?.string ?? "")"
                let section = parent["sectionName"]?.string.map { ", listener \($0)" } ?? ""
                return "\(kind) \(name)\(section)" + (parent["port"]?.integer.map { ", port \($0)" } ?? "")
            }
        )
    }

    private func hostnames(_ object: KubernetesObject) -> [String] {
        let names = (object.spec["hostnames"]?.items ?? []).compactMap(\.string)
        return names.isEmpty ? ["*"] : names
    }

    private func isOlder(_ other: KubernetesObject) -> Bool {
        (time(other), "\(other.namespace)/\(other.name)") < (time(route), "\(route.namespace)/\(route.name)")
    }

    /// Whether callers in our namespace see a VirtualService of another.
    private func isVisible(_ other: KubernetesObject) -> Bool {
        guard let exports = other.spec["exportTo"]?.items?.compactMap(\.string), !exports.isEmpty else { return true }
        return exports.contains("*") || exports.contains(route.namespace)
            || (exports.contains(".") && other.namespace == route.namespace)
    }

    private func time(_ object: KubernetesObject) -> String { object.metadata["creationTimestamp"]?.string ?? "" }
}
