/// Objects that are kept up to date: a mirror of one's own, or a part of one that is shared.
package protocol MirroredObjects: Sendable {
    /// Of the last list, event or bookmark: how fresh this is.
    var lastConfirmed: ContinuousClock.Instant? { get async }

    /// Why it is not fresh; nil while the watch works.
    var failure: KubernetesError? { get async }

    /// Goes up with every change of what is held; of a shared mirror also with those of other objects.
    var revision: UInt64 { get async }

    /// All of them, by namespace and name.
    func objects() async -> [KubernetesObject]

    func object(named name: String, namespace: String) async -> KubernetesObject?

    /// Takes in what the server answered to a write of ours, so that a reader sees it at once.
    func note(_ object: KubernetesObject) async

    /// Ends what keeps it up to date, unless others need that; what is held stays.
    func stop() async
}

extension ObjectMirror: MirroredObjects {}

/// What is asked of the API by one list and one watch.
package struct MirrorQuery: Sendable, Hashable {
    package var resource: APIResource
    /// Nil for all namespaces.
    package var namespace: String?
    /// A label selector.
    package var labels: String?
    /// Only the object of this name.
    package var name: String?

    package init(resource: APIResource, namespace: String?, labels: String? = nil, name: String? = nil) {
        self.resource = resource
        self.namespace = namespace
        self.labels = labels
        self.name = name
    }
}

/// Who gives mirrors for queries.
package protocol MirrorProvider: Sendable {
    /// Objects that are listed already when this returns.
    func mirror(_ query: MirrorQuery) async throws(KubernetesError) -> any MirroredObjects
}

extension KubernetesClient: MirrorProvider {
    /// A mirror of one's own.
    package func mirror(_ query: MirrorQuery) async throws(KubernetesError) -> any MirroredObjects {
        let mirror = ObjectMirror(
            client: self,
            resource: query.resource,
            namespace: query.namespace,
            labels: query.labels,
            name: query.name
        )
        do {
            try await mirror.start()
        } catch {
            await mirror.stop()
            throw error
        }
        return mirror
    }
}
