import CanaryCore
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
    private let standing: Standing

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
        let client = HTTPClient()
        do {
            switch options.route {
            case .file(let path):
                let spec = RouteFile.completed(options.spec, path: path)
                let live = RouteFile.completed(options.live, path: path)
                let pods =
                    live.telemetry.pods == nil ? nil : try await ClusterGround.open(live, options.cluster, isResumption)
                return RunGround(
                    spec: spec,
                    live: live,
                    findings: pods?.podFindings ?? [],
                    client: client,
                    standing: .file(path, pods: pods)
                )
            case .cluster:
                let cluster = try await ClusterGround.open(options.live, options.cluster, isResumption)
                return RunGround(
                    spec: cluster.completed(options.spec),
                    live: cluster.completed(options.live),
                    findings: cluster.findings,
                    client: client,
                    standing: .cluster(cluster)
                )
            }
        } catch {
            await client.shutdown()
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

    /// The route as writes would change it, in memory.
    func draft(_ roles: Roles) async throws(RouteError) -> RouteDraft {
        switch standing {
        case .file(let path, _): RouteDraft(RouteFile.store(path, spec, roles))
        case .cluster(let cluster): RouteDraft(try await cluster.object(spec, roles))
        }
    }

    /// A source of telemetry for a run in these roles.
    func source(_ roles: Roles) -> any TelemetrySource {
        guard let pods = cluster?.directory, live.telemetry.pods != nil else {
            return ScrapeSource(spec: live, roles: roles, client: client)
        }
        // Through the API server the cluster's own proxy leads there.
        let way = live.telemetry.pods?.via == .apiServer ? cluster?.http ?? client : client
        return ScrapeSource(spec: live, roles: roles, client: way, targets: pods)
    }

    /// Who knows the pods; nil where nobody does.
    var population: (any PopulationSource)? { cluster?.directory }

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
        Notifiers([WebhookNotifier(live.notify, client: client)] + (cluster?.notifiers ?? []))
    }

    private var cluster: ClusterGround? {
        switch standing {
        case .file(_, let pods): pods
        case .cluster(let cluster): cluster
        }
    }

    func close() async {
        await cluster?.close()
        await client.shutdown()
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
