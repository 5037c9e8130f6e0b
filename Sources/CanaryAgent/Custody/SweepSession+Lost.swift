import CanaryCore
import CanaryKubernetes
import CanaryYAML

extension SweepSession {
    /// Runs whose records cannot be read, as far as it is certain from elsewhere what is to be done; and why it is not.
    func lostRuns(
        _ damaged: [OrphanWatch.Unreadable],
        _ client: KubernetesClient
    ) async throws(KubernetesError) -> (orphans: [Orphan], unknown: [String]) {
        var orphans: [Orphan] = []
        var unknown: [String] = []
        for one in damaged {
            let lease = one.lease
            var traces = LostRun.Traces(lease: lease)
            do throws(KubernetesError) {
                traces.kept = try await SnapshotObject(client: client, namespace: lease.namespace, name: lease.name)
                    .load()
            } catch {
                // What may not be read is as good as not there.
                guard error.disposition != .retry else { throw error }
            }
            // A Canary whose name does not fit into a Lease's is called otherwise there.
            let name = String(lease.name.dropFirst("haldane-".count))
            if let kind = try? await client.served(.canaries),
                let object = try? await client.get(kind, namespace: lease.namespace, name: name)
            {
                traces.status = CanaryStatus(json: object.json["status"] ?? .object([:]))
            }
            switch LostRun.find(traces) {
            case .found(let lost): orphans.append(lost.orphan(one))
            case .unknown(let reason): unknown.append(reason.text)
            }
        }
        return (orphans, unknown)
    }
}
