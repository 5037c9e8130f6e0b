/// What became of one object of a mirror.
package struct ObjectChange: Sendable, Hashable {
    /// Nil for a new one.
    package var before: KubernetesObject?
    /// Nil for one that is gone.
    package var after: KubernetesObject?

    /// The object as it is, or as it was last.
    package var object: KubernetesObject? { after ?? before }
}
