package import CanaryCore
package import CanaryKubernetes

/// Whether an agent is alive to look after canaries, told from the Leases of its replicas.
///
/// As with `RunCare` it goes by the clocks of whoever renewed a Lease and whoever looks, with as much patience again as it lasts:
/// this is for people.
package enum AgentCare: Sendable, Hashable {
    case alive
    /// All replicas that ever were are gone; with the last sign of life, if there was one.
    case gone(since: Timestamp?)
    /// No replica has a Lease where it was looked for: a namespace, or nil for all of them.
    case unseen(namespace: String?)
    /// The Leases could not be read, with why.
    case hidden(String)

    /// - Parameters:
    ///   - leases: those of the replicas.
    ///   - namespace: where they were looked for; nil is everywhere.
    package init(_ leases: [Lease], in namespace: String?, at now: Timestamp) {
        let signs = leases.map { lease in
            (lease, lease.renewed.map { Timestamp(milliseconds: $0.microseconds / 1000) })
        }
        let isAlive = signs.contains { lease, renewed in
            guard let renewed, !lease.holder.isEmpty else { return false }
            return now.since(renewed) <= lease.duration * 2
        }
        if isAlive {
            self = .alive
        } else if leases.isEmpty {
            self = .unseen(namespace: namespace)
        } else {
            self = .gone(since: signs.compactMap(\.1).max())
        }
    }

    /// Whether it is known that no agent is alive.
    package var isGone: Bool { if case .gone = self { true } else { false } }

    /// What there is to say; nil if all is as it should be.
    ///
    /// - Parameter now: the day is named if it is not that of this moment.
    package func sentence(at now: Timestamp) -> String? {
        switch self {
        case .alive: return nil
        case .gone(let since):
            let when = since.map { " since \(RunCare.clock($0, now))" } ?? ""
            return
                "no agent is alive\(when): no release is noticed before one is, and no request is obeyed before one is or "
                + "`haldane sweep` goes on with the run"
        case .unseen(let namespace):
            let place = namespace.map { "namespace \(PlainLine.of($0, limit: 253))" } ?? "any namespace"
            return
                "whether an agent is alive is not known: none keeps a Lease in \(place) (--agent-namespace names another one; "
                + "one with --no-shards keeps none)"
        case .hidden(let why):
            return "whether an agent is alive could not be looked at: \(why)"
        }
    }
}
