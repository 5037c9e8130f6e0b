import Synchronization

/// An API server on loopback that answers as a real one does, keeps its objects in memory, and misbehaves as told.
///
/// ```swift
/// let server = try FakeAPIServer()
/// try server.apply(virtualServiceText)
/// server.inject(Fault(.status(.tooManyRequests(retryAfter: 1)), on: ["patch"]))
/// … server.url() with server.token …
/// await server.wait { $0.requests("patch", .virtualServices).count == 2 }
/// let weights = server.view.object(.virtualServices, "demo4-vs", in: "test1")
/// ```
///
/// It speaks HTTP/1.1; a `TLSRelay` in front of it adds TLS. Wordings, codes and the rules of revisions, generations,
/// owners, patches and watches are those recorded from a real server; controllers and garbage collection are missing,
/// and so are server-side apply and strategic merge patches. It stops when it is released.
package final class FakeAPIServer: Sendable {
    /// How connections end when the server goes away.
    package enum Outage: Sendable {
        /// At once, watches in the middle of a chunk.
        case killed
        /// New ones are refused, open ones live on.
        case draining
    }

    /// A token that is valid from the start, of the user `system:serviceaccount:test1:haldane`.
    package static let token = "token-of-haldane"
    package static let user = "system:serviceaccount:test1:haldane"

    let core: ServerCore

    /// A server that knows no objects yet and permits everything to the standard user.
    package init() throws {
        core = try ServerCore()
        core.state.withLock { $0.cluster.access.users = [Self.token: Self.user] }
        try core.listen()
    }

    deinit {
        core.stop()
    }

    package var port: UInt16 { core.listener.port }

    /// An `http://127.0.0.1:PORT` URL of the server.
    package func url(_ path: String = "") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// The double at this moment.
    package var view: ClusterView { core.state.withLock { $0.view } }

    /// Returns as soon as the condition is met; give the test a time limit. The condition must not call the server.
    package func wait(until isFulfilled: @escaping @Sendable (ClusterView) -> Bool) async {
        await core.wait(until: isFulfilled)
    }

    /// Calls a closure for each change from now on, in their order and never twice at once, after it took effect.
    package func observe(_ observer: @escaping @Sendable (ClusterChange) -> Void) {
        core.state.withLock { $0.observers.append(observer) }
    }

    /// Closes all connections and accepts no more, for ever.
    package func stop() { core.stop() }

    /// Refuses connections until `comeBack`; the port stays ours.
    package func goAway(_ outage: Outage = .killed) {
        core.listener.stop()
        guard outage == .killed else { return }
        core.change { $0.command(.cut) }
        core.closeConnections()
    }

    /// Accepts connections again, on the same port.
    package func comeBack() throws { try core.listen() }
}

extension FakeAPIServer {
    /// Sets the versions in which a kind is served, the preferred one first; none takes its definition away.
    package func serve(_ kind: ClusterKind, versions: [String]) {
        core.change { $0.cluster.catalogue.serve(kind, versions: versions) }
    }

    /// Makes a token valid.
    package func accept(token: String, of user: String) {
        core.change { $0.cluster.access.users[token] = user }
    }

    /// Makes a token invalid: requests with it are answered 401.
    package func expire(token: String) {
        core.change { $0.cluster.access.users[token] = nil }
    }

    /// Takes requests without a token for those of a user, e.g. behind a relay that asks for client certificates.
    package func acceptWithoutToken(as user: String) {
        core.change { $0.cluster.access.userWithoutToken = user }
    }

    /// Permits exactly what the rules say; nil permits everything to every known user.
    package func permit(_ rules: [AccessRule]?) {
        core.change { $0.cluster.access.rules = rules }
    }

    /// Changes what the controller of HTTPRoutes and GRPCRoutes says; it looks at every route at once.
    package func setRouteController(_ controller: RouteController) {
        core.change { state in
            state.cluster.routeController = controller
            state.cluster.reconcileAll(at: ServerCore.now())
        }
    }

    /// Lets `sendInitialEvents` work, or fail as it does over an old etcd.
    package func setInitialEvents(areStreamed: Bool) {
        core.change { $0.cluster.streamsInitialEvents = areStreamed }
    }

    /// How long a list from a future revision waits before it fails; 3 s from the start, as measured.
    package func setPatienceForFuture(_ patience: Duration) {
        core.change { $0.cluster.patienceForFuture = patience }
    }

    /// Answers requests to ports of pods; nil, as at the start, refuses the connection behind the server.
    package func setPodHandler(_ handler: (@Sendable (PodRequest) -> PodAnswer)?) {
        core.change { $0.podHandler = handler }
    }
}
