/// Puts the endpoints of the cluster's profiles where a part of a spec names them.
struct ProfileLookup {
    let policy: PolicyDocument?
    /// Where the policy's nodes are in the list of sources.
    let shift: Int
    private(set) var faults: [(message: String, node: YAMLNode, hint: String)] = []

    init(_ policy: PolicyDocument?, shift: Int) {
        self.policy = policy
        self.shift = shift
    }

    /// The part with telemetry and notify entries completed, the part's own keys being the stronger ones.
    mutating func completed(_ part: YAMLNode) -> (part: YAMLNode, namesTelemetry: Bool) {
        var result = part
        var namesTelemetry = false
        if let telemetry = part["telemetry"], let node = telemetry["profile"], let name = node.scalar, !node.isNull {
            if let profile = find(name, isWebhook: false, node) {
                namesTelemetry = true
                result.replace("telemetry", with: SpecMerge.merged(profile, telemetry, path: "telemetry"))
            }
        }
        if let notify = part["notify"], let items = notify.items {
            var list = notify
            list.content = .sequence(
                items.map { item in
                    guard let node = item["profile"], let name = node.scalar, !node.isNull,
                        let profile = find(name, isWebhook: true, node)
                    else { return item }
                    return SpecMerge.merged(profile, item, path: "notify[]") ?? item
                }
            )
            result.replace("notify", with: list)
        }
        return (result, namesTelemetry)
    }

    private mutating func find(_ name: String, isWebhook: Bool, _ node: YAMLNode) -> YAMLNode? {
        let shown = name.prefix(64)
        guard let profile = policy?.profiles[name] else {
            let names = policy?.profiles.filter { $0.value.isWebhook == isWebhook }.keys.sorted() ?? []
            let nearest = EditDistance.nearest(to: name, among: names)
            let known =
                names.isEmpty
                ? "it defines none; ask the platform's team for one"
                : "it defines \(names.prefix(10).joined(separator: ", ")); ask the platform's team for more"
            let what = isWebhook ? "webhook" : "telemetry"
            faults.append(
                (
                    "the cluster's CanaryPolicy has no \(what) profile '\(shown)'", node,
                    nearest.map { "did you mean '\($0)'?" } ?? known
                )
            )
            return nil
        }
        guard profile.isWebhook == isWebhook else {
            let (is_, not) = isWebhook ? ("telemetry", "a webhook") : ("a webhook", "telemetry")
            faults.append(("the profile '\(shown)' is \(is_), not \(not)", node, "choose another profile"))
            return nil
        }
        return profile.node.moved(by: shift)
    }
}

extension YAMLNode {
    /// Replaces or adds the value of a key of a mapping; nil removes it.
    mutating func replace(_ key: String, with value: YAMLNode?) {
        var pairs = self.pairs ?? []
        let index = pairs.firstIndex { $0.key.scalar == key }
        switch (index, value) {
        case (.some(let index), .some(let value)): pairs[index].value = value
        case (.some(let index), nil): pairs.remove(at: index)
        case (nil, .some(let value)):
            pairs.append(Pair(key: YAMLNode(content: .scalar(key, .plain), place: value.place), value: value))
        case (nil, nil): return
        }
        content = .mapping(pairs)
    }
}
