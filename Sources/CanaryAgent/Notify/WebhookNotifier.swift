package import CanaryCore
package import CanaryReport
package import CanaryTransport
import Foundation

/// Tells the spec's webhooks: each gets its own form, and what it wants to hear.
///
/// Deliveries are tried again within about ten seconds a notice, and a webhook that did not answer gets one short attempt a
/// notice until it does: a run waits for none of this but at its very end. The first failure of a webhook is told once to
/// whoever runs this; its URL never is, because it is a secret.
package final class WebhookNotifier: Notifier {
    private let routes: [WebhookRoute]

    /// Nil if nobody wants to be told. The targets' variables are expanded and their templates' paths absolute; the files are
    /// read here and never again.
    ///
    /// - Parameter warn: is given a sentence about a webhook that cannot be reached.
    package init?(
        _ targets: [NotifyTarget],
        client: HTTPClient,
        clock: any Clock<Duration> = ContinuousClock(),
        warn: @escaping @Sendable (String) -> Void = WebhookNotifier.warnOnStandardError
    ) {
        guard !targets.isEmpty else { return nil }
        routes = targets.enumerated().map { index, target in
            WebhookRoute(target, number: index, client: client, clock: clock, warn: warn)
        }
    }

    package func notify(_ notice: Notice, about run: RunHeader) async {
        await deliver(NoticeMessage(notice, about: run))
    }

    /// Tells what happened in a run, with its outcome and weights.
    package func notify(_ progress: RunProgress) async {
        if let message = NoticeMessage(progress) { await deliver(message) }
    }

    /// Tells everybody who wants to hear it, side by side; never throws.
    package func deliver(_ message: NoticeMessage) async {
        await withTaskGroup { group in
            for route in routes where route.occasion.includes(message) {
                group.addTask { await route.deliver(message) }
            }
        }
    }

    /// One line on standard error.
    package static func warnOnStandardError(_ sentence: String) {
        FileHandle.standardError.write(Data("warning: \(sentence)\n".utf8))
    }
}
