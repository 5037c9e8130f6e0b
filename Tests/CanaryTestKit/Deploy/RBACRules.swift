package import CanaryYAML

/// What the roles among some manifests let one service account do.
package struct RBACRules: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// One verb on one resource, somewhere.
    package struct Grant: Sendable, Hashable, Comparable, CustomStringConvertible {
        package var verb: String
        package var group: String
        /// With its subresource, if any.
        package var resource: String
        /// Nil for every namespace.
        package var namespace: String?
        /// Nil for every name.
        package var name: String?

        package init(verb: String, group: String, resource: String, namespace: String? = nil, name: String? = nil) {
            self.verb = verb
            self.group = group
            self.resource = resource
            self.namespace = namespace
            self.name = name
        }

        /// `list pods`, `get gateways.networking.istio.io`: without the place.
        package var description: String { "\(verb) \(resource)\(group.isEmpty ? "" : ".\(group)")" }

        package static func < (one: Grant, other: Grant) -> Bool {
            (one.description, one.namespace ?? "", one.name ?? "")
                < (other.description, other.namespace ?? "", other.name ?? "")
        }

        /// Whether it is enough for `request`, which names its own place.
        fileprivate func permits(_ request: Grant) -> Bool {
            verb == request.verb && group == request.group && resource == request.resource
                && (namespace == nil || namespace == request.namespace) && (name == nil || name == request.name)
        }
    }

    /// `system:serviceaccount:NAMESPACE:NAME`.
    package let user: String
    package let grants: Set<Grant>

    /// - Throws: where a binding names a role that is not there, a rule uses `*`, or nothing is bound to the account.
    package init(of account: String, in namespace: String, manifests: [JSONValue]) throws {
        user = "system:serviceaccount:\(namespace):\(account)"
        let roles = manifests.filter { ["Role", "ClusterRole"].contains($0["kind"]) }
        var grants: Set<Grant> = []
        for binding in manifests where ["RoleBinding", "ClusterRoleBinding"].contains(binding["kind"]) {
            let isBound = (binding["subjects"]?.items ?? []).contains {
                $0["kind"] == "ServiceAccount" && $0["name"] == .string(account)
                    && $0["namespace"] == .string(namespace)
            }
            guard isBound else { continue }
            let place = binding["metadata"]?["namespace"]
            let role = roles.first {
                $0["kind"] == binding["roleRef"]?["kind"]
                    && $0["metadata"]?["name"] == binding["roleRef"]?["name"]
                    && ($0["kind"] == "ClusterRole" || $0["metadata"]?["namespace"] == place)
            }
            guard let role else {
                throw Failure(
                    description: "a binding names the role \(binding["roleRef"] ?? .null), which is not there"
                )
            }
            grants.formUnion(try Self.grants(of: role, in: place?.string))
        }
        guard !grants.isEmpty else { throw Failure(description: "nothing is bound to \(user)") }
        self.grants = grants
    }

    /// Whether a request with its own namespace and name is permitted.
    package func covers(_ request: Grant) -> Bool { grants.contains { $0.permits(request) } }

    /// What is granted, and needed by none of the requests.
    package func unused(_ requests: some Sequence<Grant>) -> [Grant] {
        let requests = Array(requests)
        return grants.filter { grant in !requests.contains(where: grant.permits) }.sorted()
    }

    private static func grants(of role: JSONValue, in namespace: String?) throws -> [Grant] {
        try (role["rules"]?.items ?? []).flatMap { rule in
            func words(_ key: String) throws -> [String] {
                let words = rule[key]?.items?.compactMap(\.string) ?? []
                guard !words.isEmpty, !words.contains("*") else {
                    throw Failure(description: "a rule of \(role["metadata"]?["name"] ?? .null) has no \(key), or '*'")
                }
                return words
            }
            let names = rule["resourceNames"] == nil ? [nil] : try words("resourceNames").map(Optional.some)
            let (groups, resources, verbs) = (try words("apiGroups"), try words("resources"), try words("verbs"))
            return groups.flatMap { group in
                resources.flatMap { resource in
                    verbs.flatMap { verb in
                        names.map {
                            Grant(verb: verb, group: group, resource: resource, namespace: namespace, name: $0)
                        }
                    }
                }
            }
        }
    }
}
