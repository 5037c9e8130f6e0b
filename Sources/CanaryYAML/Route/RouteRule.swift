import CanaryCore

/// One http rule of a VirtualService.
struct RouteRule {
    struct Destination {
        /// The entry of the rule's route list.
        var node: YAMLNode
        var index: Int
        var host: String
        var subset: String?
        var port: String?
        /// nil if it is not written.
        var weight: Int?

        var label: String { subset.map { "\(host) (\($0))" } ?? host }
    }

    var node: YAMLNode
    var index: Int
    var name: String?
    /// Whether it governs only some requests: a match without any condition or with prefix `/` alone governs all.
    var hasMatch: Bool
    var destinations: [Destination]
    /// `redirect`, `directResponse` or `delegate`, if it has one of them.
    var detour: String?

    /// `rule 0`, `rule 'staff' (1)`.
    var label: String { name.map { "rule '\($0)' (\(index))" } ?? "rule \(index)" }

    /// Whether requests of this rule can reach a destination now; a lone one gets everything whatever its weight says.
    func reaches(_ matches: (Destination) -> Bool) -> Bool {
        let found = destinations.filter(matches)
        return destinations.count == 1 ? !found.isEmpty : found.contains { ($0.weight ?? 0) > 0 }
    }

    /// The http rules of an object. Rules of other kinds (tcp, tls) are not looked at.
    static func all(of object: RouteDocument.Object) throws(RouteError) -> [RouteRule] {
        guard let spec = object.node["spec"], spec.pairs != nil else {
            throw RouteError(.notARoute, "VirtualService '\(object.name)' has no spec")
        }
        guard let http = spec["http"], let items = http.items, !items.isEmpty else {
            let others = ["tcp", "tls"].filter { spec[$0] != nil }
            throw RouteError(
                others.isEmpty ? .notARoute : .unsupported,
                "VirtualService '\(object.name)' has no http rules",
                cause: others.isEmpty
                    ? nil : "it has only \(others.joined(separator: " and ")) rules, which this version does not edit"
            )
        }
        var rules: [RouteRule] = []
        for (index, node) in items.enumerated() { rules.append(try RouteRule(node, index: index, object: object)) }
        return rules
    }

    private init(_ node: YAMLNode, index: Int, object: RouteDocument.Object) throws(RouteError) {
        self.node = node
        self.index = index
        name = node["name"].flatMap { $0.isNull ? nil : $0.scalar }
        detour = ["redirect", "directResponse", "delegate"].first { node[$0] != nil }
        hasMatch = Self.limits(node["match"])
        destinations = []
        guard node.pairs != nil else {
            throw RouteError(
                .notARoute,
                "http[\(index)] of '\(object.name)' (line \(node.place.line)) is not a mapping"
            )
        }
        guard let route = node["route"], !route.isNull else { return }
        guard let entries = route.items else {
            throw RouteError(
                .notARoute,
                "\(label) of '\(object.name)' (line \(route.place.line)) has a route that is no list"
            )
        }
        for (position, entry) in entries.enumerated() {
            destinations.append(try Self.destination(entry, index: position, rule: label))
        }
    }

    private static func destination(_ entry: YAMLNode, index: Int, rule: String) throws(RouteError) -> Destination {
        let line = entry.place.line
        guard let host = entry["destination"]?["host"]?.scalar, !host.isEmpty else {
            throw RouteError(.notARoute, "\(rule) has an entry without destination.host (line \(line))")
        }
        var weight: Int?
        if let node = entry["weight"] {
            guard let text = node.scalar, let value = plainNumber(text) else {
                throw RouteError(
                    .notARoute,
                    "the weight of \(host) in \(rule) (line \(node.place.line)) is not a whole number",
                    cause: node.scalar.map { "it says '\($0.prefix(40))'" },
                    hint: "write it in decimal digits, without sign or leading zero"
                )
            }
            weight = value
        }
        let subset = entry["destination"]?["subset"].flatMap { $0.isNull || $0.scalar == "" ? nil : $0.scalar }
        let port = entry["destination"]?["port"]?["number"]?.scalar
        return Destination(node: entry, index: index, host: host, subset: subset, port: port, weight: weight)
    }

    /// Decimal digits that fit the API's 32 bits; a leading zero would mean octal to other readers.
    private static func plainNumber(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 10, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        guard text == "0" || !text.hasPrefix("0"), let value = Int32(text) else { return nil }
        return Int(value)
    }

    private static func limits(_ match: YAMLNode?) -> Bool {
        guard let match, !match.isNull, let blocks = match.items, !blocks.isEmpty else { return false }
        // Blocks are alternatives: one without a condition lets every request through.
        return !blocks.contains { block in
            let conditions = (block.pairs ?? []).filter { $0.key.scalar != "name" && !$0.value.isNull }
            if conditions.isEmpty { return true }
            guard conditions.count == 1, let uri = block["uri"], let pairs = uri.pairs, pairs.count == 1 else {
                return false
            }
            return uri["prefix"]?.scalar == "/"
        }
    }
}
