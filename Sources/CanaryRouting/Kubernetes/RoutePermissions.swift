import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// What a run has to be allowed to do, asked of the server.
struct RoutePermissions: Sendable {
    let client: KubernetesClient
    let selection: RouteSelection
    let pods: PodScrape?

    private struct Need: Sendable {
        var verb: String
        var resource: APIResource
        var namespace: String
        var name: String?
        var subresource: String?
        var severity: RouteFinding.Severity
        /// What is missing without it.
        var why: String
    }

    /// One finding a verb that is not allowed, and one if nothing could be asked.
    func findings() async -> [RouteFinding] {
        await withTaskGroup(of: (Int, RouteFinding?).self) { group in
            for (index, need) in needs.enumerated() {
                group.addTask { (index, await finding(need)) }
            }
            var found: [(Int, RouteFinding)] = []
            for await (index, finding) in group {
                if let finding { found.append((index, finding)) }
            }
            // The same trouble with every question is told once.
            var seen: Set<RouteFinding> = []
            return found.sorted { $0.0 < $1.0 }.map(\.1).filter { seen.insert($0).inserted }
        }
    }

    private var needs: [Need] {
        let place = selection.namespace ?? client.connection.namespace
        let route = APIResource.route(selection.kind)
        let name = selection.object
        var needs = [
            Need(
                verb: "get",
                resource: route,
                namespace: place,
                name: name,
                severity: .refuse,
                why: "the route cannot be read"
            ),
            Need(
                verb: "patch",
                resource: route,
                namespace: place,
                name: name,
                severity: .refuse,
                why: "no weight can be written, and no rollback be made"
            ),
            Need(
                verb: "list",
                resource: route,
                namespace: place,
                severity: .warning,
                why: "each read is a request of its own"
            ),
            Need(
                verb: "watch",
                resource: route,
                namespace: place,
                severity: .warning,
                why: "each read is a request of its own"
            ),
        ]
        let severity: RouteFinding.Severity = pods == nil ? .warning : .refuse
        for resource in [APIResource.pods, .services, .endpointSlices] {
            for verb in ["list", "watch"] {
                needs.append(
                    Need(
                        verb: verb,
                        resource: resource,
                        namespace: place,
                        severity: severity,
                        why: "the pods of the versions cannot be found, and whether they are ready is not known"
                    )
                )
            }
        }
        if let pods, pods.via == .apiServer {
            needs.append(
                Need(
                    verb: "get",
                    resource: .pods,
                    namespace: pods.namespace ?? place,
                    subresource: "proxy",
                    severity: .refuse,
                    why: "pods cannot be scraped through the API server"
                )
            )
        }
        for verb in ["get", "create", "update"] {
            needs.append(
                Need(
                    verb: verb,
                    resource: .leases,
                    namespace: place,
                    severity: .refuse,
                    why: "the rollout cannot be claimed, so that two processes could write its weights"
                )
            )
        }
        needs.append(
            Need(
                verb: "list",
                resource: .leases,
                namespace: place,
                severity: .warning,
                why: "whether a rollout of another canary is at work on the same rule is not known"
            )
        )
        for verb in ["get", "create", "update", "delete"] {
            needs.append(
                Need(
                    verb: verb,
                    resource: .configMaps,
                    namespace: place,
                    severity: .warning,
                    why: "nobody could go on with the evidence if this process dies; guards.onOrphan would decide"
                )
            )
        }
        needs.append(
            Need(verb: "create", resource: .events, namespace: place, severity: .info, why: "decisions leave no events")
        )
        return needs
    }

    private func finding(_ need: Need) async -> RouteFinding? {
        do throws(KubernetesError) {
            let isAllowed = try await client.isAllowed(
                need.verb,
                need.resource,
                namespace: need.namespace,
                name: need.name,
                subresource: need.subresource
            )
            if isAllowed { return nil }
        } catch {
            return RouteFinding(
                .warning,
                "what we are allowed to do could not be asked: \(error.message)",
                hint: error.hint
            )
        }
        let group = need.resource.group.isEmpty ? "" : ".\(need.resource.group)"
        let resource = need.resource.plural + group + (need.subresource.map { "/\($0)" } ?? "")
        return RouteFinding(
            need.severity,
            "we may not \(need.verb) \(resource) in namespace '\(need.namespace)': \(need.why)",
            hint: KubernetesClient.grant(
                need.verb,
                need.resource,
                namespace: need.namespace,
                subresource: need.subresource
            )
        )
    }
}
