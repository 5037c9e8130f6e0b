import CanaryCore
package import CanaryKubernetes

extension Takeover {
    /// Who begins the runs of Canary objects.
    static let agent = "haldane-agent"
    /// Why a run is taken back whose object is gone.
    static let removed = "the Canary object was deleted in the middle of its run"

    /// Why a run must not go on: an agent began it for a Canary object that is not there any more, so that no verb and no spec
    /// reaches it. Nil for every other run, as a CI job's, and where nobody can tell because Canary objects are not served or may
    /// not be read.
    ///
    /// Throws when the API does not answer at the moment: then it is not taken over before it does.
    package static func removal(
        of orphan: Orphan,
        client: KubernetesClient
    ) async throws(KubernetesError) -> String? {
        guard orphan.run.by == agent else { return nil }
        do throws(KubernetesError) {
            let kind = try await client.served(.canaries)
            let object = try await client.get(kind, namespace: orphan.key.namespace, name: orphan.key.name)
            return AgentObject(object).isBeingDeleted ? removed : nil
        } catch {
            if error.code == .notFound { return removed }
            guard error.disposition == .retry else { return nil }
            throw error
        }
    }
}

extension Rollout.OperatorCommand {
    /// Back to stable, as the agent asks for it itself.
    static func rollback(because text: String) -> Self {
        Self(.rollback, reason: text, by: Takeover.agent, isAutomatic: true)
    }
}
