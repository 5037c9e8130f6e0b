import CanaryYAML

/// A permission, as an RBAC rule with its binding words it; `*` stands for everything.
package struct AccessRule: Sendable, Hashable {
    /// Whom it is granted to; empty for every user with a valid token.
    package var user: String
    package var groups: Set<String>
    /// Plurals; a subresource is `pods/proxy`.
    package var resources: Set<String>
    package var verbs: Set<String>
    /// Nil for the whole cluster.
    package var namespace: String?
    /// Empty for every name.
    package var names: Set<String>

    package init(
        user: String = "",
        groups: Set<String>,
        resources: Set<String>,
        verbs: Set<String>,
        namespace: String? = nil,
        names: Set<String> = []
    ) {
        self.user = user
        self.groups = groups
        self.resources = resources
        self.verbs = verbs
        self.namespace = namespace
        self.names = names
    }

    func grants(_ asked: AccessQuestion) -> Bool {
        (user.isEmpty || user == asked.user)
            && (groups.contains("*") || groups.contains(asked.group))
            && (resources.contains("*") || resources.contains(asked.resource))
            && (verbs.contains("*") || verbs.contains(asked.verb))
            && (namespace == nil || namespace == asked.namespace)
            && (names.isEmpty || names.contains(asked.name ?? ""))
    }
}

/// What somebody wants to do.
struct AccessQuestion: Sendable, Hashable {
    var user: String
    var verb: String
    var group: String
    /// With its subresource, if any.
    var resource: String
    var namespace: String?
    var name: String?

    /// The refusal, worded as the real server words it.
    var refusal: APIStatus {
        let plural = String(resource.prefix { $0 != "/" })
        let subject = group.isEmpty ? plural : "\(plural).\(group)"
        let named = name.map { " \"\($0)\"" } ?? ""
        let place = namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        var details: [String: JSONValue] = ["kind": .string(plural)]
        if let name { details["name"] = .string(name) }
        if !group.isEmpty { details["group"] = .string(group) }
        return APIStatus(
            code: 403,
            reason: "Forbidden",
            message: "\(subject)\(named) is forbidden: User \"\(user)\" cannot \(verb) resource \"\(resource)\""
                + " in API group \"\(group)\" \(place)",
            details: .object(details)
        )
    }
}

/// Who may come in, and what they may do.
struct AccessControl: Sendable {
    static let anonymous = "system:anonymous"

    /// The user of each token that is valid.
    var users: [String: String] = [:]
    /// The user of a request without a token, e.g. behind a relay that asked for a client certificate.
    var userWithoutToken = AccessControl.anonymous
    /// Nil permits everything to everybody but the anonymous user.
    var rules: [AccessRule]?

    /// The groups that a user is in by its name.
    static func groups(of user: String) -> [String] {
        let parts = user.split(separator: ":").map(String.init)
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount" else {
            return ["system:authenticated"]
        }
        return ["system:serviceaccounts", "system:serviceaccounts:\(parts[2])", "system:authenticated"]
    }

    /// The user who sent a request.
    func user(authorization: String?) throws(APIStatus) -> String {
        guard let authorization else { return userWithoutToken }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return userWithoutToken }
        guard let user = users[String(parts[1])] else { throw .unauthorized }
        return user
    }

    func allows(_ question: AccessQuestion) -> Bool {
        if question.user == Self.anonymous { return false }
        // What the role `system:basic-user` grants to everybody who has a name.
        if ["authorization.k8s.io", "authentication.k8s.io"].contains(question.group), question.verb == "create" {
            return true
        }
        return rules?.contains { $0.grants(question) } ?? true
    }
}
