package import CanaryCore

/// What a file of routes holds, for `init` and `validate`.
package struct RouteInventory: Sendable, Hashable, CustomStringConvertible {
    package struct Object: Sendable, Hashable {
        package var kind: String
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
        /// Whether it governs only some requests.
        package var hasMatch: Bool
        package var destinations: [Destination]
        /// `redirect`, `directResponse` or `delegate` in place of destinations.
        package var detour: String?
    }

    package struct Destination: Sendable, Hashable {
        package var host: String
        package var subset: String?
        package var port: String?
        /// nil if it is not written.
        package var weight: Int?
    }

    /// VirtualServices, HTTPRoutes and GRPCRoutes in the order of the file; the rules of the last two are not read.
    package var objects: [Object]

    /// Describes a text; fails only if that is not YAML.
    package static func describe(text: String) throws(RouteError) -> RouteInventory {
        let document = try RouteDocument(text: text)
        return RouteInventory(objects: document.objects.filter { $0.isVirtualService || $0.isRoute }.map(Self.object))
    }

    private static func object(_ object: RouteDocument.Object) -> Object {
        var result = Object(
            kind: object.kind,
            name: object.name,
            namespace: object.namespace,
            line: object.node.place.line,
            hosts: object.node["spec"]?[object.isVirtualService ? "hosts" : "hostnames"]?.items?.compactMap(\.scalar)
                ?? [],
            rules: []
        )
        guard object.isVirtualService else {
            result.problem = "this version reads only VirtualServices"
            return result
        }
        do {
            result.rules = try RouteRule.all(of: object).map { rule in
                Rule(
                    index: rule.index,
                    name: rule.name,
                    line: rule.node.place.line,
                    hasMatch: rule.hasMatch,
                    destinations: rule.destinations.map {
                        Destination(host: $0.host, subset: $0.subset, port: $0.port, weight: $0.weight)
                    },
                    detour: rule.detour
                )
            }
        } catch {
            result.problem = error.message
        }
        return result
    }

    package var description: String {
        var lines: [String] = []
        for object in objects {
            let name = object.namespace.map { "\($0)/\(object.name)" } ?? object.name
            lines.append("\(object.kind) \(name) (line \(object.line)), hosts \(object.hosts.joined(separator: ", "))")
            if let problem = object.problem { lines.append("  \(problem)") }
            for rule in object.rules {
                let label = rule.name.map { "'\($0)' (\(rule.index))" } ?? "\(rule.index)"
                let destinations = rule.destinations.map { destination in
                    let host = destination.subset.map { "\(destination.host) (\($0))" } ?? destination.host
                    return host + (destination.weight.map { " weight \($0)" } ?? "")
                }
                let target = rule.detour ?? destinations.joined(separator: ", ")
                lines.append("  rule \(label)\(rule.hasMatch ? ", with a match" : ""): \(target)")
            }
        }
        return lines.joined(separator: "\n")
    }
}
