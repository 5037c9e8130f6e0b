package import CanaryCore
package import CanaryTransport
import FoundationEssentials

/// Posts notices as JSON to the spec's webhooks, each within a few seconds; a webhook that fails is left out silently,
/// because a run must not depend on it.
package struct WebhookNotifier: Notifier {
    private let urls: [String]
    private let client: HTTPClient

    /// Nil if nobody wants to be told. The targets' variables are expanded already.
    package init?(_ targets: [NotifyTarget], client: HTTPClient) {
        guard !targets.isEmpty else { return nil }
        urls = targets.map(\.webhook)
        self.client = client
    }

    package func notify(_ notice: Notice, about run: RunHeader) async {
        let body = Body(
            schema: "haldane.notice/1",
            run: run.run,
            canary: "\(run.spec.namespace)/\(run.spec.name)",
            urgency: notice.urgency.rawValue,
            reason: notice.reason.label,
            text: notice.reason.text
        )
        guard let data = try? JSONEncoder().encode(body) else { return }
        let bytes = Array(data)
        await withTaskGroup { group in
            for url in urls {
                let request = HTTPRequest(
                    method: "POST",
                    url: url,
                    headers: [HTTPHeader(name: "Content-Type", value: "application/json")],
                    body: bytes,
                    deadline: .seconds(3),
                    maximumBytes: 65_536
                )
                group.addTask { [client] in _ = try? await client.send(request) }
            }
        }
    }

    private struct Body: Encodable {
        var schema: String
        var run: String
        var canary: String
        var urgency: String
        var reason: String
        var text: String
    }
}
