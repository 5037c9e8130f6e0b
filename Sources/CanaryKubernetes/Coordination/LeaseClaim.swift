import CanaryYAML
import Synchronization

/// One process's claim on a Lease: that of all who claim it, one at most acts.
///
/// A lease of another is taken over when it was not renewed for its whole duration while we looked, by our own clock, so that
/// clocks need not agree: a time in the object is for people. Every write carries the version read, so that of two that try at
/// once one gets a `conflict`.
///
/// Until when it is certainly ours is known without asking: nobody takes it over before it was seen unchanged for its duration,
/// which nobody can have begun to see before we sent the last renewal that was accepted.
package actor LeaseClaim {
    /// What came of an attempt.
    package enum Outcome: Sendable, Hashable {
        /// The lease is ours.
        case held(Lease)
        /// It is another's; ask again later.
        case taken(Lease)
    }

    /// When a lease of another may be taken.
    package enum Wish: Sendable, Hashable {
        /// When nobody holds it, or its holder was silent for its whole duration while we looked.
        case ifFree
        /// When it is still as it was seen, by somebody who has looked for long enough.
        case asSeen(resourceVersion: String)
    }

    /// What is stored beside the claim: asked right before each write, so that the newest goes out whoever writes.
    package typealias Annotations = @Sendable () -> [String: String]

    package nonisolated let name: String
    package nonisolated let namespace: String
    package nonisolated let identity: String
    /// Which process we are, see `LeaseInstance`.
    private nonisolated let instance: String
    package nonisolated let duration: Duration
    /// Less than the duration, for clocks that do not run alike.
    private nonisolated let margin: Duration
    private let client: KubernetesClient
    private let predecessors: Set<String>
    private var labels: [String: String]
    private let now: @Sendable () -> MicroTime
    private nonisolated let uptime: @Sendable () -> ContinuousClock.Instant
    private nonisolated let certainty = Mutex<ContinuousClock.Instant?>(nil)
    /// What was seen last of another's, and since when it looks like that.
    private var seen: (lease: Lease, since: ContinuousClock.Instant)?
    /// The object as we wrote it last.
    private var written: KubernetesObject?
    /// The lease as we held it last: another object, or another count of changes, means that somebody else had it since.
    private var held: (uid: String, transitions: Int)?

    /// Makes a claim; asks for nothing yet.
    ///
    /// - Parameters:
    ///   - identity: differs between all who claim the lease, e.g. the host's name and a random number. Where two processes have the
    ///     same one by mistake, the instance tells them apart.
    ///   - instance: which process this is.
    ///   - predecessors: identities and instances of processes that are known to be dead, whose lease is ours at once.
    ///   - duration: in whole seconds, at least one; renew it three times as often.
    ///   - labels: of the object; written where annotations are, see `label`.
    package init(
        client: KubernetesClient,
        namespace: String,
        name: String,
        identity: String,
        instance: String = LeaseInstance.own,
        predecessors: Set<String> = [],
        duration: Duration = .seconds(15),
        margin: Duration = .seconds(1),
        labels: [String: String] = [:],
        now: @escaping @Sendable () -> MicroTime = { MicroTime.now() },
        uptime: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.client = client
        self.namespace = namespace
        self.name = name
        self.identity = identity
        self.instance = instance
        self.predecessors = predecessors
        self.duration = max(.seconds(1), duration)
        self.margin = min(max(margin, .zero), self.duration / 2)
        self.labels = labels
        self.now = now
        self.uptime = uptime
    }

    /// Until when it is certainly ours, by our own clock; nil if it is not, or was given back.
    package nonisolated var certainUntil: ContinuousClock.Instant? { certainty.withLock { $0 } }

    /// Whether it is certainly ours now, and for some time to come.
    package nonisolated func isCertain(for time: Duration = .zero) -> Bool {
        guard let certainUntil else { return false }
        return uptime().advanced(by: time) < certainUntil
    }

    /// Adds labels, or changes them; they are stored with the next write that has annotations.
    package func label(_ more: [String: String]) { labels.merge(more) { $1 } }

    /// Takes or renews the lease, if nobody else holds it.
    ///
    /// Losing a race is no error: the outcome is then the winner's lease. One that we held and that was deleted is made again.
    ///
    /// - Parameter annotations: replace those of their names; nil leaves all as they are.
    package func acquire(
        _ wish: Wish = .ifFree,
        annotations: Annotations? = nil
    ) async throws(KubernetesError) -> Outcome {
        var missed: KubernetesError?
        for _ in 0..<4 {
            do throws(KubernetesError) {
                return try await attempt(wish, annotations)
            } catch {
                // Whatever went wrong, what is stored now is not known any more.
                written = nil
                // Somebody was faster, or it is gone, and its namespace may be as well; the next look shows which.
                guard [.conflict, .alreadyExists, .notFound].contains(error.code) else { throw error }
                missed = error
            }
        }
        let winner = try await read().map { Lease($0) }
        guard let winner else { throw missed?.code == .notFound ? missed ?? missing() : missing() }
        return isHeldHere(winner) ? .held(winner) : .taken(winner)
    }

    /// Gives the lease back at once, if it is ours. Nothing is certain from the beginning of the call on.
    package func release(annotations: Annotations? = nil) async throws(KubernetesError) {
        certainty.withLock { $0 = nil }
        for _ in 0..<3 {
            guard let object = if let written { written } else { try await read() } else { return }
            var lease = Lease(object)
            guard isHeldHere(lease) else { return }
            lease.holder = ""
            lease.duration = .seconds(1)
            lease.renewed = now()
            written = nil
            seen = nil
            do throws(KubernetesError) {
                _ = try await write(lease, into: object, annotations)
                return
            } catch {
                if error.code == .notFound { return }
                // Another took it over meanwhile, or a renewal of ours came in between: the next look shows which.
                guard error.code == .conflict else { throw error }
            }
        }
    }

    /// The lease as it is stored; nil if there is none.
    package func look() async throws(KubernetesError) -> Lease? {
        try await read().map { Lease($0) }
    }

    private func attempt(_ wish: Wish, _ annotations: Annotations?) async throws(KubernetesError) -> Outcome {
        let moment = now()
        guard let object = if let written { written } else { try await read() } else {
            let lease = Lease(
                holder: identity,
                acquired: moment,
                renewed: moment,
                duration: duration,
                transitions: held?.transitions ?? 0,
                resourceVersion: ""
            )
            let sentAt = uptime()
            return try hold(try await create(lease, annotations), lease, sentAt)
        }
        var lease = Lease(object)
        guard isOurs(lease, wish) else {
            written = nil
            certainty.withLock { $0 = nil }
            return .taken(lease)
        }
        if !isHeldHere(lease) {
            lease.transitions = max(lease.transitions, 0) &+ 1
            lease.acquired = moment
        }
        lease.holder = identity
        // A write that changes nothing keeps the object's version: whoever watches would count our silence on.
        lease.renewed = lease.renewed == moment ? moment.advanced(by: .microseconds(1)) : moment
        lease.duration = duration
        let sentAt = uptime()
        return try hold(try await write(lease, into: object, annotations), lease, sentAt)
    }

    /// Notes an accepted write: that of a server which answers with what it has stored.
    private func hold(
        _ object: KubernetesObject,
        _ sent: Lease,
        _ sentAt: ContinuousClock.Instant
    ) throws(KubernetesError) -> Outcome {
        let lease = Lease(object)
        guard object.name == name, isHeldHere(lease), lease.renewed == sent.renewed else {
            throw foreign("the answer to our write is not what was written")
        }
        written = object
        seen = nil
        held = (lease.uid, lease.transitions)
        let end = sentAt.advanced(by: duration - margin)
        // Two of our own writes may be answered in another order.
        certainty.withLock { $0 = max($0 ?? end, end) }
        return .held(lease)
    }

    /// Whether we may write ourselves into it.
    private func isOurs(_ lease: Lease, _ wish: Wish) -> Bool {
        if isHeldHere(lease) { return true }
        if let held {
            // We held it: it is only ours again if nobody else did in between.
            return lease.holder.isEmpty && lease.transitions == held.transitions && lease.uid == held.uid
        }
        if lease.holder.isEmpty || isPredecessors(lease) { return true }
        switch wish {
        case .asSeen(let version): return lease.resourceVersion == version
        case .ifFree: return wasSilent(lease)
        }
    }

    /// Whether this very process holds it: another one of the same name is somebody else.
    private func isHeldHere(_ lease: Lease) -> Bool {
        lease.holder == identity && lease.annotations[LeaseInstance.key] == instance
    }

    /// Whether its holder is known to be dead.
    private func isPredecessors(_ lease: Lease) -> Bool {
        let isNamed = predecessors.contains(lease.holder)
        if let other = lease.annotations[LeaseInstance.key], other != instance {
            // Whoever takes it by hand, or with another program, leaves the annotation as it is.
            return predecessors.contains(other) && (isNamed || lease.holder == identity)
        }
        return lease.holder != identity && isNamed
    }

    /// Whether it has looked like this for its whole duration, by our own clock.
    private func wasSilent(_ lease: Lease) -> Bool {
        let instant = uptime()
        if seen?.lease != lease { seen = (lease, instant) }
        let since = seen?.since ?? instant
        return since.duration(to: instant) >= lease.duration
    }

    private func read() async throws(KubernetesError) -> KubernetesObject? {
        do throws(KubernetesError) {
            let object = try await client.get(.leases, namespace: namespace, name: name)
            guard object.name == name else { throw foreign("the answer is another object") }
            return object
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func create(
        _ lease: Lease,
        _ annotations: Annotations?
    ) async throws(KubernetesError) -> KubernetesObject {
        var metadata: [String: JSONValue] = ["name": .string(name), "namespace": .string(namespace)]
        if !labels.isEmpty { metadata["labels"] = .object(labels.mapValues { .string($0) }) }
        let texts = (annotations?() ?? [:]).merging([LeaseInstance.key: instance]) { $1 }
        metadata["annotations"] = .object(texts.mapValues { .string($0) })
        return try await client.create(
            .leases,
            namespace: namespace,
            [
                "apiVersion": .string(APIResource.leases.apiVersion), "kind": .string(APIResource.leases.kind),
                "metadata": .object(metadata), "spec": lease.spec,
            ]
        )
    }

    /// Writes a lease into the object it was read from, whose version it carries.
    private func write(
        _ lease: Lease,
        into object: KubernetesObject,
        _ annotations: Annotations?
    ) async throws(KubernetesError) -> KubernetesObject {
        guard case .object(var members) = object.json else { return object }
        // What others put into the spec stays.
        var spec = object.spec.members ?? [:]
        spec["holderIdentity"] = nil
        members["spec"] = .object(spec.merging(lease.spec.members ?? [:]) { $1 })
        var metadata = object.metadata.members ?? [:]
        let texts = (annotations?() ?? [:]).merging([LeaseInstance.key: instance]) { $1 }
        metadata["annotations"] = .object(object.annotations.merging(texts) { $1 }.mapValues { .string($0) })
        if annotations != nil {
            metadata["labels"] = .object(object.labels.merging(labels) { $1 }.mapValues { .string($0) })
        }
        members["metadata"] = .object(metadata)
        return try await client.update(.leases, namespace: namespace, name: name, .object(members))
    }

    /// Something between us and the server has answered for it, or changes what goes through.
    private func foreign(_ cause: String) -> KubernetesError {
        KubernetesError(
            code: .badAnswer,
            message: "the lease '\(name)' in namespace '\(namespace)' is not known to be ours",
            cause: cause,
            hint: "look for a proxy before the API server, and for a webhook that changes Leases"
        )
    }

    private func missing() -> KubernetesError {
        KubernetesError(
            code: .conflict,
            message: "the lease '\(name)' in namespace '\(namespace)' comes and goes",
            hint: "look who deletes it"
        )
    }
}
