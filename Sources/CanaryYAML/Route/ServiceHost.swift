package import CanaryCore

/// How a host that somebody wrote is completed.
package struct ServiceHost: Sendable, Hashable {
    /// `name.namespace.svc.cluster.local` for a Service whose namespace is known, else as it was written.
    package let full: String

    /// A name without dots is in the route's namespace. Istio takes any name with dots as it stands; names of Services in
    /// the Gateway API may also be `name.namespace` and `name.namespace.svc`.
    package init(_ host: String, namespace: String?, kind: RouteSpec.Kind) {
        // Asked for every route of a cluster; most need no more than this.
        guard host.utf8.contains(UInt8(ascii: ".")) else {
            full = namespace.map { "\(host).\($0).svc.cluster.local" } ?? host
            return
        }
        guard kind != .virtualService else {
            full = host
            return
        }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isShort = parts.count == 2 || parts.count == 3 && parts[2] == "svc"
        full = isShort ? "\(parts[0]).\(parts[1]).svc.cluster.local" : host
    }

    /// The Service's name and namespace; nil for a host that is no Service of this cluster.
    package var service: (name: String, namespace: String)? {
        let parts = full.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts[2] == "svc" else { return nil }
        return (parts[0], parts[1])
    }
}
