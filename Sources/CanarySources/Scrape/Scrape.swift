import CanaryCore
import CanaryTelemetry
import CanaryTransport

/// One request of a round, and what came of it.
struct Scrape: Sendable {
    let target: ScrapeTarget
    /// What its page was allowed to have.
    let mostBytes: Int
    let answer: Answer

    enum Answer: Sendable {
        case page(PageReading, size: Int)
        /// With one of `PodFault.label`.
        case failed(label: String, message: String)
    }

    @concurrent
    static func run(
        _ target: ScrapeTarget,
        mostBytes: Int,
        _ client: HTTPClient,
        _ configuration: CollectorConfiguration,
        before end: ContinuousClock.Instant
    ) async -> Scrape {
        if let obstacle = target.obstacle {
            return Scrape(target: target, mostBytes: mostBytes, answer: .failed(label: "other", message: obstacle))
        }
        var request = target.request
        request.deadline = min(request.deadline, ContinuousClock.now.duration(to: end))
        request.maximumBytes = min(request.maximumBytes, mostBytes)
        guard request.deadline > .zero else {
            let message = "\(target.name) was not asked: others took the whole round"
            return Scrape(target: target, mostBytes: mostBytes, answer: .failed(label: "timeout", message: message))
        }
        return Scrape(
            target: target,
            mostBytes: mostBytes,
            answer: await ask(target, request, client, configuration)
        )
    }

    private static func ask(
        _ target: ScrapeTarget,
        _ request: HTTPRequest,
        _ client: HTTPClient,
        _ configuration: CollectorConfiguration
    ) async -> Answer {
        do {
            let response = try await client.send(request)
            guard response.status == 200 else { return refusal(target, response) }
            let reading = TelemetryCollector.read(page: response.body, configuration: configuration)
            return .page(reading, size: response.body.count)
        } catch {
            var message = error.message + (error.cause.map { ": \($0)" } ?? "")
            if error.code == .tooLarge, request.maximumBytes < PageAllowances.largestPage {
                message += " (its share of what all pages of a round may have together)"
            }
            return .failed(label: error.faultLabel, message: message)
        }
    }

    private static func refusal(_ target: ScrapeTarget, _ response: HTTPResponse) -> Answer {
        guard target.way == .apiServer else {
            return .failed(label: "status", message: "\(target.name) answered HTTP \(response.status)")
        }
        let message = "the API server answered HTTP \(response.status) for \(target.name)"
        let said = StatusMessage.text(of: response.body).map { ": \($0)" } ?? ""
        switch response.status {
        case 401, 403:
            let rule = "apiGroups [\"\"], resources [pods/proxy], verbs [get]"
            return .failed(label: "status", message: message + said + "; grant \(rule)")
        case 502, 503, 504: return .failed(label: "refused", message: message + said)
        default: return .failed(label: "status", message: message + said)
        }
    }
}

extension TransportError {
    /// The word for it in `PodFault.label`.
    fileprivate var faultLabel: String {
        switch code {
        case .refused: "refused"
        case .timedOut: "timeout"
        case .tooLarge: "too-large"
        case .truncated: "truncated"
        default: "other"
        }
    }
}
