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

    /// A verb on this canary of a cluster, to be pasted: `haldane promote --force reviews -n shop --reason WHY`.
    ///
    /// - Parameter verb: with its flags.
    package func command(_ verb: String) -> String { "haldane \(verb) \(name) -n \(namespace) --reason WHY" }

    package static func < (left: CanaryKey, right: CanaryKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}
