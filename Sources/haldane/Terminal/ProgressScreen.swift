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
        state.lastDraw = now
        var text = state.isOpen ? "" : "\u{1B}[?1049h\u{1B}[?25l"
        state.isOpen = true
        let size = Console.talk.size
        let frame = state.view.frame(width: size.columns, height: size.rows - 1, style: Console.talk.style)
        text += "\u{1B}[H" + frame.prefix(size.rows - 1).map { $0 + "\u{1B}[K\r\n" }.joined() + "\u{1B}[J"
        Console.talk.write(text)
    }

    /// At most five frames a second.
    private static let pause = Duration.milliseconds(200)
}
