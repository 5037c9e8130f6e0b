import CanaryCore
package import CanaryKubernetes
import CanaryRouting
import CanarySources
import CanaryTelemetry
import CanaryTransport
import CanaryYAML

/// A run's cluster: the route's object and the pods, each kept up to date by one list and one watch a kind.
struct ClusterGround: Sendable {
    /// `VirtualService test1/demo4-vs in context 'prod' (https://…)`.
    let label: String
    /// What the route and the permissions gave rise to, and what the pods did.
    let routeFindings: [RouteFinding]
    let podFindings: [RouteFinding]
    /// Nil if the pods could not be found, and the spec does not need them or a run is taken up all the same.
    let directory: PodDirectory?
    /// Why pods are not looked at: the route leads to namespaces that are not the canary's to ask about.
    let foreignPods: Reason?
    /// Leads to the API server, through the cluster's proxy if it has one.
    let http: HTTPClient
    let client: KubernetesClient
    private let resource: APIResource
    private let mirror: any MirroredObjects
    /// Whether the client is others' as well.
    private let isShared: Bool
    private let reading: RouteReading
    private let events: EventNotifier

    /// The URL of the API server.
    var server: String { client.connection.server }

    var findings: [RouteFinding] { routeFindings + podFindings }
    var notifiers: [any Notifier] { [events] }

    /// Finds the route of a spec and its pods; throws what keeps a run from beginning, in the cluster's own words.
    ///
    /// - Parameter homes: the namespaces in which pods may be looked at; nil is any.
    static func open(
        _ spec: CanarySpec,
        _ options: ClusterOptions,
        _ isResumption: Bool,
        shared: SharedCluster? = nil,
        homes: Set<String>? = nil
    ) async throws(AgentError) -> ClusterGround {
        if let shared {
            do {
                return try await open(spec, shared.client, shared.http, isResumption, shared, homes)
            } catch {
                throw AgentError(cluster: error)
            }
        }
        let connection = try options.connection()
        let http = connection.makeHTTPClient()
        do {
            let client = KubernetesClient(connection: connection, http: http)
            return try await open(spec, client, http, isResumption, nil, homes)
        } catch {
            await http.shutdown()
            throw AgentError(cluster: error)
        }
    }

    private static func open(
        _ spec: CanarySpec,
        _ client: KubernetesClient,
        _ http: HTTPClient,
        _ isResumption: Bool,
        _ shared: SharedCluster?,
        _ homes: Set<String>?
    ) async throws -> ClusterGround {
        let resource = try await served(spec, client)
        let object = try await client.get(resource, namespace: spec.namespace, name: spec.route.object)
        let reading = try RouteObject(json: object.json, selection: selection(spec.route, spec)).reading
        let preflight = RoutePreflight(
            client: client,
            selection: selection(spec.route, spec),
            accept: spec.route.accept,
            pods: spec.telemetry.pods,
            countsAtServer: spec.telemetry.reporter == .destination,
            mirrors: shared?.mirrors
        )
        // A run that is taken up looked around when it began, and may be in a hurry.
        let findings = isResumption ? [] : try await preflight.findings()
        let completed = spec.completed(by: reading)
        let foreignPods = homes.flatMap { Self.foreignPods(completed, object, $0) }
        let found =
            foreignPods == nil
            ? try await pods(completed, object, client, shared?.mirrors, findings, isResumption) : nil
        let (directory, podFindings) = found ?? (nil, [])
        let query = MirrorQuery(resource: resource, namespace: spec.namespace, name: spec.route.object)
        let mirror: any MirroredObjects
        do {
            mirror = try await (shared?.mirrors as (any MirrorProvider)? ?? client).mirror(query)
        } catch {
            // Without the permission to watch, each read is a GET; a run that is taken up goes on with that whatever the cause.
            guard error.code == .forbidden || isResumption else {
                await directory?.close()
                throw error
            }
            mirror = ObjectMirror(client: client, resource: resource, namespace: spec.namespace)
        }
        return ClusterGround(
            label: "\(resource.kind) \(spec.namespace)/\(spec.route.object) in \(client.connection.label)",
            routeFindings: findings,
            podFindings: podFindings,
            directory: directory,
            foreignPods: foreignPods,
            http: http,
            client: client,
            resource: resource,
            mirror: mirror,
            isShared: shared != nil,
            reading: reading,
            events: EventNotifier(client: client, route: object, shared: shared?.events)
        )
    }

