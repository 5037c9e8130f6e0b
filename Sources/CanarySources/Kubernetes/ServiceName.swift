/// A Service: where the pods of a version are found.
package struct ServiceName: Sendable, Hashable, CustomStringConvertible {
    package var name: String
    package var namespace: String

    package init(name: String, namespace: String) {
        self.name = name
        self.namespace = namespace
    }

    /// The Service of a destination's host, as Istio reads it: a name without dots is in the route's namespace, and a
    /// full one is `NAME.NAMESPACE.svc.DOMAIN`. Nil for any other host: an external one, or one that no Service has.
    package init?(host: String, from namespace: String) {
        let host = host.hasSuffix(".") ? host.dropLast() : host[...]
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard !labels.contains(where: \.isEmpty), !host.hasPrefix("*") else { return nil }
        if labels.count == 1 {
            self.init(name: String(labels[0]), namespace: namespace)
        } else if labels.count >= 3, labels[2] == "svc" {
            self.init(name: String(labels[0]), namespace: String(labels[1]))
        } else {
            return nil
        }
    }

    /// `NAMESPACE/NAME`.
    package var description: String { "\(namespace)/\(name)" }
}
