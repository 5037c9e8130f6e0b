package import CanaryCore

/// What a file of routes holds, for `init` and `validate`.
package struct RouteInventory: Sendable, Hashable, CustomStringConvertible {
    package struct Object: Sendable, Hashable {
        package var kind: RouteSpec.Kind
        package var name: String
        package var namespace: String?
        /// The line it begins on, from 1.
        package var line: Int
        package var hosts: [String]
        package var rules: [Rule]
        /// Why its rules could not be read; then `rules` is empty.
        package var problem: String?
    }

    package struct Rule: Sendable, Hashable {
        package var index: Int
        package var name: String?
        package var line: Int
        /// Which of a VirtualService's lists it is in, if that is not `http`.
        package var list: RouteSpec.RuleList?
        /// Whether it governs only some requests.
        package var hasMatch: Bool
        package var destinations: [Destination]
        /// `redirect`, `directResponse`, `delegate` or `RequestRedirect` in place of destinations.
        package var detour: String?
    }

    package struct Destination: Sendable, Hashable {
        package var host: String
        package var subset: String?
        package var port: String?
        /// nil if it is not written.
        package var weight: Int?
    }

    /// VirtualServices, HTTPRoutes and GRPCRoutes in the order of the file.
    package var objects: [Object]

    /// Describes a text; fails only if that is not YAML.
    package static func describe(text: String) throws(RouteError) -> RouteInventory {
        let document = try RouteDocument(text: text)
        return RouteInventory(
            objects: document.objects.compactMap { object in object.routeKind.map { Self.object(object, $0) } }
        )
    }

    /// Describes an object of an API.
    package static func describe(json: JSONValue) -> RouteInventory {
        guard let object = RouteDocument.Object(YAMLNode(json), path: [], lines: 0..<0), let kind = object.routeKind
        else {
            return RouteInventory(objects: [])
        }
        return RouteInventory(objects: [Self.object(object, kind)])
    }

    private static func object(_ object: RouteDocument.Object, _ kind: RouteSpec.Kind) -> Object {
        let hosts = object.node["spec"]?[kind == .virtualService ? "hosts" : "hostnames"]?.items?.compactMap(\.scalar)
        var result = Object(
            kind: kind,
            name: object.name,
            namespace: object.namespace,
            line: object.node.place.line,
            hosts: hosts ?? [],
            rules: []
        )
        do {
            for list in kind == .virtualService ? filled(object) : [nil] {
                result.rules += try RouteRule.all(of: object, list: list).map(Self.rule)
            }
        } catch {
            result.rules = []
            result.problem = error.message
        }
        return result
    }

    /// The lists of a VirtualService that have rules; `http` if none has, for the message.
    private static func filled(_ object: RouteDocument.Object) -> [RouteSpec.RuleList?] {
        let lists = RouteSpec.RuleList.allCases.filter { !(object.node["spec"]?[$0.rawValue]?.items ?? []).isEmpty }
        return lists.isEmpty ? [.http] : lists
    }

    private static func rule(_ rule: RouteRule) -> Rule {
        Rule(
            index: rule.index,
            name: rule.name,
            line: rule.node.place.line,
            list: rule.grammar.list == .http ? nil : rule.grammar.list,
            hasMatch: rule.hasMatch,
            destinations: rule.destinations.map {
                Destination(host: $0.host, subset: $0.subset, port: $0.port, weight: $0.weight)
            },
            detour: rule.detour
        )
    }

    package var description: String {
        var lines: [String] = []
        for object in objects {
            let name = object.namespace.map { "\($0)/\(object.name)" } ?? object.name
            let line = object.line > 0 ? " (line \(object.line))" : ""
            lines.append("\(object.kind.word) \(name)\(line), hosts \(object.hosts.joined(separator: ", "))")
            if let problem = object.problem { lines.append("  \(problem)") }
            for rule in object.rules {
                let label = rule.name.map { "'\($0)' (\(rule.index))" } ?? "\(rule.index)"
                let destinations = rule.destinations.map { destination in
                    let host = destination.subset.map { "\(destination.host) (\($0))" } ?? destination.host
                    return host + (destination.weight.map { " weight \($0)" } ?? "")
                }
                let target = rule.detour ?? destinations.joined(separator: ", ")
                let word = rule.list.map { "\($0.rawValue) rule" } ?? "rule"
                lines.append("  \(word) \(label)\(rule.hasMatch ? ", with a match" : ""): \(target)")
            }
        }
        return lines.joined(separator: "\n")
    }
}
