import CanaryCore

/// What a canary from the cluster may not say, because its author is not the agent's operator (design, section 10).
///
/// It looks at the merged spec and judges each value by who wrote it: what the cluster's policy says is the operator's word.
struct UntrustedRules {
    let tree: SpecTree
    let cluster: PolicyDocument?
    let identity: CanaryIdentity
    /// Hosts of the destinations that the route really has, with who said so.
    let hosts: [String]

    /// Longer names would make names of Leases and journals that are refused.
    static let nameLimit = 180
    static let nodeLimit = 2000
    static let textLimit = 1000
    static let stepLimit = 30
    static let metricLimit = 8
    static let labelLimit = 8
    static let notifyLimit = 8
    static let leastInterval = Duration.seconds(1)
    static let mostTimeout = Duration.seconds(30)

    private static let credentials = [
        "tokenFile", "certFile", "keyFile", "passwordFile", "password", "token", "username",
    ]
    private static let ask = "ask the platform's team"

    /// Refuses what is too large to be looked at, before it is.
    static func bound(_ tree: SpecTree) throws(SpecError) {
        let root = tree.root
        guard root.count(upTo: nodeLimit + 1) <= nodeLimit else {
            throw SpecError([tree.diagnostic("the object has more than \(nodeLimit) values", at: root.place)])
        }
        guard let long = longest(root) else { return }
        throw SpecError([tree.diagnostic("a text is longer than \(textLimit) bytes", at: long.place)])
    }

    private static func longest(_ node: YAMLNode) -> YAMLNode? {
        if let text = node.scalar, text.utf8.count > textLimit { return node }
        for pair in node.pairs ?? [] {
            if let key = pair.key.scalar, key.utf8.count > textLimit { return pair.key }
            if let found = longest(pair.value) { return found }
        }
        for item in node.items ?? [] {
            if let found = longest(item) { return found }
        }
        return nil
    }

    func check(_ spec: YAMLNode) throws(SpecError) {
        var faults = Faults(tree: tree)
        route(spec["route"], &faults)
        telemetry(spec["telemetry"], &faults)
        notify(spec["notify"], &faults)
        bounds(spec, &faults)
        guard faults.found.isEmpty else { throw SpecError(faults.found) }
    }

    private struct Faults {
        let tree: SpecTree
        var found: [SpecDiagnostic] = []

        mutating func add(_ message: String, at node: YAMLNode, _ hint: String) {
            guard found.count < 50 else { return }
            found.append(tree.diagnostic(message, at: node.place, length: tree.length(of: node), suggestion: hint))
        }
    }

    /// Whether the operator stands behind a value: the cluster's policy, or nobody (what was inferred is checked by itself).
    private func isTrusted(_ node: YAMLNode) -> Bool {
        guard tree.sources.indices.contains(node.place.source) else { return false }
        let source = tree.sources[node.place.source]
        switch source.layer {
        case .clusterPolicy, .inferred: return true
        case .namespacePolicy: return source.words == nil
        case .own: return source.isOverride
        }
    }

    /// The value of a key if somebody who is not trusted wrote it, or a part of it.
    private func foreign(_ node: YAMLNode?, _ key: String) -> YAMLNode? {
        guard let value = node?[key], !isWhollyTrusted(value) else { return nil }
        return value
    }

    private func isWhollyTrusted(_ node: YAMLNode) -> Bool {
        let children = node.pairs.map { $0.map(\.value) } ?? node.items
        guard let children, !children.isEmpty else { return isTrusted(node) }
        return children.allSatisfy(isWhollyTrusted)
    }

    // MARK: Route

    private func route(_ route: YAMLNode?, _ faults: inout Faults) {
        for key in ["file", "commit"] {
            guard let node = foreign(route, key) else { continue }
            faults.add(
                "route.\(key) is not for canaries of the cluster: they name no files of the agent",
                at: node,
                "leave it out; a route in Git is for `haldane run` in a pipeline"
            )
        }
        settle(route, &faults)
        for side in ["stable", "canary"] {
            guard let node = foreign(route?[side], "host"), let host = node.scalar else { continue }
            refuse(host, "route.\(side).host", Self.kind(route), at: node, &faults)
        }
        for host in hosts { refuse(host, "the route", Self.kind(route), at: route ?? tree.root, &faults) }
    }

