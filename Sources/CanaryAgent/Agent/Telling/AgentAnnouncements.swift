import CanaryCore
import CanaryReport
import CanaryTransport

/// Messages about a whole scope, to everybody that the canaries there tell.
struct AgentAnnouncements: Sendable {
    private let client: HTTPClient
    private let queue: AsyncStream<@Sendable () async -> Void>.Continuation
    private let jobs: AsyncStream<@Sendable () async -> Void>

    init(client: HTTPClient) {
        self.client = client
        (jobs, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(64))
    }

    /// Delivers until `close`.
    func run() async {
        for await job in jobs { await job() }
    }

    func close() { queue.finish() }

    /// Hands a message over; returns at once.
    func send(_ notice: Notice, to audience: [NotifyTarget], from agent: AgentOptions, at now: Timestamp) {
        guard let notifier = WebhookNotifier(audience, client: client) else { return }
        let message = NoticeMessage(
            namespace: agent.agentNamespace,
            name: "haldane-agent",
            run: agent.identity,
            urgency: notice.urgency,
            reason: notice.reason,
            stableName: "",
            canaryName: "",
            at: now,
            startedAt: now
        )
        queue.yield { await notifier.deliver(message) }
    }
}
