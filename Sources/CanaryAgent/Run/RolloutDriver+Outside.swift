import CanaryCore

/// The time between rounds, and whoever asks for something: operators, signals, the task that runs this.
extension RolloutDriver {
    /// Waits for the next round, waking up for retries and for the outside world.
    mutating func rest(until deadline: Timestamp) async {
        await publish()
        while state.rollout.outcome == nil, interruption == nil {
            let inbox = self.inbox
            let wakeAt = state.rollout.wakeAt.map { min($0, deadline) } ?? deadline
            await clock.sleep(until: wakeAt, unless: { inbox.isUrgent }, bell: { await inbox.waitUntilUrgent() })
            if Task.isCancelled {
                await interrupt(Reason("cancelled", "the run was cancelled; weights stay as they are"))
            }
            await serveInbox()
            let now = await clock.now()
            if state.rollout.wakeAt.map({ $0 <= now }) == true {
                await lookAtPods()
                await feed(.tick)
            }
            if now >= deadline { return }
        }
    }

    mutating func serveInbox() async {
        let requests = inbox.takeAll()
        if !requests.isEmpty { await lookAtPods() }
        for request in requests where state.rollout.outcome == nil {
            switch request {
            case .command(let command):
                await feed(.command(command))
            case .asked(let command, let ticket):
                await obey(command, ticket)
            case .interrupt(let signal):
                await interrupt(Reason("interrupted", "\(signal): the process ends, weights stay as they are"))
            case .leave(let reason):
                await leave(reason)
            case .notice(let notice):
                await perform([.notify(notice)], at: await clock.now())
            }
        }
    }

    /// Takes an operator's command up, and answers when it is written down and acted on; one that would do nothing is refused.
    private mutating func obey(_ command: Rollout.OperatorCommand, _ ticket: CommandTicket) async {
        if let objection = state.rollout.objection(to: command) {
            ticket.settle(CommandAnswer(.refused, command, objection, header, state.rollout))
            return
        }
        let before = (rollout: state.rollout, notices: state.ledger.notices.count)
        await feed(.command(command))
        await flush()
        await publish()
        let told = state.ledger.notices.dropFirst(before.notices)
        ticket.settle(CommandAnswer(command, header, before: before.rollout, after: state.rollout, told: told.last))
    }

    /// Shows the run as it is to whoever asks from outside.
    func publish() async {
        guard let desk else { return }
        let now = await clock.now()
        desk.publish(RunSnapshot(header: header, rollout: state.rollout, ledger: state.ledger, at: now))
    }

    /// Leaves the run to others, weights as they are.
    mutating func leave(_ reason: Reason) async {
        await interrupt(reason)
    }

    private mutating func interrupt(_ reason: Reason) async {
        guard interruption == nil else { return }
        let now = await clock.now()
        interruption = reason
        await record(.event(.interrupted(reason), at: now))
        await flush()
        show(.interrupted(reason), at: now)
    }
}
