package import CanaryCore

/// How a host that somebody wrote is completed.
package struct ServiceHost: Sendable, Hashable {
    /// `name.namespace.svc.cluster.local` for a Service whose namespace is known, else as it was written.
    package let full: String

    /// A name without dots is in the route's namespace. Istio takes any name with dots as it stands; names of Services in
    /// the Gateway API may also be `name.namespace` and `name.namespace.svc`.
    package init(_ host: String, namespace: String?, kind: RouteSpec.Kind) {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            full = namespace.map { "\(host).\($0).svc.cluster.local" } ?? host
        case 2 where kind != .virtualService, 3 where kind != .virtualService && parts[2] == "svc":
            full = "\(parts[0]).\(parts[1]).svc.cluster.local"
        default:
            full = host
        }
    }

    /// The Service's name and namespace; nil for a host that is no Service of this cluster.
    package var service: (name: String, namespace: String)? {
        let parts = full.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, parts[2] == "svc" else { return nil }
        return (parts[0], parts[1])
    }
}
