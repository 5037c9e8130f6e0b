/// A token or password; it never prints itself.
struct Secret: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let text: String

    var description: String { "…" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
