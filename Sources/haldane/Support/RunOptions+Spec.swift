import CanaryAgent
import CanaryCore
import CanaryYAML

extension RunOptions {
    /// The options of a run of this spec, under the spec's own policy.
    ///
    /// Variables that are missing are told before anything is done; the journal keeps their names, not their values. A cluster route
    /// without `metadata.namespace` is in the namespace of the kubeconfig's context, as with kubectl.
    ///
    /// - Parameters:
    ///   - journal: the folder of this canary's journals, if it was given; else it is under the home.
    ///   - home: nil is `HALDANE_JOURNALS`, else the usual one.
    init(
        _ decoded: DecodedSpec,
        specFile: String,
        cluster: ClusterOptions,
        journal: String?,
        home: JournalHome? = nil
    ) throws {
        var spec = decoded.spec
        var live = try decoded.expanded(environment: Console.environment).spec
        live.telemetry.prometheus?.queries = decoded.queryFolder(specFile: specFile)
        live.notify = try NoticeTemplates.resolved(live.notify, specFile: specFile)
        let route: RoutePlace = decoded.routeFile(specFile: specFile).map { .file($0) } ?? .cluster
        if route == .cluster, !decoded.hasNamespace {
            spec.namespace = try cluster.defaultNamespace()
            live.namespace = spec.namespace
        }
        let home = home ?? JournalHome(flag: nil, environment: Console.environment)
        self.init(
            spec: spec,
            live: live,
            route: route,
            cluster: cluster,
            journalDirectory: journal ?? home.folder(namespace: spec.namespace, name: spec.name),
            version: Version.number
        )
        settle.file = decoded.settleFile(specFile: specFile)
        by = Operator.name
        gate = decoded.policy.map { SpecGate($0, of: spec) }
    }
}
