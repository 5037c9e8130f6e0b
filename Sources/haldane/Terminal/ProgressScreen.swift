import CanaryAgent
import CanaryCore
import CanaryReport
import FoundationEssentials
import Synchronization

/// Shows a run while it goes on: a live view with keys on a terminal, a line an event elsewhere, nothing if asked.
final class ProgressScreen: RunObserver {
    private enum Output: Sendable {
        case live(LiveScreen)
        case lines(LineQueue)
        case nothing
    }

    private struct Lines {
        var lines = EventLines()
        /// Nil where the run is another process's.
        var trail: AuditTrail?
        /// The last lines of what happened before anybody looked.
        var backlog: [String] = []

        /// What there is to say of what happened; of writes in a cluster also who did them, and why.
        mutating func tell(_ progress: RunProgress) -> [String] {
            let audit = trail?.line(progress)
            return [lines.line(progress), progress.header.cluster == nil ? nil : audit].compactMap { $0 }
        }
    }

    private let output: Output
    private let lines: Mutex<Lines>

    /// - Parameters:
    ///   - mode: a live view is only to be had on a terminal.
    ///   - keys: where the commands of its keys go.
    ///   - actor: who does the writes of the run, if that is this process.
    init(_ mode: UIMode, pace: LiveScreen.Pace = .real, keys: KeyDestination, actor: String? = nil) {
        lines = Mutex(Lines(trail: actor.map { AuditTrail(actor: $0) }))
        let isDumb = Console.environment["TERM"].map { $0 == "dumb" || $0.isEmpty } ?? true
        let canBeLive = Console.talk.isTerminal && !isDumb
        if mode == .live, !canBeLive {
            Console.talk.write("warning: there is no terminal for a live view; lines instead\n")
        }
        if mode == .none {
            output = .nothing
        } else if mode != .lines, canBeLive, let screen = LiveScreen(pace: pace, destination: keys) {
            output = .live(screen)
        } else {
            output = .lines(LineQueue { Console.talk.writeWaiting($0) })
        }
    }

    func observe(_ progress: RunProgress) {
        switch output {
        case .nothing: return
        case .lines(let queue):
            for line in lines.withLock({ $0.tell(progress) }) { queue.put(line) }
        case .live(let screen):
            screen.note(progress)
            screen.show()
        }
    }

    /// Tells something that is no part of the run.
    func warn(_ text: String) {
        switch output {
        case .nothing: return
        case .lines(let queue): queue.put("warning: \(text)")
        case .live(let screen): screen.remark(text)
        }
    }

    /// Takes in what happened before; nothing is shown until `show`.
    func catchUp(_ progress: RunProgress) {
        switch output {
        case .nothing: return
        case .live(let screen): screen.note(progress, age: Self.age(of: progress.at))
        case .lines:
            lines.withLock { state in
                guard let line = state.lines.line(progress) else { return }
                state.backlog.append(line)
                if state.backlog.count > Self.mostBacklog { state.backlog.removeFirst() }
            }
        }
    }

    /// Shows what was taken in.
    func show() {
        switch output {
        case .nothing: return
        case .live(let screen): screen.show()
        case .lines(let queue):
            let backlog = lines.withLock { state in
                defer { state.backlog = [] }
                return state.backlog
            }
            for line in backlog { queue.put(line) }
        }
    }

    /// Leaves the terminal as it was, with the last state of things on it; the summary is printed after it.
    func close() {
        switch output {
        case .nothing: return
        case .lines(let queue):
            if !queue.end() { Console.talk.abandon() }
        case .live(let screen):
            if !screen.end() { Console.talk.abandon() }
        }
    }

    /// How long ago something happened, if the run's clock is the wall's.
    private static func age(of at: Timestamp) -> Duration {
        let milliseconds = Date().timeIntervalSince1970 * 1000 - Double(at.milliseconds)
        return milliseconds > 0 && milliseconds < 86_400_000 ? .milliseconds(Int64(milliseconds)) : .zero
    }

    private static let mostBacklog = 10
}
