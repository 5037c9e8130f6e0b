import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryTransport

/// What a run stands on: its route, its telemetry and its pods. Opened at the beginning, closed at the end.
struct RunGround: Sendable {
    /// The spec with the destinations that it leaves out, as the rule has them.
    let spec: CanarySpec
    /// The same with `${VAR}` expanded.
    let live: CanarySpec
    /// What should be known before the start, most serious first.
    let findings: [RouteFinding]
    /// Scrapes and notifies.
    let client: HTTPClient
    /// What other runs stand on as well; nil if everything is this run's own.
    private let shared: SharedCluster?
    private let settle: SettlePlace
    private let standing: Standing
    /// Nil if pods are scraped.
    private let stored: StoredTelemetry?

    private enum Standing: Sendable {
        /// A route in a file; the cluster only finds the pods, if the spec asks for that.
        case file(String, pods: ClusterGround?)
        case cluster(ClusterGround)
    }

    /// Finds the route, and in a cluster the pods.
    ///
    /// - Parameter isResumption: a run that is taken up may have something to roll back: what would keep a new run from beginning is
    ///   then a finding, if the route itself can be reached.
    static func open(_ options: RunOptions, isResumption: Bool = false) async throws(AgentError) -> RunGround {
        if options.live.telemetry.prometheus == nil, let metric = options.spec.objectives.metrics.first {
            throw AgentError(
                "objectives.metrics names the query \(metric.query), and the spec asks no server",
                hint: "add telemetry.prometheus, or leave the metrics out",
                exitCode: .usage
            )
        }
        let client = options.shared?.outside ?? HTTPClient()
        do {
            let stored = try await StoredTelemetry(options.live, client)
            switch options.route {
            case .file(let path):
                let spec = RouteFile.completed(options.spec, path: path)
                let live = RouteFile.completed(options.live, path: path)
                let pods =
                    live.telemetry.pods == nil
                    ? nil
                    : try await ClusterGround.open(
                        live,
                        options.cluster,
                        isResumption,
                        shared: options.shared
                    )
                return RunGround(
                    spec: spec,
                    live: live,
                    findings: pods?.podFindings ?? [],
                    client: client,
                    shared: options.shared,
                    settle: options.settle,
                    standing: .file(path, pods: pods),
                    stored: stored
                )
            case .cluster:
                let cluster = try await ClusterGround.open(
                    options.live,
                    options.cluster,
                    isResumption,
                    shared: options.shared,
                    homes: options.homes
                )
                let spec = cluster.completed(options.spec)
                let settled = isResumption ? [] : await options.settle.findings(spec, live: cluster.weights)
                return RunGround(
                    spec: spec,
                    live: cluster.completed(options.live),
                    findings: cluster.findings.map { $0.settling(spec.route.settle, options.settle) } + settled,
                    client: client,
                    shared: options.shared,
                    settle: options.settle,
                    standing: .cluster(cluster),
                    stored: stored
                )
            }
        } catch {
            if options.shared == nil { await client.shutdown() }
            throw error
        }
    }

    /// The store of the spec's route, with the destinations in the run's roles.
    func store(_ spec: CanarySpec, _ roles: Roles) async throws(RouteError) -> any RouteStore {
        switch standing {
        case .file(let path, _): try await RouteFile.runStore(path, spec, roles)
        case .cluster(let cluster): cluster.store(spec, roles)
        }
    }

    /// Where the final weights of a route in a cluster are declared; nil if nowhere.
    func settlement(_ header: RunHeader) -> (any RouteSettlement)? {
        guard case .cluster = standing else { return nil }
        var begun = header.spec
        // What somebody else kept of a run does not choose another namespace's documents.
        begun.namespace = spec.namespace
        return settle.settlement(begun, header.roles)
    }

    /// The route as writes would change it, in memory.
    func draft(_ roles: Roles) async throws(RouteError) -> RouteDraft {
        switch standing {
        case .file(let path, _): RouteDraft(RouteFile.store(path, spec, roles))
        case .cluster(let cluster): RouteDraft(try await cluster.object(spec, roles))
        }
    }

    /// A source of telemetry for a run in these roles.
    ///
    /// - Parameter interval: the length of rounds, where it is not the spec's.
    func source(_ roles: Roles, interval: Duration? = nil) -> any TelemetrySource {
        var live = live
        live.pace.interval = interval ?? live.pace.interval
        if let telemetry = shared?.telemetry { return telemetry(live, roles) }
        if let stored { return stored.source(live, roles, client) }
        guard let pods = cluster?.directory, live.telemetry.pods != nil else {
            return ScrapeSource(spec: live, roles: roles, client: client)
        }
        // Through the API server the cluster's own proxy leads there.
        let way = live.telemetry.pods?.via == .apiServer ? cluster?.http ?? client : client
        return ScrapeSource(spec: live, roles: roles, client: way, targets: pods)
    }

