import CanaryTransport
import CanaryYAML

/// One thing asked of the API: what a request is made of, and what messages say.
struct APICall: Sendable {
    /// As RBAC calls it: `get`, `list`, `watch`, `create`, `update`, `patch`.
    var verb: String
    var resource: APIResource
    var namespace: String?
    var name: String?
    var subresource: String?
    var query: [(name: String, value: String)] = []
    var body: JSONValue?
    /// Whether the body of a `patch` is a merge patch (RFC 7396) and no list of operations.
    var isMerge = false
    /// Whether doing it twice is as good as doing it once.
    var isRepeatable = true
    /// Instead of the resource's own path, for what is not a resource.
    var plainPath: String?

    /// The path and query of the URL.
    func target() throws(KubernetesError) -> String {
        for part in [namespace, name] {
            guard let part, !Self.isName(part) else { continue }
            throw KubernetesError(
                code: .invalid,
                message: "'\(Excerpt.of(part))' cannot be the name of an object or a namespace",
                hint: "names have letters, digits, '-' and '.' only"
            )
        }
        // The name of a new object is in its body.
        let path = resource.path(
            namespace: namespace,
            name: verb == "create" ? nil : name,
            subresource: subresource
        )
        let pairs = query.map { "\($0.name)=\(Self.escaped($0.value))" }
        return (plainPath ?? path) + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    var method: String {
        switch verb {
        case "create": "POST"
        case "update": "PUT"
        case "patch": "PATCH"
        case "delete": "DELETE"
        default: "GET"
        }
    }

    var contentType: String? {
        guard body != nil else { return nil }
        guard verb == "patch" else { return "application/json" }
        return isMerge ? "application/merge-patch+json" : "application/json-patch+json"
    }

    /// `patch virtualservices.networking.istio.io 'reviews' in namespace 'test1'`
    var words: String {
        if let plainPath { return "look up \(resource.plural) at \(plainPath)" }
        let group = resource.group.isEmpty ? "" : ".\(resource.group)"
        var text = "\(verb) \(resource.plural)\(group)"
        if let subresource { text += "/\(subresource)" }
        if let name { text += " '\(Excerpt.of(name))'" }
        if resource.isNamespaced {
            text += namespace.map { " in namespace '\(Excerpt.of($0))'" } ?? " in all namespaces"
        }
        return text
    }

    /// The rule that allows it, ready to paste, and where it belongs.
    var grant: String {
        let plural = resource.plural + (subresource.map { "/\($0)" } ?? "")
        let verbs = verb == "list" || verb == "watch" ? #""list", "watch""# : #""\#(verb)""#
        let place =
            if resource.isNamespaced, let namespace {
                "a Role in namespace '\(namespace)'"
            } else {
                "a ClusterRole"
            }
        return """
            grant it by this rule in \(place), bound to that user:
                - apiGroups: ["\(resource.group)"]
                  resources: ["\(plural)"]
                  verbs: [\(verbs)]
            """
    }

    /// Whether the text can stand in a path as it is.
    private static func isName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { isUnreserved($0) || $0 == UInt8(ascii: ":") }
    }

    /// A value for a query, percent-encoded.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
