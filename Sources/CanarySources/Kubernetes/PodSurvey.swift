package import CanaryCore
package import CanaryKubernetes

/// The pods of a route's two versions at one moment, looked up in mirrors that others keep.
///
/// Nothing stays open: it is what an agent looks at for each of its idle canaries.
package struct PodSurvey: Sendable {
    /// By the spec's names.
    package let population: Population
    /// How the pods are found, for the next look.
    package let path: Path

    /// From a route to its pods: it stays as it is while the route, the Services and the DestinationRules do.
    package struct Path: Sendable, Hashable {
        fileprivate var route: String
        fileprivate var revisions: [UInt64]
        package let services: [ServiceName]
        fileprivate let stable: VersionSelector
        fileprivate let canary: VersionSelector
        fileprivate let queries: [PodQuery]

        /// What of the cluster it depends on: a change there asks for another look.
        package var interests: [PodInterest] {
            services.map { .service($0) }
                + [stable, canary].map { version in
                    let pair = version.selector.min { $0.key < $1.key }
                    return .pods(
                        namespace: version.service.namespace,
                        key: pair?.key ?? "",
                        value: pair?.value ?? ""
                    )
                }
        }
    }

    /// Looks.
    ///
    /// - Parameters:
    ///   - spec: with the destinations that the route completes.
    ///   - route: as mirrored.
    ///   - rules: DestinationRules in the version that is served; nil if none is.
    ///   - known: the path of the last look; it is not looked for again if nothing on it changed.
    package static func look(
        _ spec: CanarySpec,
        route: KubernetesObject,
        rules: APIResource?,
        mirrors: any MirrorProvider,
        known: Path? = nil
    ) async throws(SourceError) -> PodSurvey {
        do {
            let path = try await path(spec, route, rules, mirrors, known)
            var pods: [KubernetesObject] = []
            var slices: [KubernetesObject] = []
            for query in path.queries {
                let (place, labels) = (query.namespace, query.pods)
                pods += try await mirrors.mirror(MirrorQuery(resource: .pods, namespace: place, labels: labels))
                    .objects()
                let slice = MirrorQuery(resource: .endpointSlices, namespace: place, labels: query.slices)
                slices += try await mirrors.mirror(slice).objects()
            }
            let inventory = PodInventory(pods: pods, slices: slices, stable: path.stable, canary: path.canary)
            if let pod = inventory.ambiguous.first {
                throw SourceError(
                    .ambiguous,
                    "pod '\(pod)' belongs to both versions, so they cannot be compared",
                    hint: "give each version a label of its own, e.g. `version`, in its subset or selector"
                )
            }
            let namespace = path.canary.service.namespace
            return PodSurvey(population: inventory.population(spec.route, namespace: namespace), path: path)
        } catch let error as SourceError {
            throw error
        } catch let error as KubernetesError {
            throw SourceError(error)
        } catch {
            throw SourceError(.noPods, "the pods of the two versions cannot be looked up", cause: "\(error)")
        }
    }

    private static func path(
        _ spec: CanarySpec,
        _ route: KubernetesObject,
        _ rules: APIResource?,
        _ mirrors: any MirrorProvider,
        _ known: Path?
    ) async throws -> Path {
        let backends = try RouteBackends(spec.route, object: route)
        let needsRules = backends.stable.subset != nil || backends.canary.subset != nil
        var sets: [MirrorQuery] = backends.services.map {
            MirrorQuery(resource: .services, namespace: $0.namespace, name: $0.name)
        }
        let services = sets.count
        if needsRules, let rules {
            for namespace in Set(backends.services.map(\.namespace) + [route.namespace]).sorted() {
                sets.append(MirrorQuery(resource: rules, namespace: namespace))
            }
        }
        var views: [any MirroredObjects] = []
        for query in sets { views.append(try await mirrors.mirror(query)) }
        let mark = "\(route.uid) \(route.generation) \(route.resourceVersion) \(spec.route.hashValue)"
        var revisions: [UInt64] = []
        for view in views { revisions.append(await view.revision) }
        if let known, known.route == mark, known.revisions == revisions { return known }
        var objects: [KubernetesObject] = []
        for view in views[..<services] { objects += await view.objects() }
        var ruleObjects: [KubernetesObject] = []
        for view in views[services...] { ruleObjects += await view.objects() }
        let stable = try VersionSelector(backends.stable, services: objects, rules: ruleObjects)
        let canary = try VersionSelector(backends.canary, services: objects, rules: ruleObjects)
        return Path(
            route: mark,
            revisions: revisions,
            services: backends.services,
            stable: stable,
            canary: canary,
            queries: PodQuery.all(stable, canary)
        )
    }
}

/// Something in the cluster whose change asks for another look at a canary's pods.
package enum PodInterest: Sendable, Hashable {
    /// The Service, and its EndpointSlices.
    case service(ServiceName)
    /// Pods with this label.
    case pods(namespace: String, key: String, value: String)
}