    /// Files are those of a work tree that the operator has named, and branches are Haldane's own.
    private func settle(_ route: YAMLNode?, _ faults: inout Faults) {
        guard let settle = foreign(route, "settle") else { return }
        let names = cluster?.repositories.keys.sorted() ?? []
        let ask = "\(Self.ask) for repositories: { NAME: { directory: … } } in the cluster's CanaryPolicy"
        let hint =
            names.isEmpty
            ? "\(ask), and name it: settle: { repository: NAME, file: PATH }"
            : "name one: settle: { repository: NAME, file: PATH }; there is \(names.prefix(5).joined(separator: ", ")); else \(ask)"
        if let node = settle["repository"], let name = node.scalar {
            if !names.contains(name) {
                faults.add("route.settle.repository: there is no repository '\(name.prefix(64))'", at: node, hint)
            }
        } else {
            faults.add(
                "route.settle needs a repository: canaries of the cluster name no other files of the agent",
                at: settle,
                hint
            )
        }
        if let node = settle["file"], let file = node.scalar, !SettleSpec.isConfined(file: file) {
            faults.add(
                "route.settle.file must stay below the repository's folder, not '\(file.prefix(64))'",
                at: node,
                "write it relative to the folder, without '.', '..' and '.git': apps/shop/route.yaml"
            )
        }
        if let node = settle["branch"], let branch = node.scalar, !SettleSpec.isConfined(branch: branch) {
            faults.add(
                "route.settle.branch of a canary of the cluster must begin with \(SettleSpec.branchPrefix), not "
                    + "'\(branch.prefix(64))': it is pushed with force",
                at: node,
                "e.g. branch: \(SettleSpec.branchPrefix)\(identity.name)"
            )
        }
    }

    private static func kind(_ route: YAMLNode?) -> RouteSpec.Kind {
        SpecInference.kinds.first { route?[$0.key] != nil }?.kind ?? .virtualService
    }

    /// Refuses a host of another namespace that was not granted.
    private func refuse(
        _ host: String,
        _ what: String,
        _ kind: RouteSpec.Kind,
        at node: YAMLNode,
        _ faults: inout Faults
    ) {
        guard let mine = identity.namespace,
            let service = ServiceHost(host, namespace: mine, kind: kind).service,
            !isGranted(service.namespace)
        else { return }
        faults.add(
            "\(what) leads to \(service.name.prefix(64)) in the namespace \(service.namespace.prefix(64)), this canary is of \(mine)",
            at: node,
            grantHint(service.namespace)
        )
    }

    private func isGranted(_ namespace: String) -> Bool {
        guard let mine = identity.namespace else { return false }
        return mine == namespace || cluster?.grants(from: mine, to: namespace) ?? false
    }

    private func grantHint(_ namespace: String) -> String {
        let mine = identity.namespace ?? "…"
        return "\(Self.ask) for grants: [{ from: \(mine), to: \(namespace.prefix(64)) }] in the cluster's CanaryPolicy"
    }

    // MARK: Telemetry

    private var profileHint: String {
        let names = cluster?.profiles.filter { !$0.value.isWebhook }.keys.sorted() ?? []
        let ask = "\(Self.ask) for a profile in the cluster's CanaryPolicy"
        guard !names.isEmpty else { return "\(ask), and name it: telemetry: { profile: NAME }" }
        return
            "name a profile: telemetry: { profile: NAME }; there is \(names.prefix(5).joined(separator: ", ")); else \(ask)"
    }

