import CanaryCore

/// The entry that is added beside a lone destination: what it says, however it is written down.
struct PartnerEntry {
    /// In the order in which they are written; a nested list stands for a mapping.
    enum Value {
        case text(String)
        /// A number, or the name of a port.
        case number(String)
        case mapping([(key: String, value: Value)])
    }

    let members: [(key: String, value: Value)]

    /// A partner has the neighbour's port, and its host or namespace unless the spec names another.
    init(of lone: RouteDestination, partner: DestinationSpec, weight: Int, located: LocatedRule) {
        let weight = (key: "weight", value: Value.number(String(weight)))
        if located.rule.grammar.isVirtualService {
            var destination = [(key: "host", value: Value.text(partner.host ?? lone.host))]
            if let subset = partner.subset { destination.append(("subset", .text(subset))) }
            if let port = lone.port { destination.append(("port", .mapping([("number", .number(port))]))) }
            members = [("destination", .mapping(destination)), weight]
        } else {
            members = Self.backend(lone, partner, located) + [weight]
        }
    }

    private static func backend(_ lone: RouteDestination, _ partner: DestinationSpec, _ located: LocatedRule)
        -> [(key: String, value: Value)]
    {
        func written(_ key: String) -> String? {
            lone.node[key].flatMap { $0.isNull || $0.scalar == "" ? nil : $0.scalar }
        }
        let isHostname = written("kind") == "Hostname"
        let host = partner.host ?? lone.host
        let service =
            isHostname ? nil : ServiceHost(host, namespace: located.namespace, kind: located.selection.kind).service
        var members: [(key: String, value: Value)] = []
        for key in ["group", "kind"] {
            if let text = written(key) { members.append((key, .text(text))) }
        }
        members.append(("name", .text(service?.name ?? host)))
        if let namespace = service?.namespace, written("namespace") != nil || namespace != located.namespace {
            members.append(("namespace", .text(namespace)))
        }
        if let port = lone.port { members.append(("port", .number(port))) }
        return members
    }

    /// As an API takes it.
    var json: JSONValue { Self.json(.mapping(members)) }

    private static func json(_ value: Value) -> JSONValue {
        switch value {
        case .text(let text): .string(text)
        case .number(let text): Int64(text).map { .integer($0) } ?? .string(text)
        case .mapping(let members): .object(Dictionary(members.map { ($0.key, json($0.value)) }) { $1 })
        }
    }
}
