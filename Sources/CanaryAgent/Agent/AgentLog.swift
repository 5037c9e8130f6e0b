package import CanaryCore
import CanaryReport
import Synchronization

/// The agent's log: one line of `key=value` a thing that happened, never more at once than somebody reads.
///
/// Lines name the canary, its namespace and its run. Beyond `most` lines a second the rest is counted and said in one line, so
/// that a cluster that misbehaves cannot fill a disk; but each write is told, for an API took it.
package final class AgentLog: Sendable {
    /// A field of a line, in order.
    package typealias Field = (name: String, value: String)

    private struct State {
        var second: Int64 = 0
        var lines = 0
        var dropped = 0
    }

    /// Lines a second.
    static let most = 200

    private let state = Mutex(State())
    private let now: @Sendable () -> Timestamp
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes a line without its newline; called by any task.
    package init(now: @escaping @Sendable () -> Timestamp, write: @escaping @Sendable (String) -> Void) {
        self.now = now
        self.write = write
    }

    /// Writes a line: time, canary and event first.
    ///
    /// - Parameter isOwed: however many there are.
    package func tell(
        _ event: String,
        _ canary: CanaryKey? = nil,
        run: String? = nil,
        _ fields: [Field] = [],
        isOwed: Bool = false
    ) {
        let at = now()
        var all: [Field] = [("time", Figures.moment(at))]
        if let canary { all += [("canary", canary.name), ("namespace", canary.namespace)] }
        if let run { all.append(("run", run)) }
        all.append(("event", event))
        emit(EventLines.line(of: all + fields), at, isOwed: isOwed)
    }

    /// Writes a line that is made already.
    package func pass(_ line: String) { emit(line, now()) }

    private func emit(_ line: String, _ at: Timestamp, isOwed: Bool = false) {
        let (passes, dropped) = state.withLock { state -> (Bool, Int) in
            let second = at.milliseconds / 1000
            var dropped = 0
            if state.second != second {
                dropped = state.dropped
                state = State(second: second)
            }
            guard isOwed || state.lines < Self.most else {
                state.dropped += 1
                return (false, dropped)
            }
            state.lines += 1
            return (true, dropped)
        }
        if dropped > 0 {
            write(EventLines.line(of: [("time", Figures.moment(at)), ("event", "dropped"), ("lines", "\(dropped)")]))
        }
        if passes { write(line) }
    }
}

/// A run as lines of the agent's log, each write with an audit line: who wrote what, from where to where, and why.
final class RunLines: RunObserver {
    private struct State {
        var lines: EventLines
        var weights: RouteWeights?
        /// Those before the last change.
        var before: RouteWeights?
        var reason: Reason?
    }

    private let state: Mutex<State>
    private let log: AgentLog
    private let canary: CanaryKey
    private let actor: String

    init(log: AgentLog, canary: CanaryKey, actor: String) {
        state = Mutex(State(lines: EventLines(namespace: canary.namespace)))
        self.log = log
        self.canary = canary
        self.actor = actor
    }

    func observe(_ progress: RunProgress) {
        let (line, before, why) = state.withLock { state -> (String?, RouteWeights?, Reason?) in
            if let weights = progress.rollout.route?.weights, weights != state.weights {
                (state.before, state.weights) = (state.weights, weights)
            }
            switch progress.happening {
            case .judged(_, let verdict): state.reason = verdict.reason
            case .notice(let notice) where notice.reason.label == Reason.operatorLabel: state.reason = notice.reason
            default: break
            }
            return (state.lines.line(progress), state.before, state.reason)
        }
        if let line { log.pass(line) }
        guard case .wrote(let plan) = progress.happening else { return }
        audit(plan, progress, before, Self.cause(plan, progress) ?? why)
    }

    /// Why a write was done.
    private static func cause(_ plan: WeightPlan, _ progress: RunProgress) -> Reason? {
        guard plan.purpose == .rollback else { return nil }
        switch progress.rollout.phase {
        case .rollingBack(let state), .emptying(let state): return state.reason
        default: return progress.rollout.pendingRollback?.reason
        }
    }

    private func audit(_ plan: WeightPlan, _ progress: RunProgress, _ before: RouteWeights?, _ why: Reason?) {
        let after = progress.rollout.route?.weights
        log.tell(
            "audit",
            canary,
            run: progress.header.run,
            [
                ("actor", actor), ("begun_by", progress.header.by ?? actor), ("object", progress.header.place),
                ("purpose", plan.purpose.rawValue), ("from", before.map(Figures.split) ?? "unknown"),
                ("to", after.map(Figures.split) ?? Figures.split(percent: plan.canaryPercent)),
                ("reason", why?.label ?? plan.purpose.rawValue), ("message", why?.text ?? ""),
            ],
            isOwed: true
        )
    }
}
