import CanaryCore

/// Reads a CanaryPolicy strictly, as a spec is read.
enum PolicyReader {
    private static let limit = 200

    static func read(_ tree: SpecTree) throws(SpecError) -> PolicyDocument {
        var reader = SpecReader(tree: tree)
        var namespace: String?
        var body: SpecReader.Section?
        if let root = reader.section(tree.root, path: "", keys: SpecKeys.root) {
            let names = SpecDecoder.identity(root, kind: PolicyDocument.kind, with: &reader)
            namespace = names.namespace
            if let name = names.name, name != PolicyDocument.name, let node = root.node["metadata"]?["name"] {
                reader.fail(
                    "metadata.name of a CanaryPolicy must be 'default', not '\(name.prefix(64))'",
                    at: node,
                    suggestion: "there is one policy a namespace; the one in the agent's own namespace is the cluster's"
                )
            }
            body = reader.section(root, "spec", keys: PolicyKeys.spec)
            body?.path = ""
        }
        let policy = body.map { PolicyRules.read($0, with: &reader) } ?? CanaryPolicy()
        let profiles = profiles(body, with: &reader)
        let grants = grants(body, with: &reader)
        let repositories = repositories(body, with: &reader)
        let allowsPodsProxy = reader.flag(body, "podsProxy") ?? false
        let defaults = defaults(body, with: &reader)
        guard reader.diagnostics.isEmpty else {
            throw SpecError(reader.diagnostics.sorted { ($0.line, $0.column) < ($1.line, $1.column) })
        }
        return PolicyDocument(
            policy: policy,
            namespace: namespace,
            grants: grants,
            allowsPodsProxy: allowsPodsProxy,
            repositories: repositories,
            profiles: profiles,
            defaults: defaults,
            places: reader.places,
            source: tree.sources[0]
        )
    }

    // MARK: Values of canaries

    private static func defaults(_ body: SpecReader.Section?, with reader: inout SpecReader) -> YAMLNode? {
        guard let section = reader.section(body, "defaults", keys: PolicyKeys.defaults) else { return nil }
        for key in PolicyKeys.ownOfRoutes {
            guard let pair = section.node["route"]?.pairs?.first(where: { $0.key.scalar == key }) else { continue }
            reader.fail("defaults.route.\(key) cannot be preset: each canary has a route of its own", at: pair.key)
        }
        decode(section.node, with: &reader)
        refuseVariables(section.node, with: &reader)
        return section.node
    }

    /// Decodes a part of a spec for its faults.
    private static func decode(_ part: YAMLNode, with reader: inout SpecReader) {
        var tree = reader.tree
        tree.root = part.mapping([("spec", part)])
        tree.isPartial = true
        do throws(SpecError) {
            _ = try SpecDecoder.decode(tree)
        } catch {
            // What the keys of the section have told already is not told twice.
            func place(_ fault: SpecDiagnostic) -> String { fault.path ?? "\(fault.line):\(fault.column)" }
            let known = Set(reader.diagnostics.map(place))
            reader.diagnostics += error.diagnostics.filter { !known.contains(place($0)) }
        }
    }

    /// In an object of a cluster `${VAR}` would be text: whoever writes it there means something else.
    private static func refuseVariables(_ node: YAMLNode, with reader: inout SpecReader) {
        guard reader.tree.sources.first?.words != nil else { return }
        if let text = node.scalar, text.contains("${") {
            reader.fail(
                "variables are never expanded in an object of the cluster",
                at: node,
                suggestion:
                    "use tokenFile or passwordFile with a file mounted into the agent, or give the agent the policy "
                    + "as a file"
            )
        }
        for child in node.pairs.map({ $0.map(\.value) }) ?? node.items ?? [] { refuseVariables(child, with: &reader) }
    }

    // MARK: Profiles and grants

    private static func profiles(
        _ body: SpecReader.Section?,
        with reader: inout SpecReader
    ) -> [String: PolicyDocument.Profile] {
        guard let node = reader.node(body, "profiles") else { return [:] }
        guard let pairs = node.pairs, pairs.count <= limit else {
            reader.fail(
                "profiles must be a mapping of at most \(limit) names to endpoints, not \(node.kindName)",
                at: node,
                suggestion: "e.g. main: { prometheus: { url: … } }"
            )
            return [:]
        }
        var profiles: [String: PolicyDocument.Profile] = [:]
        for pair in pairs {
            guard let name = pair.key.scalar, SpecNames.isName(name, limit: 63, allowsDots: false) else {
                reader.fail(
                    "the name of a profile must be at most 63 lower-case letters, digits and '-'",
                    at: pair.key
                )
                continue
            }
            if let profile = profile(pair.value, path: "profiles.\(name)", with: &reader) { profiles[name] = profile }
        }
        return profiles
    }

