package import CanaryCore
package import CanaryKubernetes
import CanaryTelemetry

/// The pods of a route's two versions, kept up to date by one list and one watch a kind.
///
/// It says which pods there are (`population`), and which are scraped (`targets`): the versions' own, or with another
/// reporter those of the gateways, the waypoint or the callers. Sides are named as in the spec. Who counts is decided
/// by Services, DestinationRules and EndpointSlices alone, never by what a page says.
///
/// Opening it throws whatever keeps the pods from being found. Later the last known list stays when the API server is
/// away, for five minutes; after 15 seconds the windows say so, and the population counts as not known.
///
/// Without `telemetry.scrape.pods` it has no targets, and only counts. Close it in the end: its watches run until then.
package actor PodDirectory {
    /// How long an unconfirmed list is taken without a word.
    package static let quiet = Duration.seconds(15)

    /// How long an unconfirmed list is used at all.
    package static let patience = Duration.seconds(300)

    private let spec: CanarySpec
    private let mirrors: any MirrorProvider
    private let targetsOfPods: PodTargets?
    private let backends: RouteBackends

    /// Services and DestinationRules.
    private var definitions: MirrorSet
    /// Pods and EndpointSlices of both versions.
    private var endpoints: MirrorSet
    /// Pods that are scraped instead of the versions' own; nil if these are scraped.
    private let callers: MirrorSet?

    private let rules: APIResource?
    private var versions: (stable: VersionSelector, canary: VersionSelector)
    /// Why the definitions as they are now cannot be used; the former ones stay in force.
    private var trouble: SourceError?
    /// The definitions that were looked at last.
    private var looked: [MirrorQuery: UInt64] = [:]
    private var isReopening = false
    private var isClosed = false

    /// Finds the pods of a route that was just read.
    ///
    /// - Parameters:
    ///   - route: the VirtualService, HTTPRoute or GRPCRoute of the spec, in its namespace.
    ///   - mirrors: who gives mirrors; nil for mirrors of its own.
    /// - Throws: if a Service, subset, gateway or waypoint is not there, may not be read, or has no answer; if neither
    ///   version has a pod. A version alone may have none.
    package static func open(
        spec: CanarySpec,
        route: KubernetesObject,
        client: KubernetesClient,
        mirrors: (any MirrorProvider)? = nil
    ) async throws(SourceError) -> PodDirectory {
        let backends = try RouteBackends(spec.route, object: route)
        let provider = mirrors ?? client
        let opening = DirectoryOpening(
            spec: spec,
            route: route,
            client: client,
            mirrors: provider,
            backends: backends
        )
        let opened = try await opening.run()
        return PodDirectory(spec: spec, client: client, mirrors: provider, backends: backends, opened)
    }

    private init(
        spec: CanarySpec,
        client: KubernetesClient,
        mirrors: any MirrorProvider,
        backends: RouteBackends,
        _ opened: DirectoryOpening.Result
    ) {
        self.spec = spec
        self.mirrors = mirrors
        self.backends = backends
        targetsOfPods = spec.telemetry.pods.map { scrape in
            PodTargets(scrape: scrape, telemetry: spec.telemetry) { namespace, pod, port, path in
                try await client.podProxy(namespace: namespace, pod: pod, port: port, path: path)
            }
        }
        definitions = opened.definitions
        endpoints = opened.endpoints
        callers = opened.callers
        rules = opened.rules
        versions = opened.versions
    }

    /// The pods of both versions, in the order of their names.
    package func pods() async -> [DiscoveredPod] { await inventory().pods }

    /// Ends the watches. The directory keeps what it knew, and the population counts as not known.
    package func close() async {
        isClosed = true
        for set in [definitions, endpoints, callers ?? MirrorSet()] { await set.close() }
    }

    private func inventory() async -> PodInventory {
        await refresh()
        // Taken together: they may be replaced while the mirrors are asked.
        let (endpoints, versions) = (self.endpoints, self.versions)
        return PodInventory(
            pods: await endpoints.objects(.pods),
            slices: await endpoints.objects(.endpointSlices),
            stable: versions.stable,
            canary: versions.canary
        )
    }

    /// Follows a Service or DestinationRule that was changed; what cannot be used changes nothing.
    private func refresh() async {
        guard !isReopening, !isClosed else { return }
        isReopening = true
        defer { isReopening = false }
        let revision = await definitions.revision()
        guard revision != looked || trouble != nil else { return }
        let services = await definitions.objects(.services)
        var rules: [KubernetesObject] = []
        if let resource = self.rules { rules = await definitions.objects(resource) }
        do throws(SourceError) {
            let stable = try VersionSelector(backends.stable, services: services, rules: rules)
            let canary = try VersionSelector(backends.canary, services: services, rules: rules)
            if stable != versions.stable || canary != versions.canary {
                let queries = PodQuery.mirrors(stable, canary)
                var wider = endpoints
                do {
                    try await wider.open(queries, mirrors)
                } catch {
                    throw SourceError(error)
                }
                guard !isClosed else {
                    await wider.close()
                    return
                }
                await wider.keep(only: Set(queries))
                endpoints = wider
                versions = (stable, canary)
            }
            trouble = nil
            looked = revision
        } catch {
            trouble = error
        }
    }

    private enum Freshness {
        case fresh
        /// Used, and the windows say so.
        case old(String)
        /// Not used any more.
        case lost(String)
    }

    private func freshness() async -> Freshness {
        var sets = [definitions, endpoints]
        if let callers { sets.append(callers) }
        var worst = Freshness.fresh
        for set in sets {
            guard let (since, error) = await set.staleness() else { continue }
            let age = since.map { $0.duration(to: .now) } ?? Self.patience
            let text = "the list of pods is \(age.components.seconds) s old: \(SourceError(error).inOneLine)"
            if age >= Self.patience { return .lost(text) }
            if age >= Self.quiet { worst = .old(text) }
        }
        return worst
    }
}

extension PodDirectory: PopulationSource {
    package func population() async -> Population? {
        let inventory = await inventory()
        guard case .fresh = await freshness(), trouble == nil, !isClosed else { return nil }
        return inventory.population(spec.route, namespace: backends.canary.service.namespace)
    }
}

extension PodDirectory: TargetProvider {
    package func targets() async -> TargetList {
        guard let targetsOfPods else { return TargetList([]) }
        let inventory = await inventory()
        var faults: [PodFault] = []
        func note(_ message: String) {
            faults.append(PodFault(pod: "(cluster)", side: .unknown, label: "other", message: message))
        }
        switch await freshness() {
        case .fresh: break
        case .old(let text): note(text)
        case .lost(let text):
            note(text)
            return TargetList([], faults: faults)
        }
        if let trouble { note(trouble.inOneLine) }
        for pod in inventory.ambiguous.prefix(4) { note("pod \(pod) belongs to both versions and is left out") }
        guard let callers else { return TargetList(await targetsOfPods.targets(of: inventory.pods), faults: faults) }
        let pods = await callers.objects(.pods).map { DiscoveredPod($0, side: .unknown) }
        return TargetList(
            await targetsOfPods.targets(of: pods.sorted { ($0.name, $0.namespace) < ($1.name, $1.namespace) }),
            faults: faults
        )
    }
}
