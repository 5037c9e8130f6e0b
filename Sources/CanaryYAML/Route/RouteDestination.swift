import CanaryCore

/// One entry of a rule's list of destinations.
struct RouteDestination {
    /// The entry.
    var node: YAMLNode
    var index: Int
    /// As it is written; for a Service of the Gateway API its name, with the namespace if that is written.
    var host: String
    var subset: String?
    var port: String?
    /// nil if it is not written.
    var weight: Int?

    var label: String { subset.map { "\(host) (\($0))" } ?? host }

    init(_ entry: YAMLNode, index: Int, rule: String, grammar: RouteGrammar) throws(RouteError) {
        node = entry
        self.index = index
        if grammar.isVirtualService {
            let destination = entry["destination"]
            guard let host = destination?["host"]?.scalar, !host.isEmpty else {
                throw RouteError(.notARoute, "\(rule) has an entry without destination.host\(entry.lineWords)")
            }
            self.host = host
            subset = destination?["subset"].flatMap { $0.isNull || $0.scalar == "" ? nil : $0.scalar }
            port = destination?["port"]?["number"]?.scalar
        } else {
            guard let name = Self.text(entry, "name") else {
                throw RouteError(.notARoute, "\(rule) has a backendRef without name\(entry.lineWords)")
            }
            host = Self.host(entry, name: name)
            port = Self.text(entry, "port")
        }
        weight = try Self.weight(entry, host: host, rule: rule, grammar: grammar)
    }

    /// A Service by its name, or by its full name if the namespace is written; other kinds of backend so that no spec can
    /// mean them.
    private static func host(_ entry: YAMLNode, name: String) -> String {
        switch (text(entry, "group") ?? "", text(entry, "kind") ?? "Service") {
        case ("", "Service"): text(entry, "namespace").map { "\(name).\($0).svc.cluster.local" } ?? name
        case ("networking.istio.io", "Hostname"): name
        case (_, let kind): "\(kind)/\(name)"
        }
    }

    private static func text(_ entry: YAMLNode, _ key: String) -> String? {
        entry[key].flatMap { $0.isNull || $0.scalar == "" ? nil : $0.scalar }
    }

    private static func weight(_ entry: YAMLNode, host: String, rule: String, grammar: RouteGrammar)
        throws(RouteError) -> Int?
    {
        // An API drops null members; in a file an empty weight is more likely a slip.
        guard let node = entry["weight"] else { return nil }
        guard let text = node.scalar, let value = plainNumber(text), value <= grammar.weightLimit else {
            throw RouteError(
                .notARoute,
                "the weight of \(host) in \(rule)\(node.lineWords) is not a whole number from 0 to \(grammar.weightLimit)",
                cause: node.scalar.map { "it says '\($0.prefix(40))'" },
                hint: "write it in decimal digits, without sign or leading zero"
            )
        }
        return value
    }

    /// Decimal digits that fit the API's 32 bits; a leading zero would mean octal to other readers.
    private static func plainNumber(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 10, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        guard text == "0" || !text.hasPrefix("0"), let value = Int32(text) else { return nil }
        return Int(value)
    }
}
