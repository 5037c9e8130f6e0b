package import CanaryYAML

/// Rules from the manifests that grant them.
extension AccessRule {
    /// What a manifest leaves open.
    package struct ManifestFault: Error, CustomStringConvertible {
        package let description: String
    }

    /// The rules that Roles and ClusterRoles grant to the subjects of the RoleBindings and ClusterRoleBindings among the documents.
    ///
    /// Other kinds of documents are passed over, and so are rules about paths that belong to no resource: the double lets
    /// everybody discover. A role that nobody is bound to grants nothing.
    ///
    /// - Parameter namespace: of documents that name none, as `kubectl -n` would put them there.
    /// - Throws: for a binding without its role, or a rule that says less than a rule must.
    package static func granted(
        by documents: [JSONValue],
        namespace standard: String = "default"
    ) throws -> [AccessRule] {
        let roles = documents.filter { ["Role", "ClusterRole"].contains($0["kind"]?.string ?? "") }
        let bindings = documents.filter { ["RoleBinding", "ClusterRoleBinding"].contains($0["kind"]?.string ?? "") }
        return try bindings.flatMap { binding -> [AccessRule] in
            let name = binding["metadata"]?["name"]?.string ?? ""
            let isWide = binding["kind"]?.string == "ClusterRoleBinding"
            let namespace = binding["metadata"]?["namespace"]?.string ?? standard
            let role = roles.first { role in
                let isLocal = role["kind"]?.string == "Role"
                return role["kind"] == binding["roleRef"]?["kind"]
                    && role["metadata"]?["name"] == binding["roleRef"]?["name"]
                    && (!isLocal || (role["metadata"]?["namespace"]?.string ?? standard) == namespace)
            }
            guard let role else {
                let wanted = binding["roleRef"]?["name"]?.string ?? ""
                throw ManifestFault(description: "the binding '\(name)' is to a role '\(wanted)' that is not there")
            }
            return try subjects(of: binding, namespace: namespace).flatMap { user in
                try rules(of: role, for: user, in: isWide ? nil : namespace)
            }
        }
    }

    /// The users of a binding; a group of all users is the empty name.
    private static func subjects(of binding: JSONValue, namespace: String) throws -> [String] {
        try (binding["subjects"]?.items ?? []).map { subject in
            let name = subject["name"]?.string ?? ""
            switch subject["kind"]?.string {
            case "ServiceAccount":
                return "system:serviceaccount:\(subject["namespace"]?.string ?? namespace):\(name)"
            case "User" where !name.isEmpty:
                return name
            case "Group" where name == "system:authenticated":
                return ""
            default:
                throw ManifestFault(description: "no rule can be made for the subject '\(name)'")
            }
        }
    }

    private static func rules(of role: JSONValue, for user: String, in namespace: String?) throws -> [AccessRule] {
        let name = role["metadata"]?["name"]?.string ?? ""
        return try (role["rules"]?.items ?? []).compactMap { item -> AccessRule? in
            guard item["nonResourceURLs"] == nil else { return nil }
            func words(_ key: String) throws -> Set<String> {
                let words = item[key]?.items?.compactMap(\.string) ?? []
                guard !words.isEmpty else {
                    throw ManifestFault(description: "the role '\(name)' has a rule without \(key)")
                }
                return Set(words)
            }
            return AccessRule(
                user: user,
                groups: try words("apiGroups"),
                resources: try words("resources"),
                verbs: try words("verbs"),
                namespace: namespace,
                names: Set(item["resourceNames"]?.items?.compactMap(\.string) ?? [])
            )
        }
    }
}
