package import CanaryCore

/// What a spec's own `policy` keeps a run from that no agent looks after: a freeze, windows, a stable version that burns its
/// objective. Limits that count the releases of others need an agent.
package final class SpecGate: StepGate, RunObserver {
    private let gate: AgentGate

    package init(_ policy: CanaryPolicy, of spec: CanarySpec) {
        let canary = CanaryKey(spec)
        let scope = ScopedPolicy.Scope.object(namespace: canary.namespace, name: canary.name)
        gate = AgentGate(PolicyGate(for: canary, policies: [ScopedPolicy(scope, policy, isReadOnce: true)]))
    }

    /// What of a policy is not done without an agent; nil if all of it is.
    package static func warning(_ policy: CanaryPolicy?) -> String? {
        let keys = [
            policy?.maxConcurrent.map { _ in "policy.maxConcurrent" }, policy?.brakes.map { _ in "policy.brakes" },
        ].compactMap { $0 }
        guard !keys.isEmpty else { return nil }
        return "\(keys.joined(separator: " and ")): only an agent counts the releases of others, this run does not"
    }

    package func closed(for header: RunHeader, at now: Timestamp) async -> Reason? {
        await gate.closed(for: header, at: now)
    }

    package func recall(_ windows: [TimedWindow]) { gate.recall(windows) }

    package func observe(_ progress: RunProgress) {
        if case .judged(let window, _) = progress.happening { gate.observe(window, at: progress.at) }
    }
}
