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
    ///   - mirrors: what is mirrored of the whole cluster is not listed again.
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
        async let canaries = list(.flaggerCanaries)
        async let rollouts = list(.argoRollouts)

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
        return RouteFinding.ordered(findings.map { $0.accepting(accept) })
    }

    /// What a list gave, and what has to be said about it.
    private struct Looked: Sendable {
        /// Nil if it could not be looked at.
        var items: [KubernetesObject]?
        var findings: [RouteFinding] = []
    }

    /// The objects of all namespaces, else of the route's; a kind that is not installed has none.
    private func list(_ resource: APIResource) async -> Looked {
        do throws(KubernetesError) {
            let served = try await client.served(resource)
            if let mirrors, mirrors.scope == .cluster {
                let mirror = try await mirrors.mirror(MirrorQuery(resource: served, namespace: nil))
                return Looked(items: await mirror.objects())
            }
            return Looked(items: try await client.list(served, namespace: nil).items)
        } catch {
            switch error.code {
            case .noSuchResource, .notFound: return Looked(items: [])
            case .forbidden: return await listHere(resource, error)
            default: return Looked(items: nil, findings: [unseen(resource, "could not be looked at", error)])
            }
        }
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
