import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// What DestinationRules do to the two versions.
extension RouteSurroundings {
    var trafficPolicies: [RouteFinding] {
        guard destinationRules != nil, let stable, let canary else { return [] }
        return [consistentHash, unequal(stable, canary)].compactMap { $0 }
    }

    private var consistentHash: RouteFinding? {
        for version in versions {
            for rule in rules(for: version.host) {
                let policies = [rule.spec["trafficPolicy"], subset(version, of: rule)?["trafficPolicy"]].compactMap {
                    $0
                }
                guard policies.contains(where: hashes) else { continue }
                return RouteFinding(
                    .needsAcceptance(.trafficPolicy),
                    "DestinationRule \(rule.namespace)/\(rule.name) balances \(version.host) by consistentHash, which keeps users "
                        + "at a pod but not at a version: they go back and forth between the two",
                    hint: "to keep users at a version, set a cookie in each destination and add rules that match it"
                )
            }
        }
        return nil
    }

    private func hashes(_ policy: JSONValue) -> Bool {
        policy["loadBalancer"]?["consistentHash"] != nil
            || (policy["portLevelSettings"]?.items ?? []).contains { $0["loadBalancer"]?["consistentHash"] != nil }
    }

    /// Pools, outlier detection or load balancing that differ between the versions.
    private func unequal(_ stable: Version, _ canary: Version) -> RouteFinding? {
        let (mine, theirs) = (policies(of: stable), policies(of: canary))
        guard mine != theirs else { return nil }
        let keys = Set((mine + theirs).flatMap { $0.members?.keys.map { $0 } ?? [] }).sorted().filter { key in
            mine.map { $0[key] } != theirs.map { $0[key] }
        }
        return RouteFinding(
            .needsAcceptance(.trafficPolicy),
            "the traffic policies of \(stable.label) and \(canary.label) differ (\(keys.joined(separator: ", "))), "
                + "so a difference between the versions may be theirs",
            hint: "give both versions the same trafficPolicy for the time of the run"
        )
    }

    /// What applies to a version: of a whole host when versions are hosts of their own, else of the subset.
    private func policies(of version: Version) -> [JSONValue] {
        rules(for: version.host).compactMap { rule in
            let isShared = version.subset != nil && stable?.host == canary?.host
            return isShared ? subset(version, of: rule)?["trafficPolicy"] : rule.spec["trafficPolicy"]
        }
    }

    private func subset(_ version: Version, of rule: KubernetesObject) -> JSONValue? {
        (rule.spec["subsets"]?.items ?? []).first { $0["name"]?.string == version.subset }
    }
}
