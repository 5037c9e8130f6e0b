/// What an object is called in the store; the order is the one in which lists come.
struct ObjectKey: Sendable, Hashable, Comparable {
    var kind: ClusterKind
    /// Empty for objects of the cluster.
    var namespace: String
    var name: String

    static func < (a: ObjectKey, b: ObjectKey) -> Bool {
        (a.namespace, a.name) < (b.namespace, b.name)
    }

    static func == (a: ObjectKey, b: ObjectKey) -> Bool {
        a.name == b.name && a.namespace == b.namespace && a.kind.plural == b.kind.plural && a.kind.group == b.kind.group
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(kind.group)
        hasher.combine(kind.plural)
        hasher.combine(namespace)
        hasher.combine(name)
    }
}
