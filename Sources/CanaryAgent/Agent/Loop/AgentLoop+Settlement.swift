import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// Promotions that Git does not agree with yet.
extension AgentLoop {
    /// Where the declarations of a canary's route are.
    func settlePlace(_ canary: RunnableCanary) -> SettlePlace {
        SettlePlace(file: canary.settleFile, repositories: repositories)
    }

    /// What the operator lets canaries commit to.
    var repositories: [String: String] { policies.document(.cluster)?.repositories ?? [:] }

    /// Looks again at a promotion of a canary without a run: whether Git agrees by now, and whether its old weights were applied.
    mutating func followGit(_ key: CanaryKey, _ canary: RunnableCanary, at now: Timestamp) async {
        tellPutBack(key, canary, at: now)
        guard let before = entries[key]?.memory.unsettled, entries[key]?.record.run == nil else {
            return settlements.forget(key)
        }
        if let answer = settlements.takeAnswer(of: key) {
            await settle(key, answer, "Git declares the weights of the run \(answer.run) now: it is settled")
        }
        guard let entry = entries[key], let waiting = entry.memory.unsettled else { return }
        let spec = entry.route.map { canary.spec.completed(by: $0.reading) } ?? canary.spec
        guard let settlement = settlePlace(canary).settlement(spec, waiting.roles), let settle = spec.route.settle
        else {
            let words = "route.settle is not in the spec any more: Git is not asked about the run \(before.run)"
            return await self.settle(key, SettlementWatch.Answer(run: waiting.run, rest: nil), words)
        }
        // Weights that are not in force any more are not declared by us.
        let isInForce =
            entry.weights.map { $0 == entry.memory.left && entry.memory.putBack($0) == nil } ?? false
        settlements.ask(
            SettlementWatch.Question(
                canary: key,
                waiting: waiting,
                settlement: settlement,
                isRepeated: isInForce && settle.pushes && settle.branch == nil
            )
        )
    }

    /// Says once that a promotion was undone by whoever applies Git, to everybody whom the canary tells; the Event comes with the status.
    private mutating func tellPutBack(_ key: CanaryKey, _ canary: RunnableCanary, at now: Timestamp) {
        guard let entry = entries[key], let weights = entry.weights else { return }
        guard let putBack = entry.memory.putBack(weights) else {
            entries[key]?.isPutBackTold = false
            return
        }
        guard !entry.isPutBackTold else { return }
        entries[key]?.isPutBackTold = true
        // Another replica, or this one before it was restarted, has told it.
        let word = StatusCondition.word(putBack.label)
        guard entry.status?.condition(.stalled)?.reason != word else { return }
        log.tell("put-back", key, [("message", putBack.text)])
        let notice = Notice(.page, Reason(putBack.label, "\(key): \(putBack.text)"))
        announcements.send(notice, to: canary.live.notify, from: options, at: now)
    }

    /// Keeps what Git says.
    private mutating func settle(_ key: CanaryKey, _ answer: SettlementWatch.Answer, _ words: String) async {
        guard let before = entries[key]?.memory, let memory = before.settling(answer.run, answer.rest) else { return }
        do throws(KubernetesError) {
            // Another one's for a moment: asked again.
            guard try await RolloutMemory.keep(memory, from: before, of: key, options, cluster.client) else { return }
        } catch {
            // Asked again as well, and told as every trouble with the API is.
            return log.tell("unkept", key, [("what", "settlement"), ("message", Self.words(error))])
        }
        entries[key]?.memory = memory
        if let rest = answer.rest {
            log.tell("unsettled", key, run: answer.run, [("message", rest.text)])
        } else {
            settlements.forget(key)
            log.tell("settled", key, run: answer.run, [("message", words)])
            event(key, Reason("git-agrees", words), isWarning: false)
        }
    }
}
