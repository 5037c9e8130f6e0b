import CanaryCore
import CanaryKubernetes

/// Writes decisions as Events of the route, where `kubectl describe` shows them. It never waits and never fails.
struct EventNotifier: Notifier {
    private let recorder: EventRecorder
    private let route: KubernetesObject
    private let isShared: Bool

    /// - Parameter shared: a recorder that goes on after this run; nil makes one.
    init(client: KubernetesClient, route: KubernetesObject, shared: EventRecorder? = nil) {
        recorder = shared ?? EventRecorder(client: client, instance: "haldane")
        isShared = shared != nil
        self.route = route
    }

    func notify(_ notice: Notice, about run: RunHeader) async {
        record(notice.reason.label, notice.reason.text, isWarning: notice.urgency != .info, run)
    }

    /// The end is called by its outcome: its reason's word says nothing of what became of the canary.
    func notify(_ progress: RunProgress) async {
        switch progress.happening {
        case .notice(let notice): await notify(notice, about: progress.header)
        case .finished(let outcome):
            let isGood = if case .promoted(_, unsettled: nil) = outcome { true } else { false }
            let versions = progress.versions.map { " (\($0))" } ?? ""
            record(outcome.word, "\(outcome.words): \(outcome.text)\(versions)", isWarning: !isGood, progress.header)
        case .started:
            guard let versions = progress.versions else { return }
            record("started", "a run began: \(versions)", isWarning: false, progress.header)
        case .resumed, .judged, .wrote, .interrupted: return
        }
    }

    private func record(_ label: String, _ text: String, isWarning: Bool, _ run: RunHeader) {
        recorder.record(
            EventRecorder.Event(
                kind: isWarning ? .warning : .normal,
                reason: Self.camelCased(label),
                action: "Analyze",
                note: "\(run.spec.name), \(run.run): \(text)",
                regarding: route
            )
        )
    }

    func close() async {
        if !isShared { await recorder.finish() }
    }

    /// `rolling-back` as `CanaryRollingBack`: letters and digits alone.
    static func camelCased(_ label: String) -> String {
        let words = label.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        return "Canary" + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
