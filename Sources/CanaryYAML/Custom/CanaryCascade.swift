import CanaryCore

/// Completes a canary: values of the cluster's policy, below those of the namespace's, below its own; then what follows from the
/// routes and Deployments of its namespace; then it is decoded like any spec.
///
/// ```yaml
/// apiVersion: haldane.dev/v1
/// kind: Canary
/// metadata: { name: demo4, namespace: test1 }
/// ```
package enum CanaryCascade {
    /// Resolves an object of the API.
    ///
    /// - Parameters:
    ///   - cluster: the policy of the agent's own namespace.
    ///   - namespace: the policy of the canary's namespace. What only the cluster's may have is not looked at in it.
    ///   - facts: the objects of the canary's namespace.
    package static func resolve(
        _ canary: JSONValue,
        cluster: PolicyDocument?,
        namespace: PolicyDocument?,
        facts: ClusterFacts,
        trust: Trust
    ) throws(SpecError) -> ResolvedCanary {
        let tree = SpecTree(object: canary, kind: SpecDecoder.kind, layer: .own)
        return ResolvedCanary(
            try compose(tree, cluster: cluster, namespace: namespace, facts: facts, trust: trust, sets: [])
        )
    }

    /// Composes a file of the operator's own, or one that is to be checked as the cluster would see it.
    ///
    /// - Parameters:
    ///   - facts: nil if there are none to be had: then the route may remain open, and is not decoded.
    ///   - defaultNamespace: of a file that names none.
    ///   - sets: `--set` arguments, stronger than everything.
    package static func compose(
        text: String,
        file: String,
        cluster: PolicyDocument?,
        namespace: PolicyDocument?,
        facts: ClusterFacts?,
        trust: Trust,
        sets: [String] = [],
        defaultNamespace: String? = nil
    ) throws(SpecError) -> ComposedCanary {
        let tree = try SpecDecoder.tree(text: text, file: file, layer: .own)
        return try compose(
            tree,
            cluster: cluster,
            namespace: namespace,
            facts: facts,
            trust: trust,
            sets: sets,
            defaultNamespace: defaultNamespace
        )
    }

    /// The namespace that a text names, to find its policy and facts; nil if it names none, or is not readable.
    package static func namespace(of text: String) -> String? {
        guard let documents = try? YAMLComposer.compose(text) else { return nil }
        return documents.first?["metadata"]?["namespace"]?.scalar
    }

    private static func compose(
        _ own: SpecTree,
        cluster: PolicyDocument?,
        namespace: PolicyDocument?,
        facts: ClusterFacts?,
        trust: Trust,
        sets: [String],
        defaultNamespace: String? = nil
    ) throws(SpecError) -> ComposedCanary {
        var tree = own
        tree.hasPolicies = true
        if trust == .object { try UntrustedRules.bound(tree) }
        var identity = try CanaryIdentity(tree, trust: trust)
        identity.namespace = identity.namespace ?? defaultNamespace
        let place = YAMLPlace(source: 0, line: tree.root.place.line, column: tree.root.place.column)
        let empty = YAMLNode(content: .mapping([]), place: place)

        let clusterShift = tree.sources.count
        if let cluster { tree.sources.append(cluster.source(as: .clusterPolicy)) }
        let namespaceShift = tree.sources.count
        if let namespace { tree.sources.append(namespace.source(as: .namespacePolicy)) }

        let spec = tree.root["spec"].flatMap { $0.isNull ? nil : $0 }
        let layers = [
            cluster?.defaults?.moved(by: clusterShift), namespace?.defaults?.moved(by: namespaceShift), spec ?? empty,
        ]
        var profiles = ProfileLookup(cluster, shift: clusterShift)
        var body = empty
        for layer in layers.compactMap(\.self) {
            let completed = profiles.completed(layer)
            // Naming a profile is naming an endpoint: the one of a weaker part is not meant any more.
            if completed.namesTelemetry, let weaker = body["telemetry"] {
                body.replace("telemetry", with: weaker.without(["profile", "scrape", "prometheus"]))
            }
            body = SpecMerge.merged(body, completed.part) ?? body
        }
        guard profiles.faults.isEmpty else {
            throw SpecError(profiles.faults.map { tree.diagnostic($0.message, at: $0.node.place, suggestion: $0.hint) })
        }
        for set in sets { try apply(set, to: &body, tree: &tree) }

        var notes: [String] = []
        if let namespace, namespace.hasClusterKeys, namespace != cluster {
            let keys = PolicyKeys.ownOfCluster.joined(separator: ", ")
            notes.append(
                "the CanaryPolicy of the namespace has \(keys) or one of them: only the cluster's may, and it is not used"
            )
        }
        if body.pairs != nil {
            var inference = SpecInference(identity: identity, facts: facts, source: tree.sources.count)
            inference.complete(&body)
            tree.sources.append(SpecTree.Source(name: "inferred", words: inference.origins, layer: .inferred))
            guard inference.faults.isEmpty else {
                throw SpecError(
                    inference.faults.map {
                        tree.diagnostic($0.message, at: $0.node?.place ?? place, suggestion: $0.hint)
                    }
                )
            }
            notes += inference.notes
            if trust == .object {
                let rules = UntrustedRules(tree: tree, cluster: cluster, identity: identity, hosts: inference.hosts)
                try rules.check(body)
            }
            if facts == nil, !inference.isComplete { tree.isOpen = true }
        }
        tree.root = named(tree.root, spec: body)
        let decoded = try decode(tree, identity)
        return ComposedCanary(
            decoded: decoded,
            policies: policies(cluster: cluster, namespace: namespace, own: decoded.policy, identity),
            notes: notes
        )
    }

    /// The object with its completed spec.
    private static func named(_ root: YAMLNode, spec: YAMLNode) -> YAMLNode {
        var root = root
        root.replace("spec", with: spec)
        return root
    }

    private static func decode(_ tree: SpecTree, _ identity: CanaryIdentity) throws(SpecError) -> DecodedSpec {
        var decoded = try SpecDecoder.decode(tree)
        // A file need not say its namespace.
        if let namespace = identity.namespace { decoded.spec.namespace = namespace }
        return decoded
    }

    private static func apply(_ set: String, to body: inout YAMLNode, tree: inout SpecTree) throws(SpecError) {
        tree.sources.append(SpecTree.Source(name: "--set \(set)", text: SourceText(set), isOverride: true))
        let override = try SpecOverride(set, source: tree.sources.count - 1, tree: tree)
        try override.graft(onto: &body, tree: tree)
    }

    private static func policies(
        cluster: PolicyDocument?,
        namespace: PolicyDocument?,
        own: CanaryPolicy?,
        _ identity: CanaryIdentity
    ) -> [ScopedPolicy] {
        let place = identity.namespace ?? "default"
        var policies: [ScopedPolicy] = []
        if let cluster { policies.append(ScopedPolicy(.cluster, cluster.policy)) }
        if let namespace, namespace != cluster {
            policies.append(ScopedPolicy(.namespace(place), namespace.policy))
        }
        if let own { policies.append(ScopedPolicy(.object(namespace: place, name: identity.name), own)) }
        return policies
    }
}

/// What a canary is called; without it nothing can be inferred.
struct CanaryIdentity: Sendable, Hashable {
    var name: String
    /// Nil for a file that does not say.
    var namespace: String?

    init(_ tree: SpecTree, trust: Trust) throws(SpecError) {
        var reader = SpecReader(tree: tree)
        guard let root = reader.section(tree.root, path: "", keys: SpecKeys.root) else {
            throw SpecError(reader.diagnostics)
        }
        let names = SpecDecoder.identity(root, with: &reader)
        if let name = names.name, trust == .object, name.utf8.count > UntrustedRules.nameLimit,
            let node = root.node["metadata"]?["name"]
        {
            reader.fail(
                "metadata.name is longer than \(UntrustedRules.nameLimit) characters: Lease and journal are named after it",
                at: node
            )
        }
        guard let name = names.name, reader.diagnostics.isEmpty else { throw SpecError(reader.diagnostics) }
        self.name = name
        namespace = names.namespace ?? (trust == .object ? "default" : nil)
    }

    func place(_ name: String) -> String { namespace.map { "\($0)/\(name)" } ?? name }
}
