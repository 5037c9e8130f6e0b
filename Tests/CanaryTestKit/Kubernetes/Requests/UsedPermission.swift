/// A permission that a request needed: what RBAC is compared with.
package struct UsedPermission: Sendable, Hashable {
    /// Who asked.
    package var user: String
    package var verb: String
    /// Empty for the core group.
    package var group: String
    /// The plural.
    package var resource: String
    package var subresource: String?
    /// Nil for a request to the whole cluster, or about an object that has no namespace.
    package var namespace: String?
    /// Nil for lists and watches of all objects.
    package var name: String?
    /// Whether it was answered 403.
    package var isRefused: Bool

    /// The resource as rules name it: `pods/proxy`.
    package var qualifiedResource: String { subresource.map { "\(resource)/\($0)" } ?? resource }
}

extension UsedPermission: Comparable, CustomStringConvertible {
    /// `list pods`, `patch canaries/status.haldane.dev in test1`.
    package var description: String {
        let what = "\(verb) \(qualifiedResource)\(group.isEmpty ? "" : ".\(group)")"
        let whose = name.map { " '\($0)'" } ?? ""
        return what + whose + (namespace.map { " in \($0)" } ?? "") + (isRefused ? " (refused)" : "")
    }

    package static func < (a: UsedPermission, b: UsedPermission) -> Bool { a.description < b.description }
}

extension Set<UsedPermission> {
    /// The same without names and namespaces, as one rule for the whole cluster would have to grant them.
    package var verbsAndResources: Set<String> {
        Set<String>(
            map { "\($0.verb) \($0.qualifiedResource)\($0.group.isEmpty ? "" : ".\($0.group)")" }
        )
    }
}
