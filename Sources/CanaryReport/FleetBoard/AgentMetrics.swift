package import CanaryCore

/// What an agent shows to a monitoring system: of itself, and of each rollout that it has in hand.
///
/// Canaries without a rollout are counted by phase and have no series of their own, so that their number hardly matters.
package struct AgentMetrics: Sendable {
    /// Of the canaries of this replica.
    private static let mostScopes = 200

    private let view: AgentView
    private let heartbeat: Timestamp
    private let runs: [RunMetrics]
    private let active: Int
    private let isListed: Bool

    /// - Parameters:
    ///   - view: nil before the agent has begun.
    ///   - heartbeat: when the main loop last turned, by the machine's clock.
    ///   - runs: those in hand, and those that ended a short time ago.
    ///   - active: how many of them are in hand.
    package init(
        _ view: AgentView?,
        identity: String,
        version: String,
        heartbeat: Timestamp,
        runs: [RunMetrics],
        active: Int
    ) {
        self.view = view ?? AgentView(identity: identity, version: version, startedAt: heartbeat)
        isListed = view != nil
        self.heartbeat = heartbeat
        self.runs = runs
        self.active = active
    }

    /// - Parameter now: by the machine's clock, for the ages of mirrors.
    package func samples(at now: Timestamp) -> [MetricSample] {
        var samples = [
            MetricSample.build(view.version),
            MetricSample(
                MetricCatalogue.agent,
                [.init("version", view.version), .init("identity", view.identity)],
                1
            ),
            MetricSample(MetricCatalogue.agentHeartbeat, [], Double(heartbeat.milliseconds) / 1000),
            MetricSample(MetricCatalogue.agentReady, [], isListed && view.unreadiness == nil ? 1 : 0),
        ]
        func add(_ family: MetricFamily, _ count: Int, _ labels: MetricSample.Label...) {
            samples.append(MetricSample(family, labels, Double(count)))
        }
        if isListed {
            add(MetricCatalogue.agentMember, view.isMember ? 1 : 0)
            add(MetricCatalogue.agentMembers, max(view.members.count, 1))
            samples += mirrors(at: now)
            samples += canaries
        }
        add(MetricCatalogue.agentActive, active)
        if let orphans = view.orphans { add(MetricCatalogue.agentOrphans, orphans) }
        samples += policies
        for (ending, count) in endings {
            let detail = ending.detail.map { [MetricSample.Label("detail", $0)] } ?? []
            let labels = [MetricSample.Label("outcome", ending.outcome)] + detail
            samples.append(MetricSample(MetricCatalogue.agentRollouts, labels, Double(count)))
        }
        add(MetricCatalogue.agentTakeovers, view.counts.takeovers)
        add(MetricCatalogue.agentLeasesLost, view.counts.leasesLost)
        for (reason, count) in refusals { add(MetricCatalogue.agentRefusals, count, .init("reason", reason)) }
        add(MetricCatalogue.agentStatusBacklog, view.statusBacklog)
        for run in runs { samples += run.fleetSamples }
        return samples
    }

    /// By kind: there may be one mirror for each namespace.
    private func mirrors(at now: Timestamp) -> [MetricSample] {
        let kinds = Dictionary(grouping: view.mirrors, by: \.kind).sorted { $0.key < $1.key }
        let ages = kinds.compactMap { kind, mirrors -> MetricSample? in
            guard let oldest = mirrors.compactMap(\.confirmedAt).min(), mirrors.allSatisfy({ $0.confirmedAt != nil })
            else { return nil }
            return MetricSample(
                MetricCatalogue.agentMirrorAge,
                [.init("kind", kind)],
                max(now.since(oldest).inSeconds, 0)
            )
        }
        let failures = kinds.map { kind, mirrors in
            MetricSample(
                MetricCatalogue.agentMirrorFailing,
                [.init("kind", kind)],
                mirrors.contains { $0.failure != nil } ? 1 : 0
            )
        }
        return ages + failures
    }

    private var canaries: [MetricSample] {
        let own = view.canaries.filter { $0.owner == nil }
        let phases = own.reduce(into: [CanaryStatus.Phase: Int]()) { $0[$1.status.phase, default: 0] += 1 }
        let waiting = own.reduce(0) { $0 + (CanaryRank($1.status) == .waiting ? 1 : 0) }
        return CanaryStatus.Phase.allCases.map { phase in
            MetricSample(
                MetricCatalogue.agentCanaries,
                [.init("phase", phase.rawValue)],
                Double(phases[phase] ?? 0)
            )
        } + [MetricSample(MetricCatalogue.agentWaiting, [], Double(waiting))]
    }

    /// The cluster always, other scopes where there is a policy: what holds somewhere comes first if there are too many.
    private var policies: [MetricSample] {
        let worst = view.policies.filter { $0.freeze != nil || $0.brakes != nil }
        let calm = view.policies.filter { $0.freeze == nil && $0.brakes == nil }
        var shown: [AgentView.Policy] = []
        var seen: Set<ScopedPolicy.Scope> = []
        for policy in worst + calm where shown.count < Self.mostScopes {
            if seen.insert(policy.scope).inserted { shown.append(policy) }
        }
        if !seen.contains(.cluster) { shown.insert(AgentView.Policy(.cluster), at: 0) }
        shown.sort { $0.scope.label < $1.scope.label }
        func all(_ family: MetricFamily, _ holds: (AgentView.Policy) -> Bool) -> [MetricSample] {
            shown.map { MetricSample(family, [.init("scope", $0.scope.label)], holds($0) ? 1 : 0) }
        }
        return all(MetricCatalogue.agentFrozen) { $0.freeze != nil }
            + all(MetricCatalogue.agentBrakes) { $0.brakes != nil }
    }

    /// The same for writes that were not taken; further words of the program are few.
    private var refusals: [(String, Int)] {
        let known = ["conflict", "missing", "unreadable", "unwritable"]
        let others = view.counts.refusals.filter { !known.contains($0.key) }.sorted { $0.key < $1.key }.prefix(40)
        return known.map { ($0, view.counts.refusals[$0] ?? 0) } + others.map { ($0.key, $0.value) }
    }

    /// Those that are known are shown from the beginning, so that the first of its kind counts as an increase.
    private var endings: [(RunEnding, Int)] {
        let known = RunEnding.all
        let others = view.counts.outcomes.filter { !known.contains($0.key) }.reduce(0) { $0 + $1.value }
        return known.map { ($0, view.counts.outcomes[$0] ?? 0) } + (others > 0 ? [(RunEnding("other"), others)] : [])
    }
}
