import CanaryCore
import CanaryKubernetes
import CanaryTelemetry
import CanaryYAML

/// Opens the mirrors of a directory; what it throws is what keeps a run from beginning.
struct DirectoryOpening: Sendable {
    let spec: CanarySpec
    let route: KubernetesObject
    let client: KubernetesClient
    /// Who gives the mirrors: the client itself, or what is shared.
    let mirrors: any MirrorProvider
    let backends: RouteBackends

    struct Result: Sendable {
        var definitions = MirrorSet()
        var endpoints = MirrorSet()
        var callers: MirrorSet?
        /// DestinationRules in the version that is served; nil if no subset is in play.
        var rules: APIResource?
        var versions: (stable: VersionSelector, canary: VersionSelector)
    }

    func run() async throws(SourceError) -> Result {
        var definitions = MirrorSet()
        var endpoints = MirrorSet()
        var callers: MirrorSet?
        do throws(SourceError) {
            let rules = try await served()
            try await open(definitionQueries(rules), in: &definitions)
            let versions = try await versions(definitions, rules)
            try await open(PodQuery.mirrors(versions.stable, versions.canary), in: &endpoints)
            try await requirePods(versions, endpoints)
            if spec.telemetry.pods != nil { callers = try await openCallers(definitions) }
            return Result(
                definitions: definitions,
                endpoints: endpoints,
                callers: callers,
                rules: rules,
                versions: versions
            )
        } catch {
            for set in [definitions, endpoints] { await set.close() }
            throw error
        }
    }

    // MARK: Versions

    private func served() async throws(SourceError) -> APIResource? {
        guard backends.stable.subset != nil || backends.canary.subset != nil else { return nil }
        do {
            return try await client.served(.destinationRules)
        } catch {
            throw SourceError(error)
        }
    }

    private func definitionQueries(_ rules: APIResource?) -> [MirrorQuery] {
        var queries: [MirrorQuery] = []
        let byNamespace = Dictionary(grouping: backends.services, by: \.namespace)
        for (namespace, services) in byNamespace.sorted(by: { $0.key < $1.key }) {
            let name = services.count == 1 ? services.first?.name : nil
            queries.append(MirrorQuery(resource: .services, namespace: namespace, name: name))
        }
        if let rules {
            for namespace in Set(backends.services.map(\.namespace) + [route.namespace]).sorted() {
                queries.append(MirrorQuery(resource: rules, namespace: namespace))
            }
        }
        return queries
    }

    private func versions(
        _ definitions: MirrorSet,
        _ rules: APIResource?
    ) async throws(SourceError) -> (stable: VersionSelector, canary: VersionSelector) {
        let services = await definitions.objects(.services)
        var ruleObjects: [KubernetesObject] = []
        if let rules { ruleObjects = await definitions.objects(rules) }
        return (
            try VersionSelector(backends.stable, services: services, rules: ruleObjects),
            try VersionSelector(backends.canary, services: services, rules: ruleObjects)
        )
    }

    /// Which of the two is stable is decided by the weights, so either may have no pods; both may not.
    private func requirePods(
        _ versions: (stable: VersionSelector, canary: VersionSelector),
        _ endpoints: MirrorSet
    ) async throws(SourceError) {
        let inventory = PodInventory(
            pods: await endpoints.objects(.pods),
            slices: await endpoints.objects(.endpointSlices),
            stable: versions.stable,
            canary: versions.canary
        )
        if let pod = inventory.ambiguous.first {
            throw SourceError(
                .ambiguous,
                "pod '\(pod)' belongs to both versions, so they cannot be compared",
                cause: "\(backends.stable) and \(backends.canary) select the same labels"
                    + (inventory.ambiguous.count > 1 ? " (\(inventory.ambiguous.count) pods)" : ""),
                hint: "give each version a label of its own, e.g. `version`, in its subset or selector"
            )
        }
        guard inventory.pods.contains(where: { !$0.isFinished }) else {
            throw SourceError(
                .noPods,
                "neither version has a pod in namespace '\(versions.stable.service.namespace)'",
                cause: "looked for \(backends.stable) and \(backends.canary)",
                hint:
                    "compare the Service's selector and the subsets with `kubectl get pods --show-labels`"
            )
        }
    }

    // MARK: Callers

