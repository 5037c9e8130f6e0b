import CanaryYAML

/// Completing a canary of the namespace, as the agent does.
extension SampleNamespace {
    static func resolve(
        _ canary: JSONValue = threeLines,
        cluster: PolicyDocument? = nil,
        namespace: PolicyDocument? = nil,
        facts: ClusterFacts = facts
    ) throws -> ResolvedCanary {
        try CanaryCascade.resolve(canary, cluster: cluster, namespace: namespace, facts: facts, trust: .object)
    }

    static func fault(
        _ canary: JSONValue = threeLines,
        cluster: PolicyDocument? = nil,
        facts: ClusterFacts = facts
    ) -> String {
        do {
            _ = try resolve(canary, cluster: cluster, facts: facts)
            return "no fault"
        } catch {
            return (error as? SpecError)?.summary ?? "\(error)"
        }
    }
}
