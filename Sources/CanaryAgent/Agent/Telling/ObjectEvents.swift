import CanaryCore
import CanaryKubernetes

/// What happens to a canary as Events of its object, where `kubectl describe` shows them.
struct ObjectEvents: Sendable {
    private let recorder: EventRecorder
    private let object: KubernetesObject

    /// Nil where there is no object in the cluster.
    init?(_ recorder: EventRecorder, of object: AgentObject?) {
        guard let object, !object.uid.isEmpty else { return nil }
        self.recorder = recorder
        self.object = object.object
    }

    /// The decisions of a run: the same as its route gets from the run itself.
    func tell(_ progress: RunProgress) {
        let run = progress.header.run
        switch progress.happening {
        case .notice(let notice):
            let reason = Reason(notice.reason.label, "run \(run): \(notice.reason.text)")
            tell(reason, isWarning: notice.urgency != .info)
        case .finished(let outcome):
            let isGood = if case .promoted(_, unsettled: nil) = outcome { true } else { false }
            tell(Reason(outcome.word, "run \(run): \(outcome.words): \(outcome.text)"), isWarning: !isGood)
        case .judged, .wrote, .started, .resumed, .interrupted:
            break
        }
    }

    func tell(_ reason: Reason, isWarning: Bool) {
        recorder.record(
            EventRecorder.Event(
                kind: isWarning ? .warning : .normal,
                reason: EventNotifier.camelCased(reason.label),
                action: "Analyze",
                note: reason.text,
                regarding: object
            )
        )
    }
}
