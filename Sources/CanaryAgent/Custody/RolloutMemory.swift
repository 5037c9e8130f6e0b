package import CanaryCore
package import CanaryKubernetes

/// What is remembered of a canary between runs, in the Lease of its rollouts.
package enum RolloutMemory {
    /// Keeps a memory, unless somebody holds the Lease or a run waits there for somebody to go on with it.
    ///
    /// The Lease is held for the moment of the change, so that nobody's run begins on what was there before. A memory that was made
    /// from an older one than is stored is not kept: what a run has left there since would be forgotten.
    ///
    /// - Parameter before: what it was made from.
    /// - Returns: false if it was not kept; look again.
    package static func keep(
        _ memory: ReleaseMemory,
        from before: ReleaseMemory,
        of canary: CanaryKey,
        _ options: AgentOptions,
        _ client: KubernetesClient
    ) async throws(KubernetesError) -> Bool {
        let claim = LeaseClaim(
            client: client,
            namespace: canary.namespace,
            name: RolloutObject.name(of: canary.name),
            identity: options.identity,
            duration: options.leaseDuration,
            labels: RolloutObject.labels
        )
        guard case .held(let lease) = try await claim.acquire() else { return false }
        let stored = StoredRecord(lease)
        var record = RolloutRecord(canary: canary.name)
        switch stored {
        case .record(let known) where known.run == nil && known.canary == canary.name: record = known
        case .none: break
        case .record, .otherSchema, .damaged:
            try await claim.release()
            return false
        }
        guard record.memory == before else {
            try await claim.release()
            return false
        }
        record.memory = memory
        let text = record.text
        try await claim.release { [RolloutObject.recordKey: text] }
        return true
    }

    /// Writes down that a run has ended which this process drove to its end, where the API was away when it did.
    ///
    /// - Parameters:
    ///   - orphan: the run as its Lease still tells of it.
    ///   - memory: with the end of the run in it.
    /// - Returns: false if the Lease tells something else by now; look again.
    package static func close(
        _ orphan: Orphan,
        _ memory: ReleaseMemory,
        _ options: AgentOptions,
        _ client: KubernetesClient
    ) async throws(KubernetesError) -> Bool {
        let name = RolloutObject.name(of: orphan.key.name)
        let claim = LeaseClaim(
            client: client,
            namespace: orphan.key.namespace,
            name: name,
            identity: options.identity,
            duration: options.leaseDuration,
            labels: RolloutObject.labels
        )
        let wish = LeaseClaim.Wish.asSeen(resourceVersion: orphan.lease.resourceVersion)
        guard case .held(let lease) = try await claim.acquire(wish) else { return false }
        guard var record = StoredRecord(lease).value, record.run?.id == orphan.run.id else {
            try await claim.release()
            return false
        }
        record.run = nil
        record.memory = memory
        let text = record.text
        // First that it has ended, then away with the evidence: a run without either is rolled back by whoever finds it.
        let annotations: LeaseClaim.Annotations = { [RolloutObject.recordKey: text] }
        guard case .held = try await claim.acquire(annotations: annotations) else { return false }
        try? await SnapshotObject(client: client, namespace: orphan.key.namespace, name: name).delete()
        try await claim.release()
        return true
    }
}
