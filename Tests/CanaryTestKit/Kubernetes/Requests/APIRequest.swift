import CanaryYAML
import Foundation

/// A request, as the API server double understands it.
struct APIRequest: Sendable {
    /// What the path leads to.
    enum Target: Sendable {
        /// A path that belongs to no resource, e.g. `/version` or `/apis`.
        case path([String])
        case resource(Place)
    }

    /// A collection, an object, or something below an object.
    struct Place: Sendable {
        var group: String
        var version: String
        var plural: String
        var namespace: String?
        var name: String?
        var subresource: String?
        /// What follows the subresource, with its leading slash and not decoded.
        var rest = "/"
    }

    var method: String
    /// Without the query.
    var path: String
    /// The last of equal names wins.
    var query: [String: String]
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    var target: Target
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, as permissions name them.
    var verb: String

    init(_ message: HTTPMessage) {
        let parts = message.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        let path = parts.first ?? ""
        method = message.method
        self.path = path
        query = Self.query(parts.count > 1 ? parts[1] : "")
        headers = message.headers
        body = message.body
        target = Self.target(path)
        verb = ""
        verb = makeVerb()
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    var userAgent: String { header("user-agent") ?? "" }

    /// Without parameters.
    var contentType: String {
        (header("content-type") ?? "").split(separator: ";").first.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
    }

    var place: Place? { if case .resource(let place) = target { place } else { nil } }

    func flag(_ name: String) -> Bool { ["true", "1"].contains(query[name] ?? "") }

    /// The name that ownership of fields is kept under.
    var fieldManager: String {
        if let named = query["fieldManager"], !named.isEmpty { return named }
        return userAgent.split(separator: "/").first.map(String.init) ?? "unknown"
    }

    private func makeVerb() -> String {
        let hasName = place?.name != nil
        switch method {
        case "GET" where place == nil: return "get"
        case "GET" where flag("watch") && place?.subresource == nil: return "watch"
        case "GET": return hasName ? "get" : "list"
        case "POST": return "create"
        case "PUT": return "update"
        case "PATCH": return "patch"
        case "DELETE": return hasName ? "delete" : "deletecollection"
        default: return method.lowercased()
        }
    }

    private static func target(_ path: String) -> Target {
        let raw = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        let words = raw.map { $0.removingPercentEncoding ?? $0 }
        let filled = words.filter { !$0.isEmpty }
        let group: String
        let start: Int
        if words.count >= 3, words[0] == "api" {
            (group, start) = ("", 1)
        } else if words.count >= 4, words[0] == "apis" {
            (group, start) = (words[1], 2)
        } else {
            return .path(filled)
        }
        var rest = Array(words[(start + 1)...])
        var used = start + 1
        var place = Place(group: group, version: words[start], plural: "")
        // `namespaces/x/pods` is a collection, `namespaces/x` and `namespaces/x/status` are a namespace.
        if rest.count >= 3, rest[0] == "namespaces", !["status", "finalize", ""].contains(rest[2]) {
            place.namespace = rest[1]
            rest.removeFirst(2)
            used += 2
        }
        guard let plural = rest.first, !plural.isEmpty else { return .path(filled) }
        place.plural = plural
        if rest.count > 1, !rest[1].isEmpty { place.name = rest[1] }
        if rest.count > 2, !rest[2].isEmpty { place.subresource = rest[2] }
        if rest.count > 3 { place.rest = "/" + raw[(used + 3)...].joined(separator: "/") }
        return .resource(place)
    }

    private static func query(_ text: String) -> [String: String] {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { part in
                let spaced = part.split(separator: "+", omittingEmptySubsequences: false).joined(separator: " ")
                return spaced.removingPercentEncoding ?? spaced
            }
            values[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        return values
    }
}
