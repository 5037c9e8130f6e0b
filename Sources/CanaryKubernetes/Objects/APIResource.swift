/// A kind of object that the API serves, in one of its versions.
package struct APIResource: Sendable, Hashable {
    /// Empty for the core group.
    package var group: String
    package var version: String
    /// As in URLs: `virtualservices`.
    package var plural: String
    package var kind: String
    package var isNamespaced: Bool

    package init(group: String, version: String, plural: String, kind: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.plural = plural
        self.kind = kind
        self.isNamespaced = isNamespaced
    }

    /// `networking.istio.io/v1`, or `v1` for the core group.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The same kind in another version of its group.
    package func served(as version: String) -> APIResource {
        var other = self
        other.version = version
        return other
    }

    /// The path of a collection or of one object; names are not escaped, as valid ones need no escaping.
    package func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
        var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        if isNamespaced, let namespace { path += "/namespaces/\(namespace)" }
        path += "/\(plural)"
        if let name { path += "/\(name)" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}

extension APIResource {
    package static let pods = APIResource(group: "", version: "v1", plural: "pods", kind: "Pod")
    package static let services = APIResource(group: "", version: "v1", plural: "services", kind: "Service")
    package static let namespaces = APIResource(
        group: "",
        version: "v1",
        plural: "namespaces",
        kind: "Namespace",
        isNamespaced: false
    )
    package static let events = APIResource(group: "events.k8s.io", version: "v1", plural: "events", kind: "Event")
    package static let deployments = APIResource(
        group: "apps",
        version: "v1",
        plural: "deployments",
        kind: "Deployment"
    )
    package static let endpointSlices = APIResource(
        group: "discovery.k8s.io",
        version: "v1",
        plural: "endpointslices",
        kind: "EndpointSlice"
    )
    package static let leases = APIResource(
        group: "coordination.k8s.io",
        version: "v1",
        plural: "leases",
        kind: "Lease"
    )
    package static let accessReviews = APIResource(
        group: "authorization.k8s.io",
        version: "v1",
        plural: "selfsubjectaccessreviews",
        kind: "SelfSubjectAccessReview",
        isNamespaced: false
    )
    /// Istio serves v1, v1beta1 and v1alpha3, each with the same spec; see `KubernetesClient.servedVersion`.
    package static let virtualServices = APIResource(
        group: "networking.istio.io",
        version: "v1",
        plural: "virtualservices",
        kind: "VirtualService"
    )
    package static let destinationRules = APIResource(
        group: "networking.istio.io",
        version: "v1",
        plural: "destinationrules",
        kind: "DestinationRule"
    )
    package static let istioGateways = APIResource(
        group: "networking.istio.io",
        version: "v1",
        plural: "gateways",
        kind: "Gateway"
    )
    package static let httpRoutes = APIResource(
        group: "gateway.networking.k8s.io",
        version: "v1",
        plural: "httproutes",
        kind: "HTTPRoute"
    )
    package static let grpcRoutes = APIResource(
        group: "gateway.networking.k8s.io",
        version: "v1",
        plural: "grpcroutes",
        kind: "GRPCRoute"
    )
    package static let gateways = APIResource(
        group: "gateway.networking.k8s.io",
        version: "v1",
        plural: "gateways",
        kind: "Gateway"
    )
    package static let flaggerCanaries = APIResource(
        group: "flagger.app",
        version: "v1beta1",
        plural: "canaries",
        kind: "Canary"
    )
    package static let argoRollouts = APIResource(
        group: "argoproj.io",
        version: "v1alpha1",
        plural: "rollouts",
        kind: "Rollout"
    )
}
