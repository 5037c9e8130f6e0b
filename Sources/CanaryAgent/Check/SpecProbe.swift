package import CanaryCore
package import CanaryQueries
import CanarySources
import CanaryTelemetry
package import CanaryTransport

/// Looks at one spec through whatever its telemetry is: a Prometheus server or scraping.
package struct SpecProbe: CheckProbe {
    private let options: RunOptions
    private let queries: QuerySet
    private let client: HTTPClient
    private let length: Duration
    private let patience: Duration

    /// - Parameters:
    ///   - client: for the Prometheus server; the caller shuts it down.
    ///   - length: for how long it scrapes, if it scrapes.
    ///   - patience: how long reading the past may take.
    package init(
        options: RunOptions,
        queries: QuerySet,
        client: HTTPClient,
        length: Duration = .seconds(60),
        patience: Duration = .seconds(50)
    ) {
        self.options = options
        self.queries = queries
        self.client = client
        self.length = length
        self.patience = patience
    }

    package func expected(_ state: CheckState) -> [CheckSubject] {
        let (spec, key) = (options.spec, key)
        let named = CheckSubject(
            key: key,
            comparison: .versions,
            stable: spec.route.stable.label,
            canary: spec.route.canary.label
        )
        return [state.subjects[key]?.subject ?? named]
    }

    package func look(_ state: CheckState, now: Timestamp) async -> CheckLook {
        do throws(AgentError) {
            var look =
                options.live.telemetry.prometheus == nil
                ? try await scraped(state, now) : try await asked(state, now)
            if !options.spec.objectives.metrics.isEmpty {
                look.notes.append("objectives.metrics of \(key) are no part of a check: `haldane judge` judges them")
            }
            return look
        } catch {
            let text = [error.message, error.cause, error.hint].compactMap { $0 }.joined(separator: "; ")
            let evidence = expected(state).map {
                CheckEvidence(subject: $0, end: state.subjects[key]?.readUntil ?? now, fault: Reason("ground", text))
            }
            return CheckLook(evidence: evidence)
        }
    }

    private var key: String { "\(options.spec.namespace)/\(options.spec.name)" }

    private func asked(_ state: CheckState, _ now: Timestamp) async throws(AgentError) -> CheckLook {
        var spec = try await completed()
        if let server = spec.telemetry.prometheus {
            spec.telemetry.prometheus = await ServerDelay.settled(server, http: client, now: now).spec
        }
        var coarse = spec
        coarse.pace.interval = max(spec.pace.interval, .seconds(60))
        // Only requests and failures count there.
        coarse.objectives.metrics = []
        let archives = [spec, coarse].map { spec in
            PrometheusArchive(spec: spec, roles: .asNamed, queries: queries, http: client, patience: patience)
        }
        return await ArchiveProbe(spec: spec, archive: archives[0], coarse: archives[1]).look(state, now: now)
    }

    /// The spec with the destinations that it leaves out. A cluster is only asked if it does.
    private func completed() async throws(AgentError) -> CanarySpec {
        switch options.route {
        case .file(let path): return RouteFile.completed(options.live, path: path)
        case .cluster:
            let sides = [options.live.route.stable, options.live.route.canary]
            guard sides.contains(where: { $0.workload == nil && $0.revision == nil && $0.subset == nil }) else {
                return options.live
            }
            let ground = try await RunGround.open(options, isResumption: true)
            await ground.close()
            return ground.live
        }
    }

    private func scraped(_ state: CheckState, _ now: Timestamp) async throws(AgentError) -> CheckLook {
        let ground = try await RunGround.open(options, isResumption: true)
        // Without a readable route the names are taken as they stand.
        let found = try? await ground.store(ground.spec, .asNamed).read()
        let roles = found.map { Roles(found: $0.weights) } ?? .asNamed
        let probe = ScrapeProbe(spec: ground.live, roles: roles, source: ground.source(roles), length: length)
        var look = await probe.look(state, now: now)
        if found == nil {
            look.notes.append("the route of \(key) could not be read: the spec's names are taken as they stand")
        }
        await ground.close()
        return look
    }
}
