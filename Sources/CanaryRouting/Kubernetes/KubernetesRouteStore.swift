package import CanaryCore
package import CanaryKubernetes
package import CanaryYAML

/// A route in a cluster.
///
/// The revision is the object's generation with its uid: it changes with every change of the spec, and not with status or
/// annotations. Reads come from one list and one watch, and from a GET while these are not fresh. A write is one JSON Patch
/// that replaces the resourceVersion with the one it is based on, so the server refuses it if anything was written in
/// between; its answer is compared with the object before, member by member.
package actor KubernetesRouteStore: RouteStore {
    /// `virtualservices`, in the version that the server serves.
    package nonisolated let resource: APIResource
    package nonisolated let namespace: String

    private let client: KubernetesClient
    private let mirror: any MirroredObjects
    private let patience: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private var selection: RouteSelection

    /// How often one write is tried again over a newer resourceVersion of the same revision.
    private static let attemptLimit = 3

    /// Makes a store over a mirror that the caller starts and stops.
    ///
    /// - Parameters:
    ///   - resource: the kind of the selection, in a version that the server serves.
    ///   - patience: how old the mirror's last sign of life may be; longer than one of its watches, which last 30 s.
    package init(
        client: KubernetesClient,
        resource: APIResource,
        selection: RouteSelection,
        mirror: any MirroredObjects,
        patience: Duration = .seconds(35),
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.client = client
        self.resource = resource
        self.mirror = mirror
        self.patience = patience
        self.now = now
        namespace = selection.namespace ?? client.connection.namespace
        self.selection = selection
        self.selection.namespace = namespace
    }

    /// Makes a store with a mirror of its own: asks which version is served, and begins to watch the object.
    ///
    /// Without the permission to list and watch it still works, with a GET for each read.
    package static func open(client: KubernetesClient, selection: RouteSelection) async throws(RouteError)
        -> KubernetesRouteStore
    {
        do throws(KubernetesError) {
            let resource = try await client.served(.route(selection.kind))
            let mirror = ObjectMirror(
                client: client,
                resource: resource,
                namespace: selection.namespace ?? client.connection.namespace,
                name: selection.object
            )
            do throws(KubernetesError) {
                try await mirror.start()
            } catch {
                guard error.code == .forbidden else { throw error }
            }
            return KubernetesRouteStore(client: client, resource: resource, selection: selection, mirror: mirror)
        } catch {
            throw RouteError(error, isWrite: false)
        }
    }

    /// Ends the watch.
    package func close() async {
        await mirror.stop()
    }

    package func read() async throws(RouteError) -> RouteSnapshot {
        let object = try await present()
        return snapshot(object, try route(object))
    }

    /// The object with its rule, as it is now.
    package func object() async throws(RouteError) -> RouteObject {
        try route(try await present())
    }

    /// The rule with its destinations, for a spec that leaves them out.
    package func reading() async throws(RouteError) -> RouteReading {
        try route(try await present()).reading
    }

    /// See `RouteStore`. An object whose annotations or status alone have changed since is still the expected revision.
    ///
    /// A step whose answer is not what was asked for is taken back, so that a run that ends there leaves nothing raised.
    package func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async throws(RouteError) -> RouteSnapshot
    {
        var object = try await present()
        for _ in 1...Self.attemptLimit {
            let route = try checked(object, revision, plan)
            let weights = route.reading.weights
            if RouteWeights(canaryPercent: plan.canaryPercent, sum: weights.sum) == weights {
                return snapshot(object, route)
            }
            let patch = try route.patch(to: try route.weights(canaryPercent: plan.canaryPercent))
            switch await send(patch, dryRun: false) {
            case .success(let answer):
                await mirror.note(answer)
                do throws(RouteError) {
                    try patch.prove(answer.json)
                } catch {
                    guard plan.purpose != .rollback else { throw error }
                    throw await takingBack(error, answer, to: weights)
                }
                return snapshot(answer, try self.route(answer))
            case .failure(let error):
                object = try await afterRefusal(error, of: object)
            }
        }
        // Somebody writes metadata or status faster than we do.
        throw conflict
    }

    /// What `apply` would send, after the server has said that it would take it; nothing is written.
    package func preview(_ plan: WeightPlan) async throws(RouteError) -> RoutePatch {
        let route = try route(try await present())
        let patch = try route.patch(to: try route.weights(canaryPercent: plan.canaryPercent))
        switch await send(patch, dryRun: true) {
        case .success(let answer): try patch.prove(answer.json)
        case .failure(let error): throw RouteError(error, isWrite: true)
        }
        return patch
    }

    // MARK: Reading

    /// The object from the mirror if that is fresh and has it, else from the server.
    private func present() async throws(RouteError) -> KubernetesObject {
        if await mirror.failure == nil, let confirmed = await mirror.lastConfirmed,
            confirmed.duration(to: now()) < patience,
            let object = await mirror.object(named: selection.object, namespace: namespace)
        {
            return object
        }
        return try await fetched()
    }

    private func fetched() async throws(RouteError) -> KubernetesObject {
        do throws(KubernetesError) {
            let object = try await client.get(resource, namespace: namespace, name: selection.object)
            await mirror.note(object)
            return object
        } catch {
            throw RouteError(error, isWrite: false)
        }
    }

    /// The rule in an object; the first one that is read is remembered, so that it is found again by what it is.
    private func route(_ object: KubernetesObject) throws(RouteError) -> RouteObject {
        let route = try RouteObject(json: object.json, selection: selection)
        if selection.identity == nil { selection.identity = route.reading.identity }
        return route
    }

    private func snapshot(_ object: KubernetesObject, _ route: RouteObject) -> RouteSnapshot {
        let metadata = RouteMetadata(object: object, kind: selection.kind)
        let reading = route.reading
        return RouteSnapshot(
            revision: Self.revision(of: object),
            weights: reading.weights,
            place: reading.place,
            reach: reading.reach,
            writer: metadata.writer(of: reading.ruleList),
            objection: metadata.objection
        )
    }

    // MARK: Writing

    /// The rule of an object that is the expected revision.
    ///
    /// One that is being deleted and held by a finalizer is in force until that lets go: it takes no step, but a rollback.
    private func checked(
        _ object: KubernetesObject,
        _ revision: RouteRevision,
        _ plan: WeightPlan
    ) throws(RouteError) -> RouteObject {
        guard !object.isBeingDeleted || plan.purpose == .rollback else {
            throw RouteError(
                .missing,
                "\(resource.kind) \(namespace)/\(selection.object) is being deleted",
                disposition: .stop
            )
        }
        guard Self.revision(of: object) == revision else { throw conflict }
        return try route(object)
    }

    /// A server that keeps no generation leaves only the resourceVersion.
    private static func revision(of object: KubernetesObject) -> RouteRevision {
        RouteRevision(object.generation > 0 ? "\(object.generation)-\(object.uid)" : object.resourceVersion)
    }

    private func send(_ patch: RoutePatch, dryRun: Bool) async -> Result<KubernetesObject, KubernetesError> {
        let operations = patch.operations.map { operation in
            JSONPatchOperation(operation.verb == .add ? .add : .replace, operation.path, operation.value)
        }
        do throws(KubernetesError) {
            return .success(
                try await client.patch(
                    resource,
                    namespace: namespace,
                    name: selection.object,
                    operations,
                    dryRun: dryRun
                )
            )
        } catch {
            return .failure(error)
        }
    }

    /// What a refused patch means: the server answers a stale revision with a clear 409, and a list that has become shorter
    /// with the same opaque 422 as content that it does not accept. Only a look at the object tells them apart.
    ///
    /// - Returns: a newer revision, to be compared with the expected one.
    private func afterRefusal(_ error: KubernetesError, of old: KubernetesObject) async throws(RouteError)
        -> KubernetesObject
    {
        guard error.code == .conflict || error.code == .invalid else { throw RouteError(error, isWrite: true) }
        let object = try await fetched()
        if object.resourceVersion == old.resourceVersion, error.code == .invalid {
            var refusal = RouteError(error, isWrite: true)
            refusal.hint =
                refusal.hint ?? "an admission webhook or policy may stand against it: the words above are its own"
            throw refusal
        }
        return object
    }

    /// Puts the weights back that a step was to replace, because its answer could not be proved.
    ///
    /// - Returns: the error with what became of that. If it is not known to have worked the step may be in force: then the
    ///   error may be tried again, so that the run goes on to look.
    private func takingBack(
        _ error: RouteError,
        _ answer: KubernetesObject,
        to weights: RouteWeights
    ) async -> RouteError {
        var error = error
        do throws(RouteError) {
            let route = try route(answer)
            guard route.reading.weights != weights else { return error }
            if case .success(let answer) = await send(try route.patch(to: weights), dryRun: false) {
                await mirror.note(answer)
                if try self.route(answer).reading.weights == weights {
                    error.message += "; the weights were put back"
                    return error
                }
            }
        } catch {
            // What the answer is now cannot be read: the same as not being able to put it back.
        }
        error.message += "; they could not be put back"
        error.disposition = .retry
        return error
    }

    private var conflict: RouteError {
        RouteError(
            .conflict,
            "\(resource.kind) \(namespace)/\(selection.object) was changed by someone else since it was read",
            hint: "look at the change; the next decision is made on it",
            disposition: .retry
        )
    }
}

extension APIResource {
    /// The kind of a route, in its newest version.
    package static func route(_ kind: RouteSpec.Kind) -> APIResource {
        switch kind {
        case .virtualService: .virtualServices
        case .httpRoute: .httpRoutes
        case .grpcRoute: .grpcRoutes
        }
    }
}