    /// The kind of the route in a version that is served. Where we are not let in at all, the error is that of reading the route
    /// itself: it names the object and its namespace, and what to grant.
    private static func served(_ spec: CanarySpec, _ client: KubernetesClient) async throws -> APIResource {
        let kind = APIResource.route(spec.route.kind)
        do throws(KubernetesError) {
            return try await client.served(kind)
        } catch {
            if error.code == .unauthorized || error.code == .forbidden {
                _ = try await client.get(kind, namespace: spec.namespace, name: spec.route.object)
            }
            throw error
        }
    }

    /// Why the pods behind a route may not be looked at; nil if all are in these namespaces, or nobody can tell which they are.
    private static func foreignPods(_ spec: CanarySpec, _ route: KubernetesObject, _ homes: Set<String>) -> Reason? {
        // Destinations that are not understood have no pods that anybody would find.
        guard let backends = try? RouteBackends(spec.route, object: route) else { return nil }
        let places = [backends.stable, backends.canary].map(\.service.namespace)
        guard let place = places.first(where: { !homes.contains($0) }) else { return nil }
        let text =
            "its route leads to the namespace '\(PlainLine.of(place, limit: 63))', which is neither its own nor granted to it by the "
            + "cluster's CanaryPolicy: pods there are not looked at"
        return Reason("pods-elsewhere", text)
    }

    /// The pods of both versions. They are needed only if they are scraped; without them the guards on capacity are off.
    private static func pods(
        _ spec: CanarySpec,
        _ route: KubernetesObject,
        _ client: KubernetesClient,
        _ mirrors: MirrorPool?,
        _ findings: [RouteFinding],
        _ isResumption: Bool
    ) async throws -> (PodDirectory?, [RouteFinding]) {
        do {
            return (try await PodDirectory.open(spec: spec, route: route, client: client, mirrors: mirrors), [])
        } catch {
            guard spec.telemetry.pods == nil || isResumption else {
                // What is missing is told as a whole, not one permission after the other.
                throw AgentError(refusing: findings) ?? error
            }
            let text =
                "the pods of the two versions cannot be found, so that nothing guards against too few of them: \(error.message)"
            let hint = [error.cause, error.hint].compactMap { $0 }.joined(separator: "\n")
            return (nil, [RouteFinding(.warning, text, hint: hint.isEmpty ? nil : hint)])
        }
    }

    /// As they were found.
    var weights: RouteWeights { reading.weights }

    /// The spec with the destinations that it leaves out, as the rule has them.
    func completed(_ spec: CanarySpec) -> CanarySpec { spec.completed(by: reading) }

    func store(_ spec: CanarySpec, _ roles: Roles) -> KubernetesRouteStore {
        KubernetesRouteStore(
            client: client,
            resource: resource,
            selection: Self.selection(spec.route.playing(roles), spec),
            mirror: mirror
        )
    }

    /// The route's object now, with the destinations in the run's roles.
    func object(_ spec: CanarySpec, _ roles: Roles) async throws(RouteError) -> RouteObject {
        try await store(spec, roles).object()
    }

    func close() async {
        await events.close()
        await directory?.close()
        await mirror.stop()
        if !isShared { await http.shutdown() }
    }

    private static func selection(_ route: RouteSpec, _ spec: CanarySpec) -> RouteSelection {
        RouteSelection(route, namespace: spec.namespace)
    }
}

extension ClusterOptions {
    package func connection() throws(AgentError) -> ClusterConnection {
        do {
            return try ClusterConnection.resolve(kubeconfig: kubeconfig, context: context, environment: environment)
        } catch {
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        }
    }

    /// The namespace of the kubeconfig's context.
    package func defaultNamespace() throws(AgentError) -> String { try connection().namespace }
}

extension AgentError {
    /// What the cluster answered, as the reason why a run cannot begin.
    fileprivate init(cluster error: any Error) {
        switch error {
        case let error as AgentError: self = error
        case let error as KubernetesError: self.init(error.message, cause: error.cause, hint: error.hint)
        case let error as RouteError: self.init(error.message, cause: error.cause, hint: error.hint)
        case let error as SourceError: self.init(error.inOneLine, hint: error.hint)
        default: self.init("the cluster cannot be used", cause: "\(error)")
        }
    }
}
