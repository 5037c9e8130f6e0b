import CanaryYAML

/// One process's claim on a Lease: that of all who claim it, one at most acts.
///
/// A lease of another is taken over when it was not renewed for its whole duration while we looked, by our own clock,
/// so that clocks need not agree; or when it ended more than a minute ago by the clocks, for a process that looks once.
/// Every write carries the version read, so that of two that try at once one gets a `conflict`.
package actor LeaseClaim {
    /// What came of an attempt.
    package enum Outcome: Sendable, Hashable {
        /// The lease is ours.
        case held(Lease)
        /// It is another's; ask again later.
        case taken(Lease)
    }

    private let client: KubernetesClient
    private let namespace: String
    private let name: String
    private let identity: String
    private let duration: Duration
    private let now: @Sendable () -> MicroTime
    private let uptime: @Sendable () -> ContinuousClock.Instant
    /// What was seen last, and since when it looks like that.
    private var seen: (lease: Lease, since: ContinuousClock.Instant)?

    /// Makes a claim; asks for nothing yet.
    ///
    /// - Parameters:
    ///   - identity: must differ between all who claim the lease, e.g. the host's name and a random number.
    ///   - duration: in whole seconds, at least one; renew it three times as often.
    package init(
        client: KubernetesClient,
        namespace: String,
        name: String,
        identity: String,
        duration: Duration = .seconds(15),
        now: @escaping @Sendable () -> MicroTime = { MicroTime.now() },
        uptime: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.client = client
        self.namespace = namespace
        self.name = name
        self.identity = identity
        self.duration = max(.seconds(1), duration)
        self.now = now
        self.uptime = uptime
    }

    /// Takes or renews the lease, if nobody else holds it.
    ///
    /// Losing a race is no error: the outcome is then the winner's lease.
    package func acquire() async throws(KubernetesError) -> Outcome {
        for _ in 0..<3 {
            do throws(KubernetesError) {
                return try await attempt()
            } catch {
                // Somebody was faster; the next look shows who.
                guard error.code == .conflict || error.code == .alreadyExists else { throw error }
            }
        }
        let winner = try await read().map { Lease($0) }
        guard let winner else { throw missing() }
        return winner.holder == identity ? .held(winner) : .taken(winner)
    }

    /// Gives the lease back at once, if it is ours.
    package func release() async throws(KubernetesError) {
        guard let object = try await read() else { return }
        var lease = Lease(object)
        guard lease.holder == identity else { return }
        lease.holder = ""
        lease.duration = .seconds(1)
        lease.renewed = now()
        do throws(KubernetesError) {
            _ = try await write(lease, into: object)
        } catch {
            // Another took it over meanwhile, which is as good.
            guard error.code == .conflict || error.code == .notFound else { throw error }
        }
        seen = nil
    }

    private func attempt() async throws(KubernetesError) -> Outcome {
        let moment = now()
        guard let object = try await read() else {
            let lease = Lease(
                holder: identity,
                acquired: moment,
                renewed: moment,
                duration: duration,
                transitions: 0,
                resourceVersion: ""
            )
            return .held(Lease(try await create(lease)))
        }
        var lease = Lease(object)
        guard lease.holder == identity || isFree(lease, at: moment) else { return .taken(lease) }
        if lease.holder != identity {
            lease.transitions &+= 1
            lease.acquired = moment
        }
        lease.holder = identity
        lease.renewed = moment
        lease.duration = duration
        return .held(Lease(try await write(lease, into: object)))
    }

    private func isFree(_ lease: Lease, at moment: MicroTime) -> Bool {
        let instant = uptime()
        if seen?.lease != lease { seen = (lease, instant) }
        guard !lease.holder.isEmpty, let end = lease.end else { return true }
        let since = seen?.since ?? instant
        return since.duration(to: instant) >= lease.duration || end.advanced(by: .seconds(60)) < moment
    }

    private func read() async throws(KubernetesError) -> KubernetesObject? {
        do throws(KubernetesError) {
            return try await client.get(.leases, namespace: namespace, name: name)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func create(_ lease: Lease) async throws(KubernetesError) -> KubernetesObject {
        try await client.create(
            .leases,
            namespace: namespace,
            [
                "apiVersion": .string(APIResource.leases.apiVersion), "kind": .string(APIResource.leases.kind),
                "metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": lease.spec,
            ]
        )
    }

    /// Writes a lease into the object it was read from, whose version it carries.
    private func write(_ lease: Lease, into object: KubernetesObject) async throws(KubernetesError) -> KubernetesObject
    {
        guard case .object(var members) = object.json else { return object }
        // What others put into the spec stays.
        let added = lease.spec.members ?? [:]
        members["spec"] = .object((object.spec.members ?? [:]).merging(added) { $1 })
        return try await client.update(.leases, namespace: namespace, name: name, .object(members))
    }

    private func missing() -> KubernetesError {
        KubernetesError(
            code: .conflict,
            message: "the lease '\(name)' in namespace '\(namespace)' comes and goes",
            hint: "look who deletes it"
        )
    }
}
