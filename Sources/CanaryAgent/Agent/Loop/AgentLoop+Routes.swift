import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// Two canaries on one rule would be two writers of it: only one of them may begin.
extension AgentLoop {
    /// Notes which route object a canary is about.
    mutating func claimRoute(_ key: CanaryKey) {
        guard let entry = entries[key] else { return claims.set(nil, for: key) }
        if case .success(let canary)? = entry.resolved?.result {
            return claims.set(RouteClaims.Place(canary.spec.route, namespace: canary.spec.namespace), for: key)
        }
        claims.set(RouteClaims.Place(entry.object), for: key)
    }

    /// Why a canary is not the one that looks after its rule: an older one does; nil if it is.
    mutating func olderClaim(on key: CanaryKey) async -> Reason? {
        guard let entry = entries[key], let spec = entry.spec else { return nil }
        for rival in claims.others(beside: key).sorted() {
            guard let other = entries[rival]?.object else {
                // It is gone.
                claims.set(nil, for: rival)
                continue
            }
            guard other.isOlder(than: entry.object) else { continue }
            // What another replica looks after is completed here as there.
            guard case .success(let theirs) = await resolve(rival), theirs.spec.route.isSameRule(as: spec.route) else {
                continue
            }
            let rule = "\(spec.route.kind.word) \(spec.namespace)/\(spec.route.object)"
            return Reason(
                "route-shared",
                "the canary \(rival) looks after this rule of the \(rule) already; delete one of the two, or name another rule"
            )
        }
        return nil
    }

    /// Why a canary's rule is somebody's at the moment: a run that goes on under another name; nil if none does.
    mutating func runOnRoute(of key: CanaryKey) async -> Reason? {
        guard let spec = entries[key]?.spec else { return nil }
        for (other, run) in runs where other != key && other.namespace == key.namespace {
            if run.spec.route.isSameRule(as: spec.route) { return Self.routeBusy(other, run.progress?.header.run) }
        }
        for mirror in mirrors.leases ?? [] {
            for lease in leaseRuns.look(at: await mirror.objects(), in: mirror) where lease.namespace == key.namespace {
                guard let record = StoredRecord(lease).value, record.canary != key.name, let run = record.run,
                    lease.name == RolloutObject.name(of: record.canary), run.route.isSameRule(as: spec.route)
                else { continue }
                return Self.routeBusy(CanaryKey(namespace: lease.namespace, name: record.canary), run.id)
            }
        }
        return nil
    }

    private static func routeBusy(_ other: CanaryKey, _ run: String?) -> Reason {
        let name = run.map { "the run \(PlainLine.of($0, limit: 64))" } ?? "a run"
        return Reason(
            "route-shared",
            "\(name) of the canary \(other) changes the weights of the same rule; this one waits for its end"
        )
    }

    /// What keeps a release from beginning because of its rule, looked at right before it would.
    mutating func routeRefusal(of key: CanaryKey) async -> Reason? {
        if let reason = await olderClaim(on: key) { return reason }
        return await runOnRoute(of: key)
    }
}
