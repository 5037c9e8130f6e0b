package import CanaryCore
import CanaryReport
import Synchronization

/// The agent's log: one line of `key=value` a thing that happened, never more at once than somebody reads.
///
/// Lines name the canary, its namespace and its run. Beyond `most` lines a second the rest is counted and said in one line, so
/// that a cluster that misbehaves cannot fill a disk; but each write is told, for an API took it.
package final class AgentLog: Sendable {
    /// A field of a line, in order.
    package typealias Field = AuditTrail.Field

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

/// A run as lines of a log of many, each write with an audit line.
final class RunLines: RunObserver {
    private struct State {
        var lines: EventLines
        var trail: AuditTrail
    }

    private let state: Mutex<State>
    private let log: AgentLog
    private let canary: CanaryKey

    /// - Parameter actor: who writes, in audit lines.
    init(log: AgentLog, canary: CanaryKey, actor: String) {
        state = Mutex(State(lines: EventLines(namespace: canary.namespace), trail: AuditTrail(actor: actor)))
        self.log = log
        self.canary = canary
    }

    func observe(_ progress: RunProgress) {
        let (line, audit) = state.withLock { ($0.lines.line(progress), $0.trail.fields(progress)) }
        if let line { log.pass(line) }
        if let audit { log.tell("audit", canary, run: progress.header.run, audit, isOwed: true) }
    }
}
