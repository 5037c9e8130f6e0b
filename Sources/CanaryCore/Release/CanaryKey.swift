/// Which canary of a cluster is meant.
package struct CanaryKey: Sendable, Hashable, Codable, Comparable, CustomStringConvertible {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    package init(_ spec: CanarySpec) {
        self.init(namespace: spec.namespace, name: spec.name)
    }

    /// `test1/demo4`.
    package var description: String { "\(namespace)/\(name)" }

    package static func < (left: CanaryKey, right: CanaryKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}
