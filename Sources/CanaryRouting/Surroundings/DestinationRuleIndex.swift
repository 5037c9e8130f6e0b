import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// DestinationRules by the hosts that they are about, so that a question about one host costs the same in a cluster with thousands.
struct DestinationRuleIndex: Sendable {
    private let rules: [KubernetesObject]
    /// Positions of the rules for a host, in their order.
    private var exact: [String: [Int]] = [:]
    private var wildcards: [(pattern: String, position: Int)] = []

    init(_ rules: [KubernetesObject]) {
        self.rules = rules
        for (position, rule) in rules.enumerated() {
            guard let host = rule.spec["host"]?.string else { continue }
            let pattern = ServiceHost(host, namespace: rule.namespace, kind: .virtualService).full
            if pattern == "*" || pattern.hasPrefix("*.") {
                wildcards.append((pattern, position))
            } else {
                exact[pattern, default: []].append(position)
            }
        }
    }

    /// The rules about a host, in the order in which they were given.
    func rules(for host: String) -> [KubernetesObject] {
        var positions = exact[host] ?? []
        let wider = wildcards.lazy.filter { RouteSurroundings.covers($0.pattern, host) }.map(\.position)
        if !wildcards.isEmpty { positions = (positions + wider).sorted() }
        return positions.map { rules[$0] }
    }
}
