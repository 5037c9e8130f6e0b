import CanaryCore
import CanaryKubernetes

/// Watches one run for the agent: the log, the events of the Canary object, the gate's counts, and how it stands.
final class RunWatcher: RunObserver {
    private let run: ActiveRun
    private let lines: RunLines
    private let wake: AgentWake
    private let events: ObjectEvents?

    /// - Parameter events: of the Canary object; nil if there is none.
    init(run: ActiveRun, lines: RunLines, wake: AgentWake, events: ObjectEvents?) {
        self.run = run
        self.lines = lines
        self.wake = wake
        self.events = events
    }

    func observe(_ progress: RunProgress) {
        run.note(progress)
        lines.observe(progress)
        run.gate.observe(progress)
        // A round by itself is shown at the next look at the clock.
        if case .judged = progress.happening { return }
        events?.tell(progress)
        wake.ring(run.canary)
    }
}