    /// The spec with rounds that the telemetry can fill, and a word where they are not as written.
    func paced(_ roles: Roles) async throws(AgentError) -> (spec: CanarySpec, notices: [Notice]) {
        guard let stored else { return (spec, []) }
        let found = try await stored.pace(live, roles, client)
        var paced = spec
        paced.pace.interval = found.interval
        let notes = [stored.note, found.interval == spec.pace.interval ? nil : found.note]
        return (paced, notes.compactMap { $0 }.map { Notice(.warning, Reason("pace", $0)) })
    }

    /// What the server of a spec has of stable's past; nil if pods are scraped.
    func history(_ header: RunHeader) async -> (windows: [TimedWindow], notice: Notice)? {
        var live = live
        live.pace.interval = header.spec.pace.interval
        return await stored?.history(live, header.roles, client)
    }

    /// Who knows the pods; nil where nobody does.
    var population: (any PopulationSource)? { cluster?.directory }

    /// Why the pods of the two versions are not looked at; nil if they may be.
    var foreignPods: Reason? { cluster?.foreignPods }

    /// Leads to the cluster of a route that is in one.
    var kubernetes: KubernetesClient? {
        if case .cluster(let cluster) = standing { cluster.client } else { nil }
    }

    /// The API server of a route in a cluster.
    var server: String? {
        if case .cluster(let cluster) = standing { cluster.server } else { nil }
    }

    /// What people call the route: a path, or the object with its cluster.
    var routeLabel: String {
        switch standing {
        case .file(let path, _): path
        case .cluster(let cluster): cluster.label
        }
    }

    /// Who is told of decisions.
    var notifier: any Notifier {
        let webhooks: (any Notifier)? = WebhookNotifier(live.notify, client: client).map { webhooks in
            shared?.notices?.grouping(webhooks, for: live.notify) ?? webhooks
        }
        return Notifiers([webhooks] + (cluster?.notifiers ?? []))
    }

    private var cluster: ClusterGround? {
        switch standing {
        case .file(_, let pods): pods
        case .cluster(let cluster): cluster
        }
    }

    func close() async {
        await cluster?.close()
        if shared == nil { await client.shutdown() }
    }
}

/// Several notifiers as one: they are told side by side.
struct Notifiers: Notifier {
    private let all: [any Notifier]

    init(_ all: [(any Notifier)?]) {
        self.all = all.compactMap { $0 }
    }

    func notify(_ notice: Notice, about run: RunHeader) async {
        await withTaskGroup(of: Void.self) { group in
            for notifier in all { group.addTask { await notifier.notify(notice, about: run) } }
        }
    }

    func notify(_ progress: RunProgress) async {
        await withTaskGroup(of: Void.self) { group in
            for notifier in all { group.addTask { await notifier.notify(progress) } }
        }
    }
}

extension AgentError {
    /// Everything that keeps a run from beginning; nil if nothing does.
    init?(refusing findings: [RouteFinding]) {
        let blocking = findings.filter(\.isBlocking)
        guard let first = blocking.first else { return nil }
        let others = blocking.dropFirst().map { "also: \($0.sentence)\($0.fullHint.map { "\n  \($0)" } ?? "")" }
        let hints = ([first.fullHint].compactMap { $0 } + others).joined(separator: "\n  ")
        self.init(first.sentence, hint: hints.isEmpty ? nil : hints)
    }
}

extension RouteFinding {
    /// The finding about a GitOps tool with what becomes of the weights of Git.
    fileprivate func settling(_ settle: SettleSpec?, _ place: SettlePlace) -> RouteFinding {
        guard let settle, case .needsAcceptance(.gitOps) = severity else { return self }
        return RouteFinding(
            severity,
            sentence,
            hint: [hint, place.promise(settle)].compactMap { $0 }.joined(separator: "\n")
        )
    }

    /// A bounded word for it, the sentence, and what to do about it.
    var reason: Reason {
        Reason(word, [sentence, fullHint].compactMap { $0 }.joined(separator: "\n  "))
    }

    /// What to do about it, the key that accepts it included.
    var fullHint: String? {
        guard case .needsAcceptance(let acceptance) = severity else { return hint }
        let key = "to run all the same, put `accept: [\(acceptance.rawValue)]` under `route` in the spec"
        return hint.map { "\($0)\n  \(key)" } ?? key
    }
}
