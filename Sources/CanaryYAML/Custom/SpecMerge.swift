/// Merges two parts of specs, the weaker below the stronger: mappings key by key, everything else is replaced, lists included.
enum SpecMerge {
    /// Keys that are alternatives: if the stronger part has one of them, the weaker part's are not meant any more.
    private static let alternatives: [String: [Set<String>]] = [
        "route": [["virtualService", "httpRoute", "grpcRoute"]],
        "route.rule": [["name", "index"]],
        "telemetry": [["scrape", "prometheus"]],
        "telemetry.scrape": [["targets", "pods"], ["certFile", "keyFile"]],
        "telemetry.prometheus": [
            ["username", "password", "passwordFile", "token", "tokenFile"], ["certFile", "keyFile"],
        ],
    ]
    /// What remains of a weaker server's keys once the stronger part names a server of its own: credentials must not follow.
    private static let sharedOfServers: Set<String> = ["podLabel", "delay", "timeout", "queries"]

    static func merged(_ weak: YAMLNode?, _ strong: YAMLNode?, path: String = "") -> YAMLNode? {
        guard let weak else { return strong }
        guard let strong else { return weak }
        guard let weaker = weak.pairs, let stronger = strong.pairs else { return strong }
        var own: [String: YAMLNode] = [:]
        for pair in stronger { own[pair.key.scalar ?? ""] = pair.value }
        var dropped: Set<String> = []
        for group in alternatives[path] ?? [] where !group.isDisjoint(with: own.keys) {
            dropped.formUnion(group.subtracting(own.keys))
        }
        if path == "telemetry.prometheus", own["url"] != nil {
            dropped.formUnion(weaker.compactMap(\.key.scalar).filter { !sharedOfServers.contains($0) })
        }
        var result: [YAMLNode.Pair] = []
        var taken: Set<String> = []
        for pair in weaker {
            guard let key = pair.key.scalar else { continue }
            guard let value = own[key] else {
                if !dropped.contains(key) { result.append(pair) }
                continue
            }
            taken.insert(key)
            guard let both = merged(pair.value, value, path: path.isEmpty ? key : "\(path).\(key)") else { continue }
            result.append(
                YAMLNode.Pair(key: both.place == value.place ? strongKey(key, stronger) : pair.key, value: both)
            )
        }
        result += stronger.filter { !taken.contains($0.key.scalar ?? "") }
        var node = strong
        node.content = .mapping(result)
        return node
    }

    private static func strongKey(_ key: String, _ pairs: [YAMLNode.Pair]) -> YAMLNode {
        pairs.first { $0.key.scalar == key }?.key
            ?? YAMLNode(content: .scalar(key, .plain), place: pairs[0].value.place)
    }
}
