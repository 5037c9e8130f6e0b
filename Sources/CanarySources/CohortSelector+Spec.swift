package import CanaryCore
package import CanaryTelemetry

extension CohortSelector {
    /// The cohort of a destination, in any namespace unless one is given.
    package init(_ destination: DestinationSpec, namespace: String? = nil) {
        self.init(
            workload: destination.workload,
            namespace: namespace,
            revision: destination.revision,
            subset: destination.subset
        )
    }
}

extension CanarySpec {
    /// Where the workload of a destination runs, if the spec says so: a workload of the same name elsewhere is another
    /// one.
    ///
    /// A full host says it. A short host means the route's own namespace, which a cluster always knows; of a file it is
    /// known only if the spec names one, as `default` is what a spec without a namespace gets.
    package func workloadNamespace(of destination: DestinationSpec) -> String? {
        if let host = destination.host, host.contains(".") {
            return ServiceName(host: host, from: namespace)?.namespace
        }
        return route.file == nil || namespace != "default" ? namespace : nil
    }
}