    private func telemetry(_ telemetry: YAMLNode?, _ faults: inout Faults) {
        let scrape = telemetry?["scrape"]
        let server = telemetry?["prometheus"]
        if let node = foreign(scrape, "targets") {
            refuseEndpoint("telemetry.scrape.targets", node, &faults)
        }
        for key in ["url", "headers", "username", "password", "token", "insecureSkipVerify"] {
            guard let node = foreign(server, key) else { continue }
            refuseEndpoint("telemetry.prometheus.\(key)", node, &faults)
        }
        for (name, section) in [("scrape", scrape), ("prometheus", server)] {
            for key in ["caFile", "certFile", "keyFile", "tokenFile", "passwordFile", "queries"] {
                guard let node = foreign(section, key) else { continue }
                let variable = hasVariable(node) ? ", and variables are not expanded in objects of the cluster" : ""
                faults.add(
                    "telemetry.\(name).\(key) is not for canaries of the cluster: they name no files of the agent\(variable)",
                    at: node,
                    profileHint
                )
            }
        }
        pods(scrape, &faults)
        gateways(telemetry, &faults)
    }

    /// With another reporter the pods are those of gateways and waypoints, found by their route in whatever namespace they are.
    private func gateways(_ telemetry: YAMLNode?, _ faults: inout Faults) {
        guard let reporter = telemetry?["reporter"]?.scalar, reporter != "destination",
            let pods = telemetry?["scrape"]?["pods"], pods["selector"] == nil
        else { return }
        for (key, usual) in [("port", ["15020", "15090"]), ("path", ["/stats/prometheus"])] {
            guard let node = foreign(pods, key), let value = node.scalar, !usual.contains(value) else { continue }
            faults.add(
                "telemetry.scrape.pods.\(key) must be \(usual.joined(separator: " or ")) with reporter \(reporter): these pods "
                    + "are not the canary's own",
                at: node,
                profileHint
            )
        }
    }

    private func refuseEndpoint(_ path: String, _ node: YAMLNode, _ faults: inout Faults) {
        let reason =
            hasVariable(node)
            ? "variables are not expanded in objects of the cluster, and endpoints are the operator's to choose"
            : "the agent would call it with its own network and rights"
        faults.add("\(path) is not for canaries of the cluster: \(reason)", at: node, profileHint)
    }

    private func hasVariable(_ node: YAMLNode) -> Bool {
        if let text = node.scalar { return text.contains("${") }
        return (node.pairs.map { $0.map(\.value) } ?? node.items ?? []).contains(where: hasVariable)
    }

    private func pods(_ scrape: YAMLNode?, _ faults: inout Faults) {
        guard let scrape else { return }
        let pods = scrape["pods"]
        if let node = pods?["via"], node.scalar == PodScrape.Way.apiServer.rawValue, !isTrusted(node),
            cluster?.allowsPodsProxy != true
        {
            faults.add(
                "telemetry.scrape.pods.via: apiServer needs the agent's right to pods/proxy, which is not for canaries here",
                at: node,
                "\(Self.ask) for podsProxy: true in the cluster's CanaryPolicy, or leave via out"
            )
        }
        if let node = pods?["namespace"], let namespace = node.scalar, namespace != identity.namespace,
            !isGranted(namespace)
        {
            let keys = pods?.pairs ?? []
            if !isTrusted(node) {
                faults.add(
                    "telemetry.scrape.pods.namespace is another namespace than the canary's",
                    at: node,
                    grantHint(namespace)
                )
            } else if let key = keys.first(where: { !isTrusted($0.value) }) {
                faults.add(
                    "telemetry.scrape.pods.\(key.key.scalar ?? "") would choose among the pods of \(namespace), which the "
                        + "cluster's policy presets",
                    at: key.value,
                    grantHint(namespace)
                )
            }
        }
        // The agent's credentials go where the operator said, and nowhere else.
        let secrets = Self.credentials.filter { key in scrape[key].map(isTrusted) ?? false }
        if let secret = secrets.first, let node = foreign(scrape, "pods") ?? foreign(scrape, "insecureSkipVerify") {
            faults.add(
                "telemetry.scrape cannot be changed here: the cluster's policy sends its \(secret) with each scrape",
                at: node,
                profileHint
            )
        }
    }

