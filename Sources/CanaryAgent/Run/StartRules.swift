import CanaryCore
import CanaryJournal
import FoundationEssentials

/// What keeps a new run of a spec from beginning, beside what was found on the way to its route.
struct StartRules {
    private let options: RunOptions
    private let ground: RunGround
    private let found: RouteSnapshot
    private let roles: Roles

    /// - Parameter found: the route, with the destinations as the spec names them.
    init(options: RunOptions, ground: RunGround, found: RouteSnapshot) {
        self.options = options
        self.ground = ground
        self.found = found
        roles = options.roles ?? Roles(found: found.weights)
    }

    /// Everything that refuses, the first to be told first.
    ///
    /// - Parameter last: the journal of the run before.
    func refusals(after last: JournalFile?) async -> [AgentError] {
        [unintended, await tried(last)].compactMap { $0 }
    }

    /// The spec's stable destination would be tried, and the user has not said so.
    ///
    /// After a promotion the canary carries the traffic, and the same command would send it back to the old version. A route does
    /// not show whether that slot holds a new release by now.
    private var unintended: AgentError? {
        guard options.roles == nil, roles == .exchanged else { return nil }
        let (old, new) = (ground.spec.route.stable.label, ground.spec.route.canary.label)
        let share = Phrase.weight(found.weights.canaryPercent)
        guard found.weights.stable == 0 else {
            return AgentError(
                "\(new) carries \(share) and \(old) the rest: it cannot be told which of the two is being tried",
                hint: "set the weights to 100/0 or 0/100 by hand, then run again"
            )
        }
        // An agent knows by the pods' revisions that the slot holds something new.
        guard !options.startsNew, !options.isUnattended else { return nil }
        return AgentError(
            "\(new) carries \(share) already; this run would try \(old) and take \(new) as stable",
            hint: "if \(old) holds the next release, say so with --new; otherwise there is nothing to do"
        )
    }

    /// The release was rolled back by the last run, and nobody asked to try it again.
    ///
    /// Releases are told apart by their pods' template hashes; where those are not known, nothing is refused.
    private func tried(_ last: JournalFile?) async -> AgentError? {
        guard options.retryReason == nil, !options.isUnattended, let last,
            let pods = await ground.population?.population(),
            let tried = PriorRelease.rolledBack(in: last)
        else { return nil }
        let canary = roles == .asNamed ? pods.canary.hashes : pods.stable.hashes
        guard !canary.isEmpty, canary == tried.canary else { return nil }
        return AgentError(
            "this release (\(canary.joined(separator: ", "))) was rolled back by the run \(tried.run): \(tried.reason.text)",
            hint: "deploy another one, or try it again with 'haldane retry SPEC --reason WHY'"
        )
    }

    /// What an agent decided is not what the claimed record says: the release was tried meanwhile, or is not ready any more.
    ///
    /// Its mirrors may be late; the record that it holds is not.
    ///
    /// - Parameters:
    ///   - population: by the spec's names.
    ///   - memory: of the record in the Lease, which is ours.
    func stale(_ population: Population?, _ roles: Roles, _ memory: ReleaseMemory) -> AgentError? {
        guard options.isUnattended, options.retryReason == nil else { return nil }
        let decision = ReleaseWatch(ground.spec).decide(
            population: population,
            weights: found.weights,
            memory: memory
        )
        let why: String
        switch decision {
        case .begin(roles, _): return nil
        case .begin: why = "the two versions have changed their parts since"
        case .idle(let reason), .waiting(let reason), .blocked(let reason), .adopt(_, let reason): why = reason.text
        }
        return AgentError(
            "no run of \(CanaryKey(ground.spec)) is begun, because the record in its Lease is newer than what it was decided on: \(why)",
            hint: "nothing was written; it is decided anew with what the Lease says"
        )
    }

    /// Why the run itself would refuse the route as it is; nil if it would begin to watch.
    func objection(to snapshot: RouteSnapshot) -> Reason? {
        var rollout = Rollout(rules: RolloutRules(ground.spec))
        _ = rollout.handle(.routeRead(snapshot), at: Timestamp(milliseconds: 0))
        if case .finished(let outcome) = rollout.phase { return outcome.reason }
        return nil
    }

    /// The same as findings, for who only looks: what refuses, and an unfinished run that would be taken up instead.
    func findings() async -> [RouteFinding] {
        let folder = RunFolder(path: options.journalDirectory)
        // Without a journal there is no run before this one.
        let isThere = FileManager.default.fileExists(atPath: options.journalDirectory)
        let runs = isThere ? (try? JournalDirectory(existing: options.journalDirectory).runs()) ?? [] : []
        if let last = runs.last, !options.startsNew, let recorded = try? folder.recorded(), recorded.outcome == nil {
            let text = "the run \(last.runID) is not finished: 'haldane run' goes on with it, and --new closes it"
            return [RouteFinding(.warning, text)]
        }
        return await refusals(after: runs.last).map { RouteFinding(.refuse, $0.message, hint: $0.hint) }
    }
}
