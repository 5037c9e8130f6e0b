package import CanaryCore
package import CanaryKubernetes
package import CanaryYAML

/// Looks around a route in the cluster before anything is written: who owns it, what it does not govern, what we may do.
package struct RoutePreflight: Sendable {
    private let client: KubernetesClient
    private let selection: RouteSelection
    private let accept: Set<RouteSpec.Acceptance>
    private let pods: PodScrape?
    private let countsAtServer: Bool
    private let mirrors: MirrorPool?

    /// - Parameters:
    ///   - pods: how pods are found and scraped, for the permissions that needs; nil if the spec lists its targets.
    ///   - countsAtServer: whether the reporter is `destination`.
    ///   - mirrors: what is mirrored is not listed again, and where only some namespaces are, no other one is asked about.
    package init(
        client: KubernetesClient,
        selection: RouteSelection,
        accept: Set<RouteSpec.Acceptance>,
        pods: PodScrape?,
        countsAtServer: Bool,
        mirrors: MirrorPool? = nil
    ) {
        self.client = client
        self.mirrors = mirrors
        self.selection = selection
        self.accept = accept
        self.pods = pods
        self.countsAtServer = countsAtServer
    }

    private var namespace: String { selection.namespace ?? client.connection.namespace }

    /// Every finding, the worst first; throws only if the route itself cannot be read.
    package func findings() async throws(RouteError) -> [RouteFinding] {
        var selection = selection
        selection.namespace = namespace
        let object: KubernetesObject
        do throws(KubernetesError) {
            let resource = try await client.served(.route(selection.kind))
            object = try await client.get(resource, namespace: namespace, name: selection.object)
        } catch {
            throw RouteError(error, isWrite: false)
        }
        let reading = try RouteObject(json: object.json, selection: selection).reading

        async let permissions = RoutePermissions(client: client, selection: selection, pods: pods).findings()
        async let virtualServices = list(.virtualServices)
        async let httpRoutes = list(.httpRoutes)
        async let grpcRoutes = list(.grpcRoutes)
        async let destinationRules = list(.destinationRules)
        async let services = list(.services)
        // Of no use to anybody but this look: they may be listed, and nobody watches them.
        async let canaries = list(.flaggerCanaries, isMirrored: false)
        async let rollouts = list(.argoRollouts, isMirrored: false)

        var around = RouteSurroundings(
            route: object,
            kind: selection.kind,
            reading: reading,
            countsAtServer: countsAtServer
        )
        around.virtualServices = await virtualServices.items
        around.httpRoutes = await httpRoutes.items
        around.grpcRoutes = await grpcRoutes.items
        around.destinationRules = await destinationRules.items
        around.services = await services.items
        let ownership = RouteOwnership(route: object, kind: selection.kind, list: reading.ruleList)
        var findings = ownership.findings(canaries: await canaries.items ?? [], rollouts: await rollouts.items ?? [])
        findings += around.findings()
        if let objection = RouteMetadata(object: object, kind: selection.kind).objection {
            findings.append(RouteFinding(.refuse, "\(reading.place) is not in force: \(objection)"))
        }
        findings += await permissions
        for looked in await [
            virtualServices, httpRoutes, grpcRoutes, destinationRules, services, canaries, rollouts,
        ] {
            findings += looked.findings
        }
        let neighbours = await [virtualServices, httpRoutes, grpcRoutes, destinationRules, services]
        if neighbours.contains(where: \.isConfined) { findings.append(elsewhere) }
        return RouteFinding.ordered(findings.map { $0.accepting(accept) })
    }

    /// What a list gave, and what has to be said about it.
    private struct Looked: Sendable {
        /// Nil if it could not be looked at.
        var items: [KubernetesObject]?
        var findings: [RouteFinding] = []
        /// Whether only some namespaces were looked at.
        var isConfined = false
    }

    /// The objects of all namespaces, else of the route's; a kind that is not installed has none. Who is confined to some namespaces
    /// gets theirs, unless all may be listed.
    private func list(_ resource: APIResource, isMirrored: Bool = true) async -> Looked {
        do throws(KubernetesError) {
            let served = try await client.served(resource)
            // Who may not even ask is taken for somebody who may not.
            if let confines, (try? await client.isAllowed("list", served, namespace: nil)) != true {
                return try await list(served, in: isMirrored ? confines : [namespace], isMirrored)
            }
            if let mirrors, mirrors.scope == .cluster, isMirrored {
                let mirror = try await mirrors.mirror(MirrorQuery(resource: served, namespace: nil))
                return Looked(items: await mirror.objects())
            }
            return Looked(items: try await client.list(served, namespace: nil).items)
        } catch {
            switch error.code {
            case .noSuchResource, .notFound: return Looked(items: [])
            case .forbidden where confines == nil: return await listHere(resource, error)
            default: return Looked(items: nil, findings: [unseen(resource, "could not be looked at", error)])
            }
        }
    }

    /// The namespaces that alone are mirrored; nil for all of them.
    private var confines: [String]? {
        guard case .namespaces(let names)? = mirrors?.scope else { return nil }
        return names.union([namespace]).sorted()
    }

    private func list(
        _ served: APIResource,
        in places: [String],
        _ isMirrored: Bool
    ) async throws(KubernetesError) -> Looked {
        var looked = Looked(items: [], isConfined: true)
        for place in places {
            if let mirrors, isMirrored {
                let mirror = try await mirrors.mirror(MirrorQuery(resource: served, namespace: place))
                looked.items? += await mirror.objects()
            } else {
                looked.items? += try await client.list(served, namespace: place).items
            }
        }
        return looked
    }

    /// What is not known because nobody may look at it.
    private var elsewhere: RouteFinding {
        let names = confines ?? []
        let more = names.count > 5 ? " and \(names.count - 5) more" : ""
        return RouteFinding(
            .warning,
            "only namespace \(names.prefix(5).joined(separator: ", "))\(more) is looked at here: what routes, "
                + "DestinationRules and Services of other namespaces do to the route is not known",
            hint: "bind the ClusterRole haldane-preflight to whoever runs this, or look yourself: "
                + "kubectl get virtualservices,httproutes,grpcroutes -A"
        )
    }

    private func listHere(_ resource: APIResource, _ everywhere: KubernetesError) async -> Looked {
        do throws(KubernetesError) {
            let served = try await client.served(resource)
            return Looked(
                items: try await client.list(served, namespace: namespace).items,
                findings: [unseen(resource, "of other namespaces could not be looked at", everywhere)]
            )
        } catch {
            guard error.code != .noSuchResource else { return Looked(items: []) }
            return Looked(items: nil, findings: [unseen(resource, "could not be looked at", error)])
        }
    }

    private func unseen(_ resource: APIResource, _ words: String, _ error: KubernetesError) -> RouteFinding {
        RouteFinding(
            .warning,
            "\(resource.kind)s \(words), so what they do to the route is not known: \(error.message)",
            hint: error.hint
        )
    }
}
