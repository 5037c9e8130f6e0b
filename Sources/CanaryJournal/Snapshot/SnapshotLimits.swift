/// Bounds on what is written as a snapshot, and accepted as one.
package struct SnapshotLimits: Sendable, Hashable {
    /// The most bytes of a snapshot as it is stored; a ConfigMap holds 1 MiB with everything around it.
    package var storedBytes: Int
    /// The most bytes of its JSON. A journal's record is no larger, so that every snapshot can begin a journal.
    package var bytes: Int
    /// How deep its JSON may be nested.
    package var depth: Int

    package init(storedBytes: Int = 900_000, bytes: Int = 4_000_000, depth: Int = 48) {
        self.storedBytes = max(storedBytes, 0)
        self.bytes = min(max(bytes, 0), 16 << 20)
        self.depth = depth
    }
}
