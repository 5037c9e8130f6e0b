import CanaryTestKit
import CanaryYAML

/// A manifest of `deploy/rbac`: a Role or ClusterRole, and whom it is bound to.
struct RoleManifest: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// One verb on one resource.
    struct Grant: Sendable, Hashable, Comparable, CustomStringConvertible {
        var verb: String
        /// With its subresource, if any.
        var resource: String
        var group: String

        /// `list pods`, `get gateways.networking.istio.io`.
        var description: String { "\(verb) \(resource)\(group.isEmpty ? "" : ".\(group)")" }

        static func < (one: Grant, other: Grant) -> Bool { one.description < other.description }
    }

    /// What the bound user may do.
    let rules: [AccessRule]

    /// The same, one by one.
    var grants: Set<Grant> {
        Set(
            rules.flatMap { rule in
                rule.groups.flatMap { group in
                    rule.resources.flatMap { resource in
                        rule.verbs.map { Grant(verb: $0, resource: resource, group: group) }
                    }
                }
            }
        )
    }

    /// Reads a manifest.
    ///
    /// - Parameter includesCommented: whether rules that are commented out, without a space after the sign, count as well.
    init(_ name: String, includesCommented: Bool = false) throws {
        var text = TestFolder.text(Checkout.root + "/deploy/rbac/" + name)
        if includesCommented { text = text.replacing("\n  #-", with: "\n  -").replacing("\n  #  ", with: "\n    ") }
        let documents = try text.split(separator: "\n---\n").map { try YAMLText.parse(String($0)) }
        guard documents.count == 2, let items = documents[0]["rules"]?.items else {
            throw Failure(description: "\(name) is not a role with its binding")
        }
        let namespace = documents[0]["metadata"]?["namespace"]?.string
        let user = try Self.user(of: documents[1], binding: documents[0])
        rules = try items.map { item in
            func words(_ key: String) throws -> Set<String> {
                let words = item[key]?.items?.compactMap(\.string) ?? []
                guard !words.isEmpty else { throw Failure(description: "\(name) has a rule without \(key)") }
                return Set(words)
            }
            return AccessRule(
                user: user,
                groups: try words("apiGroups"),
                resources: try words("resources"),
                verbs: try words("verbs"),
                namespace: namespace
            )
        }
    }

    private static func user(of binding: JSONValue, binding role: JSONValue) throws -> String {
        guard binding["roleRef"]?["kind"] == role["kind"], binding["roleRef"]?["name"] == role["metadata"]?["name"],
            binding["metadata"]?["namespace"] == role["metadata"]?["namespace"],
            let subject = binding["subjects"]?[0], let name = subject["name"]?.string,
            let namespace = subject["namespace"]?.string
        else { throw Failure(description: "the binding does not bind the role to a service account") }
        return "system:serviceaccount:\(namespace):\(name)"
    }
}
