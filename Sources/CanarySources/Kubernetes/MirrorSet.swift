import CanaryKubernetes

/// Mirrors that are kept together: what each holds, and how fresh the oldest is.
struct MirrorSet: Sendable {
    private(set) var mirrors: [MirrorQuery: any MirroredObjects] = [:]

    /// What is asked now.
    var queries: Set<MirrorQuery> { Set(mirrors.keys) }

    /// Opens mirrors for the queries that have none; if one cannot be opened, none of the new ones is kept.
    mutating func open(
        _ queries: some Sequence<MirrorQuery>,
        _ provider: any MirrorProvider
    ) async throws(KubernetesError) {
        var opened: [MirrorQuery: any MirroredObjects] = [:]
        for query in queries where mirrors[query] == nil && opened[query] == nil {
            do {
                opened[query] = try await provider.mirror(query)
            } catch {
                for other in opened.values { await other.stop() }
                throw error
            }
        }
        mirrors.merge(opened) { $1 }
    }

    /// Ends those that are not wanted any more.
    mutating func keep(only queries: Set<MirrorQuery>) async {
        let rest = mirrors.filter { !queries.contains($0.key) }
        for query in rest.keys { mirrors[query] = nil }
        for mirror in rest.values { await mirror.stop() }
    }

    /// Ends all of them.
    func close() async {
        for mirror in mirrors.values { await mirror.stop() }
    }

    /// Changes whenever what is held does.
    func revision() async -> [MirrorQuery: UInt64] {
        var all: [MirrorQuery: UInt64] = [:]
        for (query, mirror) in mirrors { all[query] = await mirror.revision }
        return all
    }

    /// The objects of a kind, from all namespaces that are mirrored.
    func objects(_ resource: APIResource) async -> [KubernetesObject] {
        var objects: [KubernetesObject] = []
        for (query, mirror) in mirrors where query.resource == resource { objects += await mirror.objects() }
        return objects
    }

    /// The oldest of those that are not kept up to date at the moment: since when, and why; nil if all are.
    func staleness() async -> (since: ContinuousClock.Instant?, error: KubernetesError)? {
        var oldest: (since: ContinuousClock.Instant?, error: KubernetesError)?
        for mirror in mirrors.values {
            guard let error = await mirror.failure else { continue }
            let since = await mirror.lastConfirmed
            guard let known = oldest else {
                oldest = (since, error)
                continue
            }
            guard let present = known.since else { continue }
            if since.map({ $0 < present }) ?? true { oldest = (since, error) }
        }
        return oldest
    }
}
