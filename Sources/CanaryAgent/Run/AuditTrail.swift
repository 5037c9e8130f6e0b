package import CanaryCore
import CanaryReport

/// The writes of a run for whoever has to account for them: who wrote what, from where to where, and why.
package struct AuditTrail: Sendable {
    /// A field of a line, in order.
    package typealias Field = (name: String, value: String)

    /// Who writes.
    private let actor: String
    private var weights: RouteWeights?
    /// Those before the last change.
    private var before: RouteWeights?
    private var reason: Reason?

    package init(actor: String) {
        self.actor = actor
    }

    /// Takes what happened; returns what is to be said of it if it was a write.
    package mutating func fields(_ progress: RunProgress) -> [Field]? {
        if let weights = progress.rollout.route?.weights, weights != self.weights {
            (before, self.weights) = (self.weights, weights)
        }
        switch progress.happening {
        case .judged(_, let verdict): reason = verdict.reason
        case .notice(let notice) where notice.reason.label == Reason.operatorLabel: reason = notice.reason
        case .wrote(let plan): return fields(of: plan, progress)
        default: break
        }
        return nil
    }

    /// The same as a line, without its newline.
    package mutating func line(_ progress: RunProgress) -> String? {
        guard let fields = fields(progress) else { return nil }
        let spec = progress.header.spec
        let head: [Field] = [
            ("time", Figures.moment(progress.at)), ("run", progress.header.run), ("canary", spec.name),
            ("namespace", spec.namespace), ("event", "audit"),
        ]
        return EventLines.line(of: head + fields)
    }

    private func fields(of plan: WeightPlan, _ progress: RunProgress) -> [Field] {
        let after = progress.rollout.route?.weights
        let why = Self.cause(plan, progress) ?? begun(plan, progress) ?? reason
        return [
            ("actor", actor), ("begun_by", progress.header.by ?? actor), ("object", progress.header.place),
            ("purpose", plan.purpose.rawValue), ("from", before.map(Figures.split) ?? "unknown"),
            ("to", after.map(Figures.split) ?? Figures.split(percent: plan.canaryPercent)),
            ("reason", why?.label ?? plan.purpose.rawValue), ("message", why?.text ?? ""),
        ]
    }

    /// Why the first step is taken: the last verdict before it only says why it had to wait.
    private func begun(_ plan: WeightPlan, _ progress: RunProgress) -> Reason? {
        let rollout = progress.rollout
        guard plan.purpose != .rollback, reason?.label == "watching", rollout.hasHistory else { return nil }
        let seconds = Phrase.duration(rollout.historySeconds.rounded())
        let text =
            "stable was watched for \(seconds) (\(Figures.plural(rollout.historyWindows, "round"))), which completes its history, and "
            + "nothing is against the step to \(Phrase.weight(plan.canaryPercent))"
        return Reason("history-complete", text)
    }

    /// Why a write was done, where the run itself knows.
    private static func cause(_ plan: WeightPlan, _ progress: RunProgress) -> Reason? {
        guard plan.purpose == .rollback else { return nil }
        switch progress.rollout.phase {
        case .rollingBack(let state), .emptying(let state): return state.reason
        default: return progress.rollout.pendingRollback?.reason
        }
    }
}
