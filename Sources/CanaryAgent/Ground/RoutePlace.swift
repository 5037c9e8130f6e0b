/// Where the route of a run is.
package enum RoutePlace: Sendable, Hashable {
    /// A YAML file, absolute or relative to the working directory.
    case file(String)
    /// The object of the spec, in the cluster that the options name.
    case cluster

    /// The file's path; nil for a route in a cluster.
    package var path: String? {
        if case .file(let path) = self { path } else { nil }
    }
}

/// Which cluster, and as whom.
package struct ClusterOptions: Sendable, Hashable {
    /// A kubeconfig file; nil for what the environment says: `KUBECONFIG`, the home folder, the pod's own account.
    package var kubeconfig: String?
    /// A context of it; nil is the current one.
    package var context: String?
    package var environment: [String: String]

    package init(kubeconfig: String? = nil, context: String? = nil, environment: [String: String]) {
        self.kubeconfig = kubeconfig
        self.context = context
        self.environment = environment
    }
}
