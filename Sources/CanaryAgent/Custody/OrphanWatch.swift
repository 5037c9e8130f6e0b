package import CanaryCore
package import CanaryKubernetes

/// A run whose process is gone, or has handed it over.
package struct Orphan: Sendable, Hashable {
    /// Why nobody drives it.
    package enum Cause: Sendable, Hashable {
        /// Its process gave it back unfinished, for anybody to go on with.
        case released
        /// Its lease was not renewed for this long, by the clock of whoever looked.
        case silent(Duration)
    }

    package var key: CanaryKey
    /// As it was seen: it is taken only if it is still like that.
    package var lease: Lease
    package var run: RolloutRecord.Run
    package var cause: Cause
    /// Why there is no evidence: the record cannot be read, and the run was pieced together (`LostRun`); nil if it can be.
    package var lost: Reason?

    package init(key: CanaryKey, lease: Lease, run: RolloutRecord.Run, cause: Cause) {
        self.key = key
        self.lease = lease
        self.run = run
        self.cause = cause
    }

    /// Why somebody else goes on with it.
    package var words: String {
        switch cause {
        case .released: "its process handed it over"
        case .silent(let time):
            "its process (\(lease.holder.prefix(253))) did not renew its lease for \(Phrase.duration(time.inSeconds))"
        }
    }
}

/// Which runs are nobody's, told from the Leases that somebody lists or watches again and again.
///
/// Silence is counted by the watcher's own clock from the moment at which a lease was first seen as it is; times in the objects are
/// for people, because clocks need not agree. That the lists are fresh is not needed: taking a lease over fails if it was renewed.
package struct OrphanWatch: Sendable {
    private struct Entry: Sendable {
        var version: String
        var since: ContinuousClock.Instant
        var stored: StoredRecord
    }

    /// A Lease whose record cannot be read, and whose holder is gone.
    package struct Unreadable: Sendable, Hashable {
        package var lease: Lease
        package var cause: Orphan.Cause
    }

    /// Those among the Leases that were looked at last.
    package private(set) var unreadable: [Unreadable] = []
    private var seen: [String: Entry] = [:]
    private let own: String?

    /// - Parameter own: whose leases are never orphans.
    package init(own: String? = nil) {
        self.own = own
    }

    /// All leases as they are now; those that are not among them are forgotten. Leases without a run of ours are skipped.
    ///
    /// - Parameter uptime: when they were listed, or known to be current.
    /// - Returns: the orphans, by namespace and name.
    package mutating func look(at leases: some Sequence<Lease>, uptime: ContinuousClock.Instant) -> [Orphan] {
        var present: [String: Entry] = [:]
        var orphans: [Orphan] = []
        unreadable = []
        for lease in leases {
            let place = "\(lease.namespace)/\(lease.name)"
            var entry = Entry(version: lease.resourceVersion, since: uptime, stored: .none)
            if let before = seen[place], before.version == lease.resourceVersion {
                entry = before
            } else {
                entry.stored = StoredRecord(lease)
            }
            present[place] = entry
            let silence = entry.since.duration(to: uptime)
            let cause: Orphan.Cause? =
                lease.holder.isEmpty
                ? .released : !isOwn(lease) && silence >= lease.duration ? .silent(silence) : nil
            if entry.stored == .damaged, let cause { unreadable.append(Unreadable(lease: lease, cause: cause)) }
            guard let record = entry.stored.value, let run = record.run,
                lease.name == RolloutObject.name(of: record.canary)
            else { continue }
            let key = CanaryKey(namespace: lease.namespace, name: record.canary)
            if let cause { orphans.append(Orphan(key: key, lease: lease, run: run, cause: cause)) }
        }
        seen = present
        return orphans.sorted { $0.key < $1.key }
    }

    /// A process before this one, or another one, may have the same name.
    private func isOwn(_ lease: Lease) -> Bool {
        lease.holder == own && lease.annotations[LeaseInstance.key].map { $0 == LeaseInstance.own } ?? true
    }

    /// For how long runs that somebody holds have to be looked at until it is known whether he lives; zero if none is held.
    package func patience(for leases: some Sequence<Lease>) -> Duration {
        let held = leases.filter { lease in
            let stored = seen["\(lease.namespace)/\(lease.name)"]?.stored
            return !lease.holder.isEmpty && !isOwn(lease) && (stored?.value?.run != nil || stored == .damaged)
        }
        return held.map(\.duration).max() ?? .zero
    }
}
