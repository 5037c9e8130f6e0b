/// A kind of object that the API server double knows, whatever version of it is asked for.
package struct ClusterKind: Sendable, Hashable {
    /// Empty for the core group.
    package let group: String
    /// As in URLs: `virtualservices`.
    package let plural: String
    /// As in documents: `VirtualService`.
    package let name: String
    package let isNamespaced: Bool
    /// Served from the start, the preferred version first; empty for a definition that has to be installed.
    package let versions: [String]

    package init(
        group: String,
        plural: String,
        name: String,
        versions: [String],
        isNamespaced: Bool = true
    ) {
        self.group = group
        self.plural = plural
        self.name = name
        self.versions = versions
        self.isNamespaced = isNamespaced
    }

    /// `virtualservices.networking.istio.io`, or `pods` for the core group.
    package var qualifiedName: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The `apiVersion` of a document in a version.
    func apiVersion(_ version: String) -> String { group.isEmpty ? version : "\(group)/\(version)" }

    /// Whether the kind comes from a custom resource definition.
    var isCustom: Bool { group.contains(".") && !group.hasSuffix(".k8s.io") || group == "gateway.networking.k8s.io" }

    /// Whether `metadata.generation` is kept.
    var hasGeneration: Bool { isCustom || [.deployments, .replicaSets, .endpointSlices].contains(self) }

    /// Whether the status is written through a path of its own only.
    var hasStatus: Bool {
        isCustom || [.pods, .services, .namespaces, .deployments, .replicaSets].contains(self)
    }

    /// Whether a PUT without resourceVersion overwrites what is there.
    var overwritesUnconditionally: Bool { !isCustom && self != .leases }
}

extension ClusterKind {
    package static let namespaces = ClusterKind(
        group: "",
        plural: "namespaces",
        name: "Namespace",
        versions: ["v1"],
        isNamespaced: false
    )
    package static let pods = ClusterKind(group: "", plural: "pods", name: "Pod", versions: ["v1"])
    package static let services = ClusterKind(group: "", plural: "services", name: "Service", versions: ["v1"])
    package static let deployments = ClusterKind(
        group: "apps",
        plural: "deployments",
        name: "Deployment",
        versions: ["v1"]
    )
    package static let replicaSets = ClusterKind(
        group: "apps",
        plural: "replicasets",
        name: "ReplicaSet",
        versions: ["v1"]
    )
    package static let endpointSlices = ClusterKind(
        group: "discovery.k8s.io",
        plural: "endpointslices",
        name: "EndpointSlice",
        versions: ["v1"]
    )
    package static let leases = ClusterKind(
        group: "coordination.k8s.io",
        plural: "leases",
        name: "Lease",
        versions: ["v1"]
    )
    package static let events = ClusterKind(
        group: "events.k8s.io",
        plural: "events",
        name: "Event",
        versions: ["v1"]
    )
    package static let configMaps = ClusterKind(group: "", plural: "configmaps", name: "ConfigMap", versions: ["v1"])
    package static let accessReviews = ClusterKind(
        group: "authorization.k8s.io",
        plural: "selfsubjectaccessreviews",
        name: "SelfSubjectAccessReview",
        versions: ["v1"],
        isNamespaced: false
    )

    package static let selfReviews = ClusterKind(
        group: "authentication.k8s.io",
        plural: "selfsubjectreviews",
        name: "SelfSubjectReview",
        versions: ["v1"],
        isNamespaced: false
    )

    private static let istioVersions = ["v1", "v1beta1", "v1alpha3"]

    package static let virtualServices = ClusterKind(
        group: "networking.istio.io",
        plural: "virtualservices",
        name: "VirtualService",
        versions: istioVersions
    )
    package static let destinationRules = ClusterKind(
        group: "networking.istio.io",
        plural: "destinationrules",
        name: "DestinationRule",
        versions: istioVersions
    )
    package static let istioGateways = ClusterKind(
        group: "networking.istio.io",
        plural: "gateways",
        name: "Gateway",
        versions: istioVersions
    )
    package static let httpRoutes = ClusterKind(
        group: "gateway.networking.k8s.io",
        plural: "httproutes",
        name: "HTTPRoute",
        versions: ["v1", "v1beta1"]
    )
    package static let grpcRoutes = ClusterKind(
        group: "gateway.networking.k8s.io",
        plural: "grpcroutes",
        name: "GRPCRoute",
        versions: ["v1"]
    )
    package static let gateways = ClusterKind(
        group: "gateway.networking.k8s.io",
        plural: "gateways",
        name: "Gateway",
        versions: ["v1", "v1beta1"]
    )

    /// Our own canaries; `FakeAPIServer.serve(_:versions:)` with no versions takes their definition away.
    package static let canaries = ClusterKind(
        group: "haldane.dev",
        plural: "canaries",
        name: "Canary",
        versions: ["v1"]
    )
    /// Our own policies.
    package static let canaryPolicies = ClusterKind(
        group: "haldane.dev",
        plural: "canarypolicies",
        name: "CanaryPolicy",
        versions: ["v1"]
    )

    /// Flagger's canaries; absent until `FakeAPIServer.serve(_:versions:)` installs them as `v1beta1`.
    package static let flaggerCanaries = ClusterKind(
        group: "flagger.app",
        plural: "canaries",
        name: "Canary",
        versions: []
    )
    /// Argo's rollouts; absent until `FakeAPIServer.serve(_:versions:)` installs them as `v1alpha1`.
    package static let argoRollouts = ClusterKind(
        group: "argoproj.io",
        plural: "rollouts",
        name: "Rollout",
        versions: []
    )

    static let all: [ClusterKind] = [
        .namespaces, .pods, .services, .deployments, .replicaSets, .endpointSlices, .leases, .events, .configMaps,
        .accessReviews, .selfReviews, .virtualServices, .destinationRules, .istioGateways, .httpRoutes, .grpcRoutes,
        .gateways, .canaries, .canaryPolicies, .flaggerCanaries, .argoRollouts,
    ]
}