    // MARK: Notify

    private func notify(_ notify: YAMLNode?, _ faults: inout Faults) {
        let names = cluster?.profiles.filter(\.value.isWebhook).keys.sorted() ?? []
        let ask = "\(Self.ask) for a webhook profile in the cluster's CanaryPolicy"
        let hint =
            names.isEmpty
            ? "\(ask), and name it: notify: [{ profile: NAME }]"
            : "name a profile: notify: [{ profile: NAME }]; there is \(names.prefix(5).joined(separator: ", ")); else \(ask)"
        for (index, item) in (notify?.items ?? []).enumerated() {
            if let node = foreign(item, "webhook") {
                let reason =
                    hasVariable(node)
                    ? "variables are not expanded in objects of the cluster"
                    : "the agent would call it from its own network"
                faults.add("notify[\(index)].webhook is not for canaries of the cluster: \(reason)", at: node, hint)
            }
            if let node = foreign(item, "template"), let word = node.scalar, !Self.templates.contains(word) {
                faults.add(
                    "notify[\(index)].template must be one of \(Self.templates.joined(separator: ", ")): canaries of the "
                        + "cluster name no files of the agent",
                    at: node,
                    "\(Self.ask) for a webhook profile that has the template"
                )
            }
        }
    }

    /// The templates that the binary has.
    static let templates = ["haldane", "slack", "teams", "alertmanager"]

    // MARK: Bounds

    private func bounds(_ spec: YAMLNode, _ faults: inout Faults) {
        let lists = [
            ("steps", spec["steps"], Self.stepLimit),
            ("objectives.metrics", spec["objectives"]?["metrics"], Self.metricLimit),
            ("telemetry.match", spec["telemetry"]?["match"], Self.labelLimit),
            ("notify", spec["notify"], Self.notifyLimit),
        ]
        for (path, node, limit) in lists {
            guard let node, !isWhollyTrusted(node), let count = node.items?.count ?? node.pairs?.count, count > limit
            else { continue }
            faults.add(
                "\(path) has \(count) entries; a canary of the cluster may have \(limit)",
                at: node,
                "\(Self.ask) to preset more in the cluster's CanaryPolicy"
            )
        }
        if let node = foreign(spec["pace"], "interval"), let interval = node.scalar.flatMap(SpecSyntax.duration),
            interval < Self.leastInterval
        {
            faults.add(
                "pace.interval must be at least 1s in the cluster, not \(node.scalar ?? ""): the agent looks after many canaries",
                at: node,
                "\(Self.ask) to preset less in the cluster's CanaryPolicy"
            )
        }
        for section in ["scrape", "prometheus"] {
            guard let node = foreign(spec["telemetry"]?[section], "timeout"),
                let timeout = node.scalar.flatMap(SpecSyntax.duration), timeout > Self.mostTimeout
            else { continue }
            faults.add(
                "telemetry.\(section).timeout must be at most 30s in the cluster, not \(node.scalar ?? "")",
                at: node,
                "\(Self.ask) to preset more in the cluster's CanaryPolicy"
            )
        }
        names(spec["objectives"]?["metrics"], &faults)
    }

    /// Names of queries become names of files.
    private func names(_ metrics: YAMLNode?, _ faults: inout Faults) {
        for (index, item) in (metrics?.items ?? []).enumerated() {
            guard let node = foreign(item, "query"), let name = node.scalar else { continue }
            let isPlain =
                name.utf8.count <= 100
                && name.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x5F
                        || $0 == 0x2D
                }
            guard !isPlain else { continue }
            faults.add(
                "objectives.metrics[\(index)].query must be at most 100 letters, digits, '-' and '_'",
                at: node,
                "name a query of the agent; `haldane queries` lists those in the binary"
            )
        }
    }
}
