import CanaryCore
import CanaryReport
import Synchronization

/// Shows a run while it goes on: a screen on a terminal, a line an event elsewhere, nothing if asked.
final class ProgressScreen: RunObserver {
    enum Mode: Sendable {
        case live
        case lines
        case quiet
    }

    private struct State {
        var view = LiveView()
        var lines = EventLines()
        var lastDraw: ContinuousClock.Instant?
        var isOpen = false
        /// The last lines of what happened before anybody looked.
        var backlog: [String] = []
    }

    private let mode: Mode
    private let state = Mutex(State())

    init(isQuiet: Bool) {
        let isDumb = Console.environment["TERM"].map { $0 == "dumb" || $0.isEmpty } ?? true
        mode = isQuiet ? .quiet : Console.talk.isTerminal && !isDumb ? .live : .lines
    }

    func observe(_ progress: RunProgress) {
        switch mode {
        case .quiet: return
        case .lines: state.withLock { if let line = $0.lines.line(progress) { Console.talk.write(line + "\n") } }
        case .live: state.withLock { draw(progress, &$0) }
        }
    }

    /// Takes in what happened before; nothing is shown until `show`.
    func catchUp(_ progress: RunProgress) {
        state.withLock { state in
            switch mode {
            case .quiet: return
            case .live: state.view.note(progress)
            case .lines:
                guard let line = state.lines.line(progress) else { return }
                state.backlog.append(line)
                if state.backlog.count > Self.mostBacklog { state.backlog.removeFirst() }
            }
        }
    }

    /// Shows what was taken in.
    func show() {
        state.withLock { state in
            switch mode {
            case .quiet: return
            case .live: draw(&state)
            case .lines:
                for line in state.backlog { Console.talk.write(line + "\n") }
                state.backlog = []
            }
        }
    }

    /// Leaves the screen as it was; the summary is printed after it.
    func close() {
        state.withLock { state in
            if state.isOpen { Console.talk.write("\u{1B}[?25h\u{1B}[?1049l") }
            state.isOpen = false
        }
    }

    private func draw(_ progress: RunProgress, _ state: inout State) {
        state.view.note(progress)
        let now = ContinuousClock.now
        if case .judged = progress.happening, let last = state.lastDraw, last.duration(to: now) < Self.pause { return }
        draw(&state)
    }

    private func draw(_ state: inout State) {
        state.lastDraw = ContinuousClock.now
        var text = state.isOpen ? "" : "\u{1B}[?1049h\u{1B}[?25l"
        state.isOpen = true
        let size = Console.talk.size
        let frame = state.view.frame(width: size.columns, height: size.rows - 1, style: Console.talk.style)
        text += "\u{1B}[H" + frame.prefix(size.rows - 1).map { $0 + "\u{1B}[K\r\n" }.joined() + "\u{1B}[J"
        Console.talk.write(text)
    }

    private static let mostBacklog = 10
    /// At most five frames a second.
    private static let pause = Duration.milliseconds(200)
}
