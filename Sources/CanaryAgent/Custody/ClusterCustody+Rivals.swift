import CanaryCore
import CanaryKubernetes
import CanaryRouting

extension ClusterCustody {
    /// Returns when no other rollout is at work on the rule; throws who is, before anything is written to it.
    ///
    /// To be called when the own Lease has said that the run wants the rule.
    func requireRule(_ contest: RouteRivals) async throws(AgentError) {
        var contest = contest
        // Longer than a lease that nobody renews is good for.
        let end = timing.uptime().advanced(by: .seconds(90))
        while true {
            let leases: [Lease]
            do throws(KubernetesError) {
                leases = try await RouteRivals.leases(on: contest.run.route, in: key.namespace, client: client)
            } catch {
                guard error.code == .forbidden else { throw AgentError(lease: error, key) }
                let text =
                    "whether a rollout of another canary is at work on the same rule is not known, because we may not list Leases: "
                    + error.message
                inbox.send(.notice(Notice(.warning, Reason("rivals-unknown", text))))
                return
            }
            switch contest.answer(to: leases, at: timing.uptime()) {
            case .free:
                return
            case .refused(let rival):
                throw AgentError(contest.run.route, of: key, isOf: rival, at: timing.now())
            case .wait(let rival):
                let hasWaited = (try? await timing.wait(.seconds(1))) != nil
                guard hasWaited, timing.uptime() < end else {
                    throw AgentError(contest.run.route, of: key, isOf: rival, at: timing.now())
                }
            }
        }
    }
}

extension RouteRivals {
    /// The Leases of the rollouts about one route object, as the API server has them now.
    static func leases(
        on route: RouteSpec,
        in namespace: String,
        client: KubernetesClient
    ) async throws(KubernetesError) -> [Lease] {
        let labels = "\(RolloutObject.selector),\(RolloutObject.routeKey)=\(RolloutObject.routeLabel(route))"
        return try await client.list(.leases, namespace: namespace, labels: labels).items.map { Lease($0) }
    }

    /// Why a new run of a spec would be refused; nil if none of another canary is on its rule, or nobody can tell.
    ///
    /// Nothing is claimed.
    static func finding(_ spec: CanarySpec, client: KubernetesClient) async -> RouteFinding? {
        let key = CanaryKey(spec)
        let header = RunHeader(
            version: "",
            run: "",
            startedAt: Timestamp(milliseconds: 0),
            spec: spec,
            roles: .asNamed,
            place: ""
        )
        let run = RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
        var contest = RouteRivals(of: run, key, as: .new)
        // What may not be listed is told with the permissions that are missing.
        guard let leases = try? await leases(on: spec.route, in: key.namespace, client: client) else { return nil }
        switch contest.answer(to: leases, at: .now) {
        case .free: return nil
        case .wait(let rival), .refused(let rival):
            let error = AgentError(spec.route, of: key, isOf: rival, at: .now())
            return RouteFinding(.refuse, error.message, hint: error.hint)
        }
    }
}

extension AgentError {
    /// The rule of a run is another rollout's.
    ///
    /// - Parameter now: only words follow from it.
    init(_ route: RouteSpec, of key: CanaryKey, isOf rival: RouteRivals.Rival, at now: MicroTime) {
        let other = PlainLine.of("\(rival.key)", limit: 320)
        let (lease, run) = (rival.lease, rival.run)
        let isSilent = rival.isHeld && lease.end.map { $0 < now } ?? true
        let what: String
        if !rival.isHeld {
            let by = run.by.map { ", begun by \($0)" } ?? ""
            what = "left its run \(run.id) unfinished at \(Phrase.weight(run.percent))\(by); nobody holds it"
        } else {
            let work = run.contends == .new ? "begins a rollout" : "has a rollout in progress"
            let since = lease.renewed.map { " since \($0.description.prefix(19))Z" } ?? ""
            what = "\(work): \(Self.holder(of: lease))\(isSilent ? "; its Lease was not renewed\(since)" : "")"
        }
        self.init(
            "\(key) and the canary \(other) are about the same rule of the \(route.kind.word) \(key.namespace)/\(route.object), and that "
                + "one \(what)",
            hint: rival.isHeld && !isSilent
                ? "one rollout at a time writes a rule: wait for the end of that one (`haldane status`), stop it there, or name another rule"
                : "its process is gone: an agent or `haldane sweep` goes on with it, and so does `haldane run` with its own spec; delete the "
                    + "Lease \(lease.name) only if nothing of it matters any more"
        )
    }
}
