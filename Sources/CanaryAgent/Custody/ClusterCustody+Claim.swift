package import CanaryCore
package import CanaryKubernetes
import CanaryRouting

extension ClusterCustody {
    /// Claims a canary's rollouts before anything is written.
    ///
    /// A lease that another holds is watched until it is renewed, which refuses, or was silent for its whole duration by our own clock.
    ///
    /// - Parameters:
    ///   - wish: `.asSeen` takes at once what somebody has watched already.
    ///   - inbox: is told to leave when the claim is lost, and of what should be known.
    package static func claim(
        _ key: CanaryKey,
        client: KubernetesClient,
        identity: HolderIdentity,
        wish: LeaseClaim.Wish = .ifFree,
        timing: CustodyTiming = CustodyTiming(),
        inbox: RunInbox
    ) async throws(AgentError) -> ClusterCustody {
        let client = hurried(client)
        let claim = LeaseClaim(
            client: client,
            namespace: key.namespace,
            name: RolloutObject.name(of: key.name),
            identity: identity.name,
            predecessors: identity.predecessors,
            duration: timing.lease,
            labels: RolloutObject.labels,
            now: timing.now,
            uptime: timing.uptime
        )
        do {
            let (lease, before) = try await acquired(claim, wish, key, timing)
            var lost: Lease?
            switch StoredRecord(lease) {
            case .record(let record) where record.canary != key.name:
                throw AgentError(
                    "the Lease \(claim.name) in namespace '\(key.namespace)' is another canary's: '\(record.canary)'"
                )
            case .otherSchema(let schema):
                throw AgentError(
                    "the record of \(key) was written by another Haldane: '\(schema)'",
                    hint: "use that one, or delete the Lease \(claim.name) if no run goes on"
                )
            case .damaged:
                let text =
                    "what was remembered of \(key) cannot be read and is begun anew: the annotation \(RolloutObject.recordKey) of the "
                    + "Lease \(claim.name) was no record"
                inbox.send(.notice(Notice(.warning, Reason("record-damaged", text))))
                lost = before
            case .none, .record:
                break
            }
            let custody = ClusterCustody(key, claim, client, lease, inbox, timing, lost: lost)
            custody.start()
            return custody
        } catch {
            // Given back if it was ours already; else it ends by itself.
            if claim.certainUntil != nil { try? await claim.release() }
            switch error {
            case let error as AgentError: throw error
            case let error as KubernetesError: throw AgentError(lease: error, key)
            default: throw AgentError("the rollout \(key) cannot be claimed", cause: "\(error)")
            }
        }
    }

    /// The lease when it is ours, and as another left it who was silent for its whole duration.
    private static func acquired(
        _ claim: LeaseClaim,
        _ wish: LeaseClaim.Wish,
        _ key: CanaryKey,
        _ timing: CustodyTiming
    ) async throws -> (lease: Lease, before: Lease?) {
        var seen: Lease?
        let end = timing.uptime().advanced(by: .seconds(90))
        while true {
            switch try await claim.acquire(wish) {
            case .held(let lease):
                return (lease, seen)
            case .taken(let lease):
                guard wish == .ifFree, seen.map({ $0.resourceVersion == lease.resourceVersion }) ?? true,
                    timing.uptime() < end
                else { throw AgentError(held: lease, key) }
                seen = lease
                try await timing.wait(.seconds(1))
            }
        }
    }

    /// Who holds a canary's rollouts, and whether a run of it waits for somebody; nil if nothing is going on.
    ///
    /// Nothing is claimed.
    package static func look(_ key: CanaryKey, client: KubernetesClient) async -> RouteFinding? {
        let lease: Lease
        do throws(KubernetesError) {
            lease = Lease(
                try await client.get(.leases, namespace: key.namespace, name: RolloutObject.name(of: key.name))
            )
        } catch {
            return error.code == .notFound ? nil : RouteFinding(.warning, error.message, hint: error.hint)
        }
        let run = StoredRecord(lease).value?.run
        if lease.holder.isEmpty {
            guard let run else { return nil }
            let text = "the run \(run.id) of \(key) was left unfinished and waits for somebody to go on with it"
            return RouteFinding(.warning, text, hint: "'haldane run' goes on with it, and so does 'haldane sweep'")
        }
        let text =
            "\(key) is held: \(AgentError.holder(of: lease)); a run begins only when that one has ended or is silent"
        return RouteFinding(.warning, text, hint: AgentError.wayOut)
    }

    /// For requests that somebody waits for.
    private static func hurried(_ client: KubernetesClient) -> KubernetesClient {
        var client = client
        client.limits.deadline = min(client.limits.deadline, .seconds(3))
        client.limits.patience = min(client.limits.patience, .seconds(4))
        client.limits.tries = min(client.limits.tries, 2)
        return client
    }
}

extension AgentError {
    static let wayOut =
        "wait for its end (`haldane status`), stop it there, or let it end: a holder that is gone is succeeded after the lease's duration"

    /// `haldane-agent-1 since 2026-01-01T00:00:00Z, for run run-… at 25%`.
    static func holder(of lease: Lease) -> String {
        let since = lease.acquired.map { " since \($0.description.prefix(19))Z" } ?? ""
        let run = StoredRecord(lease).value?.run
        let about =
            run.map { ", for the run \($0.id) at \(Phrase.weight($0.percent))" + ($0.by.map { " of \($0)" } ?? "") }
            ?? ""
        return (lease.holder.isEmpty ? "nobody holds it" : "\(lease.holder.prefix(253)) holds it\(since)") + about
    }

    init(held lease: Lease, _ key: CanaryKey) {
        self.init("\(key) is rolled out by somebody else: \(Self.holder(of: lease))", hint: Self.wayOut)
    }

    init(lostTo lease: Lease, _ key: CanaryKey) {
        self.init("\(key) was taken by somebody else while the run began: \(Self.holder(of: lease))", hint: Self.wayOut)
    }

    init(lease error: KubernetesError, _ key: CanaryKey) {
        self.init(
            "\(key) cannot be claimed, and without its Lease nothing may be written: \(error.message)",
            cause: error.cause,
            hint: error.hint
        )
    }
}
