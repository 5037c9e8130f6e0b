import CanaryYAML

/// What the controller of HTTPRoutes and GRPCRoutes says about them in their status.
///
/// It writes after the answer to the request that changed the route, in a revision of its own, as Istio's does.
package enum RouteController: Sendable, Hashable {
    case accepts
    /// `Accepted` is false.
    case rejects(reason: String, message: String)
    /// `ResolvedRefs` is false.
    case doesNotResolve(reason: String, message: String)
    /// It stays at what it said last, for an older generation.
    case lags
    /// There is none: routes have no status.
    case isAbsent
}

extension Cluster {
    /// Lets the controller look at every route, after its behaviour has changed.
    mutating func reconcileAll(at time: String) {
        for kind in [ClusterKind.httpRoutes, .grpcRoutes] {
            for (key, _) in store.objects(kind, namespace: nil) { reconcile(key, at: time) }
        }
    }

    /// Brings the status of a route up to its generation; other objects have no controller.
    mutating func reconcile(_ key: ObjectKey, at time: String) {
        guard [.httpRoutes, .grpcRoutes].contains(key.kind), let object = store[key] else { return }
        let verdicts: [(type: String, isTrue: Bool, reason: String, message: String)]
        switch routeController {
        case .accepts:
            verdicts = [
                ("Accepted", true, "Accepted", "Route was valid"),
                ("ResolvedRefs", true, "ResolvedRefs", "All references resolved"),
            ]
        case .rejects(let reason, let message):
            verdicts = [
                ("Accepted", false, reason, message),
                ("ResolvedRefs", true, "ResolvedRefs", "All references resolved"),
            ]
        case .doesNotResolve(let reason, let message):
            verdicts = [
                ("Accepted", true, "Accepted", "Route was valid"), ("ResolvedRefs", false, reason, message),
            ]
        case .lags, .isAbsent:
            return
        }
        let generation = object["metadata"]?["generation"] ?? 1
        let conditions = verdicts.map { verdict -> JSONValue in
            [
                "type": .string(verdict.type), "status": verdict.isTrue ? "True" : "False",
                "reason": .string(verdict.reason), "message": .string(verdict.message),
                "observedGeneration": generation, "lastTransitionTime": .string(time),
            ]
        }
        let parents = (object["spec"]?["parentRefs"]?.items ?? []).map { parent -> JSONValue in
            [
                "parentRef": parent, "controllerName": "istio.io/gateway-controller",
                "conditions": .array(conditions),
            ]
        }
        var document = object.members ?? [:]
        document["status"] = ["parents": .array(parents)]
        let write = ObjectWrite(
            key: key,
            version: catalogue.preferredVersion(of: key.kind),
            manager: "pilot-discovery",
            scope: .status,
            time: time
        )
        // A status is never invalid.
        _ = try? store.save(.object(document), write)
    }
}
