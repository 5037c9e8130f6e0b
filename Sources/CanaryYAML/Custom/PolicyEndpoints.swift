package import CanaryCore

/// What the cluster's policy names that may be called, decoded: the word of whoever runs the agent, for specs that do not come
/// through the cascade.
package struct PolicyEndpoints: Sendable, Hashable {
    /// Of its profiles, by their names, and the one that it presets.
    package let telemetry: [TelemetrySpec]
    package let notify: [NotifyTarget]
    /// The length of rounds that it presets; nil if it presets none.
    package let interval: Duration?

    init(_ policy: PolicyDocument) {
        var telemetry: [TelemetrySpec] = []
        var notify: [NotifyTarget] = []
        for (_, profile) in policy.profiles.sorted(by: { $0.key < $1.key }) {
            let node = profile.node
            guard profile.isWebhook else {
                let spec = Self.decoded(node.mapping([("telemetry", node)]), policy)
                if let spec { telemetry.append(spec.telemetry) }
                continue
            }
            let list = YAMLNode(content: .sequence([node]), place: node.place)
            notify += Self.decoded(node.mapping([("notify", list)]), policy)?.notify ?? []
        }
        var interval: Duration?
        if let defaults = policy.defaults {
            var profiles = ProfileLookup(policy, shift: 0)
            let part = profiles.completed(defaults).part
            if let spec = Self.decoded(part, policy) {
                if part["telemetry"] != nil { telemetry.append(spec.telemetry) }
                notify += spec.notify
                if part["pace"]?["interval"] != nil { interval = spec.pace.interval }
            }
        }
        self.telemetry = telemetry
        self.notify = notify
        self.interval = interval
    }

    /// A part of a spec; nil for one that is not valid, which the policy's reader has refused already.
    private static func decoded(_ part: YAMLNode, _ policy: PolicyDocument) -> CanarySpec? {
        let tree = SpecTree(sources: [policy.source], root: part.mapping([("spec", part)]), isPartial: true)
        return try? SpecDecoder.decode(tree).spec
    }
}

extension PolicyDocument {
    /// The endpoints that it names, in its profiles and in what it presets.
    package var endpoints: PolicyEndpoints { PolicyEndpoints(self) }

    /// The other namespaces to which canaries of one may refer.
    package func grants(from namespace: String) -> Set<String> {
        Set(grants.filter { $0.from == "*" || $0.from == namespace }.map(\.to))
    }
}
