/// The keys of a CanaryPolicy, section by section, beside those that it shares with a Canary's spec.
package enum PolicyKeys {
    package static let spec = SpecKeys.Section(
        known: SpecKeys.policy.known + ["defaults", "profiles", "grants", "podsProxy", "repositories"]
    )
    /// Any part of a Canary's spec but its own rules, which a policy has itself.
    package static let defaults = SpecKeys.Section(known: SpecKeys.spec.known.filter { $0 != "policy" })
    package static let defaultRoute = SpecKeys.Section(
        known: SpecKeys.route.known.filter { !ownOfRoutes.contains($0) }
    )
    package static let profile = SpecKeys.Section(
        known: SpecKeys.telemetry.known.filter { $0 != "profile" } + ["webhook", "template", "on"]
    )
    package static let repository = SpecKeys.Section(known: ["directory"])
    package static let grant = SpecKeys.Section(known: ["from", "to"])

    /// Every section that a Canary does not have, by a path of its own.
    package static let sections: [String: SpecKeys.Section] = [
        "policy": SpecKeys.root, "policy.metadata": SpecKeys.metadata, "policy.spec": spec,
        "policy.spec.defaults": defaults,
        "policy.spec.defaults.route": defaultRoute, "policy.spec.profiles.*": profile, "policy.spec.grants[]": grant,
        "policy.spec.repositories.*": repository,
    ]

    /// What no two canaries have in common.
    static let ownOfRoutes = ["virtualService", "httpRoute", "grpcRoute", "file", "commit", "settle", "rule"]
    /// What only the policy of the cluster has.
    static let ownOfCluster = ["profiles", "grants", "podsProxy", "repositories"]
}
