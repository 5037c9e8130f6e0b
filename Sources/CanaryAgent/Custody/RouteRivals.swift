package import CanaryCore
package import CanaryKubernetes

/// The other rollouts on the rule that a run is about to write, as their Leases tell.
///
/// Each canary's rollouts have a Lease of their own, so that no Lease keeps two canaries apart that mean one rule. A run therefore says
/// in its own Lease first that it wants the rule (`RolloutRecord.Run.contends`), and begins only when a list that was made after that
/// shows nobody else on it: of two that begin at once, the one whose word came second sees the other, however their requests cross.
/// No clock decides who writes. Of two new runs that only want the rule yet, the older one waits, and the other gives way.
package struct RouteRivals: Sendable {
    /// Another rollout on the rule, with a run that has not ended.
    package struct Rival: Sendable, Hashable {
        package var key: CanaryKey
        package var lease: Lease
        package var run: RolloutRecord.Run

        /// Whether a process holds it, alive or not.
        package var isHeld: Bool { !lease.holder.isEmpty }
    }

    /// Whether the rule may be taken.
    package enum Answer: Sendable, Hashable {
        case free
        /// Who it depends on is not known yet, or about to give way: list once more.
        case wait(Rival)
        case refused(Rival)
    }

    package let key: CanaryKey
    package let run: RolloutRecord.Run
    private let entrance: RolloutRecord.Run.Entrance
    private var watch = OrphanWatch()
    /// The versions of the Leases as they were seen first.
    private var seen: [CanaryKey: String] = [:]

    package init(of run: RolloutRecord.Run, _ key: CanaryKey, as entrance: RolloutRecord.Run.Entrance) {
        self.run = run
        self.key = key
        self.entrance = entrance
    }

    /// What follows from the Leases of the route as they are now.
    ///
    /// - Parameters:
    ///   - leases: listed after the own Lease had said that this run wants the rule, and not from a cache.
    ///   - uptime: when they were listed.
    package mutating func answer(to leases: [Lease], at uptime: ContinuousClock.Instant) -> Answer {
        let rivals = leases.compactMap { rival($0) }.sorted { $0.key < $1.key }
        return entrance == .new ? answer(toNew: rivals) : answer(toAgain: rivals, at: uptime)
    }

    /// What another run left unfinished has to be ended first, whether or not its process lives.
    private func answer(toNew rivals: [Rival]) -> Answer {
        let decisive = rivals.first { !($0.isHeld && $0.run.contends == .new && isOlder(than: $0)) }
        if let decisive { return .refused(decisive) }
        return rivals.first.map { .wait($0) } ?? .free
    }

    /// Only a process that lives keeps a run away from what it has to go on with: two runs that were left would else wait for each
    /// other for ever.
    private mutating func answer(toAgain rivals: [Rival], at uptime: ContinuousClock.Instant) -> Answer {
        let gone = Set(watch.look(at: rivals.map(\.lease), uptime: uptime).map(\.key))
        let held = rivals.filter { !gone.contains($0.key) }
        let before = seen
        for rival in held where before[rival.key] == nil { seen[rival.key] = rival.lease.resourceVersion }
        let decisive = held.first { rival in
            guard let version = before[rival.key], version != rival.lease.resourceVersion else { return false }
            return rival.run.contends == nil || rival.run.contends == .again && !isOlder(than: rival)
        }
        if let decisive { return .refused(decisive) }
        return held.first.map { .wait($0) } ?? .free
    }

    /// The rollout of a Lease, if it is another one on this rule.
    private func rival(_ lease: Lease) -> Rival? {
        guard lease.namespace == key.namespace, let record = StoredRecord(lease).value, let other = record.run,
            record.canary != key.name, lease.name == RolloutObject.name(of: record.canary),
            other.route.isSameRule(as: run.route)
        else { return nil }
        return Rival(key: CanaryKey(namespace: lease.namespace, name: record.canary), lease: lease, run: other)
    }

    /// Who waits for whom: both sides answer alike, so that never each waits for the other.
    private func isOlder(than rival: Rival) -> Bool {
        run.startedAt == rival.run.startedAt ? key < rival.key : run.startedAt < rival.run.startedAt
    }
}
