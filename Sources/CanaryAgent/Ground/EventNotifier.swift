import CanaryCore
import CanaryKubernetes

/// Writes decisions as Events of the route, where `kubectl describe` shows them. It never waits and never fails.
struct EventNotifier: Notifier {
    private let recorder: EventRecorder
    private let route: KubernetesObject

    init(client: KubernetesClient, route: KubernetesObject) {
        recorder = EventRecorder(client: client, instance: "haldane")
        self.route = route
    }

    func notify(_ notice: Notice, about run: RunHeader) async {
        recorder.record(
            EventRecorder.Event(
                kind: notice.urgency == .info ? .normal : .warning,
                reason: Self.camelCased(notice.reason.label),
                action: "Analyze",
                note: "\(run.spec.name), run \(run.run): \(notice.reason.text)",
                regarding: route
            )
        )
    }

    func close() async { await recorder.finish() }

    /// `rolling-back` as `CanaryRollingBack`: letters and digits alone.
    private static func camelCased(_ label: String) -> String {
        let words = label.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        return "Canary" + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
