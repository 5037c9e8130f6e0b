import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// Runs whose record in the Lease cannot be read, and whose holder is gone.
extension AgentLoop {
    /// What came of looking for the run of such a Lease.
    struct LostLook: Sendable {
        var version: String
        /// What else than the version would make another answer possible.
        var hasRoute: Bool
        /// Nil if it is not certain what is to be done.
        var orphan: Orphan?
    }

    /// Puts those of which enough is certain to the other runs that nobody goes on with; what is not certain is said.
    mutating func findLostRuns() async {
        let unreadable = orphanWatch.unreadable
        for gone in lostLooks.keys where !unreadable.contains(where: { Self.place($0.lease) == gone }) {
            lostLooks[gone] = nil
            note(trouble: "record \(gone)", nil)
        }
        for one in unreadable {
            let place = Self.place(one.lease)
            let key = entries.keys.first {
                $0.namespace == one.lease.namespace && RolloutObject.name(of: $0.name) == one.lease.name
            }
            if let key, !isMine(key) || runs[key] != nil { continue }
            let hasRoute = key.flatMap { entries[$0]?.route } != nil
            if lostLooks[place]?.version != one.lease.resourceVersion || lostLooks[place]?.hasRoute != hasRoute {
                await look(forRunOf: one, of: key, hasRoute: hasRoute)
            }
            guard let orphan = lostLooks[place]?.orphan, runs[orphan.key] == nil, isMine(orphan.key) else { continue }
            orphans[orphan.key] = orphan
        }
    }

    private mutating func look(forRunOf one: OrphanWatch.Unreadable, of key: CanaryKey?, hasRoute: Bool) async {
        let lease = one.lease
        let place = Self.place(lease)
        var traces = LostRun.Traces(lease: lease)
        if let key, let entry = entries[key] {
            traces.canary = key.name
            traces.status = entry.record.before?.status
            traces.remembered = entry.record.before?.run
            traces.spec = entry.spec.flatMap { spec in entry.route.map { spec.completed(by: $0.reading) } }
            traces.weights = entry.weights
        }
        do throws(KubernetesError) {
            let object = SnapshotObject(client: cluster.client, namespace: lease.namespace, name: lease.name)
            traces.kept = try await object.load()
        } catch {
            // Tried again with the next turn, while the API does not answer.
            guard error.disposition != .retry else { return note(trouble: "record \(place)", Self.words(error)) }
        }
        var look = LostLook(version: lease.resourceVersion, hasRoute: hasRoute)
        switch LostRun.find(traces) {
        case .found(let lost):
            look.orphan = lost.orphan(one)
            note(trouble: "record \(place)", nil)
        case .unknown(let reason):
            if let key {
                entries[key]?.record.trouble = reason
                wake.ring(key)
            }
            note(trouble: "record \(place)", reason.text)
        }
        lostLooks[place] = look
    }

    private static func place(_ lease: Lease) -> String { "\(lease.namespace)/\(lease.name)" }
}