    private static func profile(
        _ node: YAMLNode,
        path: String,
        with reader: inout SpecReader
    ) -> PolicyDocument.Profile? {
        guard reader.section(node, path: path, keys: PolicyKeys.profile) != nil else { return nil }
        let isWebhook = node["webhook"] != nil
        let strays = (isWebhook ? SpecKeys.telemetry.known : ["template", "on"]).filter { node[$0] != nil }
        if let stray = strays.first {
            reader.fail(
                isWebhook
                    ? "\(path) is a webhook and telemetry (\(stray)) at once"
                    : "\(path).\(stray) needs webhook beside it",
                at: node,
                suggestion: "a profile is one of scrape, prometheus and webhook"
            )
            return nil
        }
        guard isWebhook || node["scrape"] != nil || node["prometheus"] != nil else {
            reader.fail(
                "\(path) names no endpoint",
                at: node,
                suggestion: "write prometheus: { url: … }, scrape: { … } or webhook: URL below it"
            )
            return nil
        }
        if let server = node["prometheus"], server.pairs != nil, server["url"] == nil {
            reader.fail("\(path).prometheus.url is missing", at: server)
        }
        if let scrape = node["scrape"], scrape.pairs != nil, scrape["targets"] == nil, scrape["pods"] == nil {
            reader.fail("\(path).scrape names neither targets nor pods", at: scrape, suggestion: "e.g. pods: {}")
        }
        let list = YAMLNode(content: .sequence([node]), place: node.place)
        decode(node.mapping(isWebhook ? [("notify", list)] : [("telemetry", node)]), with: &reader)
        refuseVariables(node, with: &reader)
        return PolicyDocument.Profile(node: node, isWebhook: isWebhook)
    }

    private static func repositories(_ body: SpecReader.Section?, with reader: inout SpecReader) -> [String: String] {
        guard let node = reader.node(body, "repositories") else { return [:] }
        guard let pairs = node.pairs, pairs.count <= limit else {
            reader.fail(
                "repositories must be a mapping of at most \(limit) names to Git work trees, not \(node.kindName)",
                at: node,
                suggestion: "e.g. main: { directory: /repositories/main }"
            )
            return [:]
        }
        var repositories: [String: String] = [:]
        for pair in pairs {
            guard let name = pair.key.scalar, SpecNames.isName(name, limit: 63, allowsDots: false) else {
                reader.fail(
                    "the name of a repository must be at most 63 lower-case letters, digits and '-'",
                    at: pair.key
                )
                continue
            }
            let path = "repositories.\(name)"
            guard let section = reader.section(pair.value, path: path, keys: PolicyKeys.repository) else { continue }
            reader.require(section, "directory", "it is the folder of a Git work tree, on the agent's machine")
            guard let directory = reader.text(section, "directory", "an absolute path") else { continue }
            let parts = directory.split(separator: "/")
            if !directory.hasPrefix("/") || parts.isEmpty || parts.contains("..") || directory.contains("${") {
                reader.fail(
                    "\(path).directory must be an absolute path without '..', below '/', not '\(directory.prefix(64))'",
                    at: section.node["directory"] ?? section.node,
                    suggestion: "e.g. /repositories/main"
                )
            }
            repositories[name] = directory
        }
        return repositories
    }

    private static func grants(_ body: SpecReader.Section?, with reader: inout SpecReader) -> [PolicyDocument.Grant] {
        guard let items = reader.list(body, "grants", example: "[{ from: shop, to: istio-system }]") else { return [] }
        if items.count > limit, let node = body?.node["grants"] {
            reader.fail("grants must hold at most \(limit) of them, not \(items.count)", at: node)
        }
        var grants: [PolicyDocument.Grant] = []
        for (path, node) in items.prefix(limit) {
            guard let section = reader.section(node, path: path, keys: PolicyKeys.grant) else { continue }
            reader.require(section, "from", "it is the namespace of the canaries, or '*' for every one")
            reader.require(section, "to", "it is the namespace that they may refer to")
            let isEvery = section.node["from"]?.scalar == "*"
            let from = isEvery ? "*" : SpecNames.namespace(section, "from", with: &reader)
            guard let from, let to = SpecNames.namespace(section, "to", with: &reader) else { continue }
            grants.append(PolicyDocument.Grant(from: from, to: to))
        }
        return grants
    }
}
