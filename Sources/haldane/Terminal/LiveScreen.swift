import CanaryCore
import CanaryReport
import Glibc
import Synchronization

/// The live view on a terminal: takes in what happens, and draws and reads keys on a thread of its own.
///
/// At most five frames a second, the last state always among them; whoever observes never waits for the terminal.
final class LiveScreen: Sendable {
    /// How the run's time goes by between two happenings.
    enum Pace: Sendable {
        case real
        /// Virtual seconds a real second; 0 is as fast as possible.
        case virtual(Double)
    }

    private struct State {
        var view = LiveView()
        /// When the last happening was heard of, and how old it was then.
        var heardAt: ContinuousClock.Instant?
        var age = Duration.zero
        var isShown = false
        var isChanged = false
        var isEnding = false
    }

    private let state = Mutex(State())
    private let wake: WakePipe
    private let pace: Pace
    private let destination: KeyDestination
    private let thread = Mutex<OutputThread?>(nil)

    /// Nil when the process has no descriptors left.
    init?(pace: Pace, destination: KeyDestination) {
        guard let wake = WakePipe() else { return nil }
        self.wake = wake
        self.pace = pace
        self.destination = destination
    }

    /// Takes in what happened.
    ///
    /// - Parameter age: how long ago.
    func note(_ progress: RunProgress, age: Duration = .zero) {
        change { state in
            state.view.note(progress)
            state.heardAt = .now
            state.age = age
        }
    }

    func remark(_ text: String) { change { $0.view.remark(text) } }

    /// Begins to draw. A run that is over is not worth a screen.
    func show() {
        let begins = state.withLock { state in
            guard !state.isShown, !state.isEnding, !state.view.isOver else { return false }
            state.isShown = true
            return true
        }
        guard begins else { return }
        // The view goes on without a picture where no thread is to be had.
        let loop = OutputThread { [self] in LiveLoop(self, destination).run() }
        thread.withLock { $0 = loop }
    }

    /// Gives the terminal back, with the last state of things left on it.
    ///
    /// - Returns: false if the terminal stands still; it is waited for once.
    func end() -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isEnding = true }
            return !state.isEnding
        }
        wake.wake()
        guard isFirst, let thread = thread.withLock({ $0 }), !thread.join(milliseconds: 1000) else { return true }
        // Somebody has stopped the terminal, or the line to it is slow.
        tcflow(Console.talk.descriptor, TCOOFF)
        tcflow(Console.talk.descriptor, TCOON)
        return thread.join(milliseconds: 1000)
    }

    private func change(_ body: (inout State) -> Void) {
        let isNews = state.withLock { state in
            body(&state)
            defer { state.isChanged = true }
            return !state.isChanged
        }
        if isNews { wake.wake() }
    }

    /// For the thread alone: the view as it is, and whether it has changed since the last call.
    func take() -> (view: LiveView, moment: LiveMoment?, isChanged: Bool, isEnding: Bool) {
        state.withLock { state in
            defer { state.isChanged = false }
            return (state.view, moment(state), state.isChanged, state.isEnding)
        }
    }

    var pipe: WakePipe { wake }

    var isEnding: Bool { state.withLock { $0.isEnding } }

    var isPaused: Bool { state.withLock { $0.view.isPaused } }

    /// Now by the run's clock. Virtual time stands still when the next round is due.
    private func moment(_ state: State) -> LiveMoment? {
        guard let last = state.view.lastAt else { return nil }
        let real = (state.heardAt.map { $0.duration(to: .now) } ?? .zero) + state.age
        switch pace {
        case .real: return LiveMoment(at: last.advanced(by: real))
        case .virtual(let speed):
            let passed = min(real.inSeconds * speed, state.view.interval)
            return LiveMoment(at: last.advanced(by: .milliseconds(Int64(max(passed, 0) * 1000))), speed: speed)
        }
    }
}
