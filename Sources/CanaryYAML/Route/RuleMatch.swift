/// Tells whether a rule's conditions limit it to a part of the requests.
enum RuleMatch {
    /// False for a rule that governs every request: without a match, with a block that has no condition, or with a path
    /// prefix `/` alone, which the Gateway API fills in as the default.
    static func limits(_ match: YAMLNode?, _ grammar: RouteGrammar) -> Bool {
        guard let match, !match.isNull, let blocks = match.items, !blocks.isEmpty else { return false }
        // Blocks are alternatives: one without a condition lets every request through.
        return !blocks.contains { grammar.isVirtualService ? isOpen(virtualService: $0) : isOpen(gateway: $0) }
    }

    private static func isOpen(virtualService block: YAMLNode) -> Bool {
        let conditions = (block.pairs ?? []).filter { $0.key.scalar != "name" && !isEmpty($0.value) }
        if conditions.isEmpty { return true }
        guard conditions.count == 1, let uri = block["uri"], let pairs = uri.pairs, pairs.count == 1 else {
            return false
        }
        return uri["prefix"]?.scalar == "/"
    }

    private static func isOpen(gateway block: YAMLNode) -> Bool {
        let conditions = (block.pairs ?? []).filter { !isEmpty($0.value) }
        guard conditions.allSatisfy({ $0.key.scalar == "path" }) else { return false }
        guard let path = block["path"], !path.isNull else { return true }
        return path["type"]?.scalar ?? "PathPrefix" == "PathPrefix" && path["value"]?.scalar ?? "/" == "/"
    }

    /// Nothing, or a mapping or list without members.
    private static func isEmpty(_ node: YAMLNode) -> Bool {
        node.isNull || node.pairs?.isEmpty == true || node.items?.isEmpty == true
    }
}
