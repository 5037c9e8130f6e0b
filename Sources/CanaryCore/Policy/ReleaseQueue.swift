/// Who runs and who waits to begin: keeps `maxConcurrent` of all scopes, and lets in first who has waited longest.
///
/// It is a function of what everybody can see, so that several replicas come to the same answer from the same view.
package struct ReleaseQueue: Sendable, Hashable {
    /// A canary with something new to try.
    package struct Waiting: Sendable, Hashable {
        package var canary: CanaryKey
        package var since: Timestamp

        package init(_ canary: CanaryKey, since: Timestamp) {
            self.canary = canary
            self.since = since
        }
    }

    /// Those that may begin now, in order.
    package private(set) var admitted: [CanaryKey] = []
    private var refusals: [CanaryKey: Reason] = [:]

    /// - Parameters:
    ///   - waiting: only those that nothing but the number of runs holds up: who is frozen does not block the line.
    ///   - policies: of all scopes.
    package init(running: Set<CanaryKey> = [], waiting: [Waiting] = [], policies: [ScopedPolicy] = []) {
        var limits: [ScopedPolicy.Scope: Int] = [:]
        for scoped in policies {
            guard let limit = scoped.policy.maxConcurrent else { continue }
            limits[scoped.scope] = min(limits[scoped.scope] ?? .max, max(limit, 0))
        }
        guard !limits.isEmpty else {
            admitted = Self.inOrder(waiting).map(\.canary).filter { !running.contains($0) }
            return
        }
        var counts: [ScopedPolicy.Scope: Int] = [:]
        for canary in running {
            for scope in Self.scopes(of: canary) { counts[scope, default: 0] += 1 }
        }
        var ahead: [ScopedPolicy.Scope: Int] = [:]
        for next in Self.inOrder(waiting) where !running.contains(next.canary) {
            let scopes = Self.scopes(of: next.canary).filter { limits[$0] != nil }
            let full = scopes.first { counts[$0, default: 0] >= limits[$0, default: .max] }
            guard let full else {
                for scope in Self.scopes(of: next.canary) { counts[scope, default: 0] += 1 }
                admitted.append(next.canary)
                continue
            }
            refusals[next.canary] = Self.words(
                full,
                limit: limits[full, default: 0],
                running: counts[full, default: 0],
                ahead: ahead[full, default: 0]
            )
            ahead[full, default: 0] += 1
        }
    }

    /// Why a waiting canary has to wait for others; nil if it may begin. One that is not in line may, if nothing is said of it.
    package func refusal(of canary: CanaryKey) -> Reason? { refusals[canary] }

    private static func inOrder(_ waiting: [Waiting]) -> [Waiting] {
        waiting.sorted { ($0.since, $0.canary) < ($1.since, $1.canary) }
    }

    private static func scopes(of canary: CanaryKey) -> [ScopedPolicy.Scope] {
        [.cluster, .namespace(canary.namespace), .object(namespace: canary.namespace, name: canary.name)]
    }

    private static func words(_ scope: ScopedPolicy.Scope, limit: Int, running: Int, ahead: Int) -> Reason {
        let line = ahead == 0 ? "next in line" : "\(ahead) before it in line"
        let text =
            limit == 0
            ? "maxConcurrent of \(scope.words) is 0: nothing begins"
            : "\(running) of \(limit) rollouts that \(scope.words) allows at once are going on; \(line)"
        return Reason("max-concurrent", text)
    }
}
