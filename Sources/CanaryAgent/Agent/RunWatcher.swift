import CanaryCore
import CanaryKubernetes
import Synchronization

/// Watches one run for the agent: the log, the events of the Canary object, the gate's counts, and how it stands.
final class RunWatcher: RunObserver {
    private let run: ActiveRun
    private let lines: RunLines
    private let wake: AgentWake
    private let events: EventRecorder
    private let object: AgentObject?

    init(run: ActiveRun, lines: RunLines, wake: AgentWake, events: EventRecorder, object: AgentObject?) {
        self.run = run
        self.lines = lines
        self.wake = wake
        self.events = events
        self.object = object
    }

    func observe(_ progress: RunProgress) {
        run.note(progress)
        lines.observe(progress)
        switch progress.happening {
        case .judged(let window, _):
            run.gate.observe(window, at: progress.at)
            // A round by itself is shown at the next look at the clock.
            return
        case .wrote(let plan):
            if plan.purpose != .rollback { run.gate.stepped() }
        case .notice(let notice):
            tell(notice.reason, isWarning: notice.urgency != .info, progress.header)
        case .finished(let outcome):
            let isGood = if case .promoted(_, unsettled: nil) = outcome { true } else { false }
            let text = "\(outcome.words): \(outcome.text)"
            tell(Reason(outcome.word, text), isWarning: !isGood, progress.header)
        case .started, .resumed, .interrupted:
            break
        }
        wake.ring(run.canary)
    }

    /// The same on the Canary object as the route gets from the run itself.
    private func tell(_ reason: Reason, isWarning: Bool, _ header: RunHeader) {
        guard let object, !object.uid.isEmpty else { return }
        events.record(
            EventRecorder.Event(
                kind: isWarning ? .warning : .normal,
                reason: EventNotifier.camelCased(reason.label),
                action: "Analyze",
                note: "run \(header.run): \(reason.text)",
                regarding: object.object
            )
        )
    }
}
