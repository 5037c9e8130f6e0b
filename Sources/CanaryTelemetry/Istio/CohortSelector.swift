/// Which series are those of one version.
///
/// The first of these that is given decides: the workload (with the namespace, if given), the canonical revision, the
/// subset. `destination_version` is the last resort, because a caller's proxy does not know it for requests that got no
/// answer at all (Istio reference, section 1.2).
package struct CohortSelector: Sendable, Hashable {
    /// The Deployment's name: `destination_workload`.
    package var workload: String?

    /// Of the workload: `destination_workload_namespace`.
    package var namespace: String?

    /// The canonical revision; `latest` is the mesh's word for "not known" and selects nothing.
    package var revision: String?

    /// The subset, taken as canonical revision or, failing that, as `destination_version`.
    package var subset: String?

    package init(workload: String? = nil, namespace: String? = nil, revision: String? = nil, subset: String? = nil) {
        self.workload = workload
        self.namespace = namespace
        self.revision = revision
        self.subset = subset
    }
}
