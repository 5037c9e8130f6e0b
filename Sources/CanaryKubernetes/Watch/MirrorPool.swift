/// Mirrors that everybody in the process shares: one list and one watch a kind, for all namespaces or for each watched one.
///
/// ```swift
/// let pool = MirrorPool(client: client, scope: .cluster)
/// let pods = try await pool.mirror(MirrorQuery(resource: .pods, namespace: "test1", labels: "app=demo4"))
/// … await pods.objects() …
/// await pool.close()
/// ```
///
/// Objects are stripped to what is needed (`ObjectReduction`) as they come in. A query outside of the scope, as for the pods of a
/// gateway in another namespace, gets a mirror of its own, which goes when its last user does.
package actor MirrorPool: MirrorProvider {
    /// What is mirrored whole.
    package enum Scope: Sendable, Hashable {
        case cluster
        case namespaces(Set<String>)

        package func covers(_ namespace: String) -> Bool {
            switch self {
            case .cluster: true
            case .namespaces(let names): names.contains(namespace)
            }
        }
    }

    /// How a kind is kept up to date.
    package struct Freshness: Sendable, Hashable {
        package var resource: APIResource
        /// Nil for all namespaces.
        package var namespace: String?
        package var objects: Int
        /// Since the last sign of life.
        package var age: Duration?
        /// Why it is not fresh; nil while the watch works.
        package var failure: String?
    }

    package nonisolated let scope: Scope
    private let client: KubernetesClient
    private let timing: ObjectMirror.Timing
    /// By the kind's plural: what alone is mirrored of it.
    private let selectors: [String: String]
    private let onChange: (@Sendable (APIResource, ObjectChange) -> Void)?
    private var shared: [MirrorQuery: ObjectMirror] = [:]
    private var own: [MirrorQuery: (mirror: ObjectMirror, users: Int)] = [:]
    private var isClosed = false

    /// - Parameters:
    ///   - selectors: by the kind's plural, a label selector for what alone is mirrored of it.
    ///   - onChange: is told of every change in a shared mirror, in order for each. It must return at once.
    package init(
        client: KubernetesClient,
        scope: Scope,
        timing: ObjectMirror.Timing = ObjectMirror.Timing(),
        selectors: [String: String] = [:],
        onChange: (@Sendable (APIResource, ObjectChange) -> Void)? = nil
    ) {
        self.client = client
        self.scope = scope
        self.timing = timing
        self.selectors = selectors
        self.onChange = onChange
    }

    /// The part of the shared mirror that fits the query; opens that first if nobody asked for the kind before.
    package func mirror(_ query: MirrorQuery) async throws(KubernetesError) -> any MirroredObjects {
        let selector = query.labels.flatMap { LabelSelector($0) }
        // A namespace outside of the scope, and a selector that only the server understands.
        guard isShared(query), selector != nil || query.labels == nil else { return try await ownMirror(query) }
        let namespace = scope == .cluster ? nil : query.namespace
        let mirror = try await sharedMirror(MirrorQuery(resource: query.resource, namespace: namespace))
        return MirrorView(
            mirror: mirror,
            namespace: query.resource.isNamespaced ? query.namespace : nil,
            selector: selector,
            name: query.name,
            release: nil
        )
    }

    /// The shared mirrors of a kind in every watched namespace: what an agent looks for its work in.
    ///
    /// - Parameter namespace: one that is mirrored too, for this kind alone.
    package func all(
        _ resource: APIResource,
        and namespace: String? = nil
    ) async throws(KubernetesError) -> [ObjectMirror] {
        switch scope {
        case .cluster: return [try await sharedMirror(MirrorQuery(resource: resource, namespace: nil))]
        case .namespaces(let names):
            var mirrors: [ObjectMirror] = []
            for name in names.union([namespace].compactMap { $0 }).sorted() {
                mirrors.append(try await sharedMirror(MirrorQuery(resource: resource, namespace: name)))
            }
            return mirrors
        }
    }

    /// How fresh each shared mirror is, by kind and namespace.
    package func freshness(at now: ContinuousClock.Instant = .now) async -> [Freshness] {
        var all: [Freshness] = []
        for (query, mirror) in shared {
            let confirmed = await mirror.lastConfirmed
            all.append(
                Freshness(
                    resource: query.resource,
                    namespace: query.namespace,
                    objects: await mirror.count,
                    age: confirmed.map { $0.duration(to: now) },
                    failure: await mirror.failure?.message
                )
            )
        }
        return all.sorted { ($0.resource.plural, $0.namespace ?? "") < ($1.resource.plural, $1.namespace ?? "") }
    }

    /// Ends all watches.
    package func close() async {
        isClosed = true
        let mirrors = Array(shared.values) + own.values.map(\.mirror)
        // Side by side: each may have to see its watch end.
        await withTaskGroup(of: Void.self) { group in
            for mirror in mirrors { group.addTask { await mirror.stop() } }
        }
    }

    /// Whether the query is about what is mirrored whole.
    private func isShared(_ query: MirrorQuery) -> Bool {
        switch scope {
        case .cluster: true
        case .namespaces(let names): query.resource.isNamespaced && query.namespace.map(names.contains) ?? false
        }
    }

    private func sharedMirror(_ query: MirrorQuery) async throws(KubernetesError) -> ObjectMirror {
        if let mirror = shared[query] {
            // The first list may still be under way.
            try await mirror.start()
            return mirror
        }
        let mirror = makeMirror(query, isShared: true)
        shared[query] = mirror
        do throws(KubernetesError) {
            try await mirror.start()
            return mirror
        } catch {
            if shared[query] === mirror { shared[query] = nil }
            await mirror.stop()
            throw error
        }
    }

    private func ownMirror(_ query: MirrorQuery) async throws(KubernetesError) -> any MirroredObjects {
        let mirror = own[query]?.mirror ?? makeMirror(query, isShared: false)
        own[query, default: (mirror, 0)].users += 1
        do throws(KubernetesError) {
            try await mirror.start()
        } catch {
            await release(query, mirror)
            throw error
        }
        return MirrorView(mirror: mirror, namespace: query.namespace, selector: nil, name: query.name) {
            await self.release(query, mirror)
        }
    }

    private func release(_ query: MirrorQuery, _ mirror: ObjectMirror) async {
        guard let entry = own[query], entry.mirror === mirror else { return }
        own[query]?.users -= 1
        guard entry.users <= 1 else { return }
        own[query] = nil
        await mirror.stop()
    }

    private func makeMirror(_ query: MirrorQuery, isShared: Bool) -> ObjectMirror {
        var tell: (@Sendable (ObjectChange) -> Void)?
        if isShared, let onChange {
            let resource = query.resource
            tell = { onChange(resource, $0) }
        }
        return ObjectMirror(
            client: client,
            resource: query.resource,
            namespace: query.namespace,
            labels: query.labels ?? (isShared ? selectors[query.resource.plural] : nil),
            name: query.name,
            timing: timing,
            reduction: .needed,
            onChange: tell
        )
    }
}
