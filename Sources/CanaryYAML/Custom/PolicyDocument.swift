package import CanaryCore

/// A CanaryPolicy: rules of when releases may go on, values that canaries of its scope need not write, and endpoints that they may
/// name but not write.
package struct PolicyDocument: Sendable, Hashable {
    package static let kind = "CanaryPolicy"
    /// Objects must be called this: one policy a namespace, so that nobody has to guess which holds.
    package static let name = "default"

    /// One namespace's canaries may refer to things in another one.
    package struct Grant: Sendable, Hashable {
        /// `*` is every namespace.
        package let from: String
        package let to: String
    }

    /// An endpoint of the platform's: of telemetry, or a webhook.
    struct Profile: Sendable, Hashable {
        var node: YAMLNode
        var isWebhook: Bool
    }

    package let policy: CanaryPolicy
    /// Nil for a file that does not say.
    package let namespace: String?
    package let grants: [Grant]
    /// Canaries may be scraped through the API server (`scrape.pods.via: apiServer`).
    package let allowsPodsProxy: Bool
    /// Folders of Git work trees by the names that canaries use for them; absolute paths of the agent's machine.
    package let repositories: [String: String]
    /// Endpoints by the names that canaries use for them.
    let profiles: [String: Profile]
    /// The values that canaries need not write; nil if there are none.
    let defaults: YAMLNode?
    /// Where the rules stand, by path relative to `spec`.
    let places: [String: YAMLPlace]
    /// What the nodes stand in: one source.
    let source: SpecTree.Source

    /// The names of profiles, sorted.
    package var profileNames: [String] { profiles.keys.sorted() }

    /// Whether it is an object of a cluster, not a file of the operator's: then no variable is ever expanded in it.
    var isObject: Bool { source.words != nil }

    /// Has something that only counts in the policy of the cluster.
    package var hasClusterKeys: Bool {
        !profiles.isEmpty || !grants.isEmpty || allowsPodsProxy || !repositories.isEmpty
    }

    /// Decodes an object of the API; faults have the path of the value as their place.
    package static func decode(_ json: JSONValue) throws(SpecError) -> PolicyDocument {
        try PolicyReader.read(SpecTree(object: json, kind: kind, layer: .clusterPolicy))
    }

    /// Decodes one YAML document.
    ///
    /// - Parameter file: the name to print in diagnostics; nothing is read.
    package static func decode(text: String, file: String) throws(SpecError) -> PolicyDocument {
        try PolicyReader.read(SpecDecoder.tree(text: text, file: file, layer: .clusterPolicy))
    }

    /// Whether a text is meant to be a policy rather than a canary: its first document says so.
    package static func isMeant(by text: String) -> Bool {
        guard let documents = try? YAMLComposer.compose(text) else { return false }
        return documents.first?["kind"]?.scalar == kind
    }

    /// Every rule, preset value and profile with where it stands, for `validate --effective`.
    package var effective: [EffectiveSpec.Entry] {
        var tree = SpecTree(
            sources: [source],
            root: YAMLNode(content: .mapping([]), place: YAMLPlace.none),
            isPartial: true
        )
        tree.sources[0].layer = .own
        func origin(_ place: YAMLPlace?) -> SpecOrigin { place.map(tree.origin) ?? .builtIn }
        var entries = PolicyWords.entries(policy).map { entry in
            EffectiveSpec.Entry(path: entry.path, value: entry.value, origin: origin(places[entry.path]))
        }
        func add(_ node: YAMLNode, _ path: String) {
            if let pairs = node.pairs, !pairs.isEmpty {
                for pair in pairs { add(pair.value, "\(path).\(pair.key.scalar ?? "")") }
            } else if let items = node.items {
                for (index, item) in items.enumerated() { add(item, "\(path)[\(index)]") }
            } else {
                entries.append(
                    EffectiveSpec.Entry(path: path, value: node.scalar ?? "{}", origin: origin(node.place))
                )
            }
        }
        if let defaults { add(defaults, "defaults") }
        for (name, profile) in profiles.sorted(by: { $0.key < $1.key }) { add(profile.node, "profiles.\(name)") }
        for (name, directory) in repositories.sorted(by: { $0.key < $1.key }) {
            let path = "repositories.\(name).directory"
            entries.append(EffectiveSpec.Entry(path: path, value: directory, origin: origin(places[path])))
        }
        for (index, grant) in grants.enumerated() {
            let place = places["grants[\(index)]"]
            entries.append(
                EffectiveSpec.Entry(
                    path: "grants[\(index)]",
                    value: "\(grant.from) may refer to \(grant.to)",
                    origin: origin(place)
                )
            )
        }
        entries.append(
            EffectiveSpec.Entry(path: "podsProxy", value: String(allowsPodsProxy), origin: origin(places["podsProxy"]))
        )
        return entries
    }

    /// Whether canaries of one namespace may refer to another one; their own needs no grant.
    func grants(from: String, to: String) -> Bool {
        from == to || grants.contains { ($0.from == "*" || $0.from == from) && $0.to == to }
    }

    /// The source as it is called when the policy is a namespace's.
    func source(as layer: SpecTree.Source.Layer) -> SpecTree.Source {
        var source = source
        source.layer = layer
        return source
    }
}
