import CanaryYAML

/// What a watch tells.
package enum WatchEvent: Sendable, Hashable {
    /// An object is there, new or changed.
    case stored(KubernetesObject)

    /// An object is gone; this is how it was last.
    case deleted(KubernetesObject)

    /// Nothing changed up to this version; a watch may go on from there.
    case bookmark(resourceVersion: String)
}