    private func openCallers(_ definitions: MirrorSet) async throws(SourceError) -> MirrorSet? {
        let groups: [PodGroup]
        switch try ScrapedPods(spec, route: route, backends: backends) {
        case .versions: return nil
        case .selected(let group): groups = [group]
        case .gateways(let names): groups = names.map { .gateway($0, "Gateway") }
        case .istioGateways(let names): groups = try await istioGateways(names)
        case .waypoint(let services): groups = [.gateway(try await waypoint(services, definitions), "waypoint")]
        }
        var callers = MirrorSet()
        do throws(SourceError) {
            for group in groups { try await open(group, in: &callers) }
            guard await !callers.objects(.pods).isEmpty else { throw noCallers(groups) }
            return callers
        } catch {
            await callers.close()
            throw error
        }
    }

    private func noCallers(_ groups: [PodGroup]) -> SourceError {
        let isWaypoint = spec.telemetry.reporter == .waypoint
        return SourceError(
            spec.telemetry.pods?.selector != nil ? .noCallers : isWaypoint ? .noWaypoint : .noGateway,
            "there are no pods of " + groups.map(\.label).joined(separator: ", "),
            cause: "looked for " + groups.map(\.labels).joined(separator: "; "),
            hint: "name them with telemetry.scrape.pods.selector and namespace"
        )
    }

    private func open(_ group: PodGroup, in callers: inout MirrorSet) async throws(SourceError) {
        let query = MirrorQuery(resource: .pods, namespace: group.namespace, labels: group.labels)
        do {
            try await callers.open([query], mirrors)
        } catch {
            guard error.code == .forbidden, let fallback = group.fallback else { throw SourceError(error) }
            try await open([MirrorQuery(resource: .pods, namespace: fallback, labels: group.labels)], in: &callers)
        }
    }

    private func istioGateways(_ names: [ServiceName]) async throws(SourceError) -> [PodGroup] {
        var groups: [PodGroup] = []
        let resource: APIResource
        do {
            resource = try await client.served(.istioGateways)
        } catch {
            throw SourceError(error)
        }
        for name in names {
            let object: KubernetesObject
            do {
                object = try await client.get(resource, namespace: name.namespace, name: name.name)
            } catch {
                guard error.code == .notFound else { throw SourceError(error) }
                throw SourceError(
                    .noGateway,
                    "VirtualService \(route.namespace)/\(route.name) names the Gateway \(name), which is not there",
                    hint: "correct spec.gateways, or name the gateway's pods with telemetry.scrape.pods.selector"
                )
            }
            let group = try PodGroup.istioGateway(object)
            if !groups.contains(where: { $0.labels == group.labels }) { groups.append(group) }
        }
        return groups
    }

    /// The waypoint that a Service names, else the one of its namespace.
    private func waypoint(_ services: [ServiceName], _ definitions: MirrorSet) async throws(SourceError) -> ServiceName
    {
        let mirrored = await definitions.objects(.services)
        for service in services {
            var object = mirrored.first { $0.name == service.name && $0.namespace == service.namespace }
            if object == nil {
                do {
                    object = try await client.get(.services, namespace: service.namespace, name: service.name)
                } catch {
                    throw SourceError(error)
                }
            }
            guard let object else { continue }
            switch WaypointName(object) {
            case .named(let name): return name
            case .refused:
                throw noWaypoint(
                    "Service \(service) is taken out of its namespace's waypoint (istio.io/use-waypoint: none)"
                )
            case .absent: continue
            }
        }
        let namespace = services.first?.namespace ?? route.namespace
        do {
            let object = try await client.get(.namespaces, namespace: nil, name: namespace)
            if case .named(let name) = WaypointName(object) { return name }
        } catch {
            throw SourceError(error)
        }
        let names = services.map(\.description).joined(separator: ", ")
        throw noWaypoint("neither \(names) nor namespace '\(namespace)' has the label istio.io/use-waypoint")
    }

    private func noWaypoint(_ cause: String) -> SourceError {
        SourceError(
            .noWaypoint,
            "nothing says which waypoint serves the Service",
            cause: cause,
            hint: "name its pods with telemetry.scrape.pods.selector and namespace, or use another reporter"
        )
    }

    private func open(_ queries: [MirrorQuery], in set: inout MirrorSet) async throws(SourceError) {
        do {
            try await set.open(queries, mirrors)
        } catch {
            throw SourceError(error)
        }
    }
}

extension PodQuery {
    /// The pods and the slices of two versions.
    static func mirrors(_ stable: VersionSelector, _ canary: VersionSelector) -> [MirrorQuery] {
        all(stable, canary).flatMap { query in
            [
                MirrorQuery(resource: .pods, namespace: query.namespace, labels: query.pods),
                MirrorQuery(resource: .endpointSlices, namespace: query.namespace, labels: query.slices),
            ]
        }
    }
}
