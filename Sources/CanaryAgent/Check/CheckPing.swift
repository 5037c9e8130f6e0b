import CanaryCore
import CanaryTransport

/// Tells a dead man's switch that a check begins and how it ended: whoever hears nothing knows that no check runs.
///
/// The address is a secret, and never part of a message.
struct CheckPing: Sendable {
    enum Moment: String, Sendable {
        case start = "/start"
        case success = ""
        case fail = "/fail"
    }

    let url: String
    let client: HTTPClient

    /// Sends a ping; returns what went wrong.
    func send(_ moment: Moment, text: String) async -> String? {
        let request = HTTPRequest(
            method: "POST",
            url: address(moment),
            headers: [HTTPHeader(name: "Content-Type", value: "text/plain; charset=utf-8")],
            body: Array(text.utf8.prefix(10_000)),
            deadline: Self.patience,
            maximumBytes: 65_536
        )
        do {
            let answer = try await client.send(request)
            return answer.isSuccess ? nil : "the ping (\(moment)) was answered with HTTP \(answer.status)"
        } catch {
            // The error's own sentence holds the address, which is a secret.
            return "the ping (\(moment)) could not be delivered within \(Phrase.duration(Self.patience.inSeconds))"
        }
    }

    /// The path's suffix goes in front of a query.
    private func address(_ moment: Moment) -> String {
        let query = url.firstIndex { $0 == "?" || $0 == "#" } ?? url.endIndex
        var base = String(url[..<query])
        if moment != .success, base.hasSuffix("/") { base.removeLast() }
        return base + moment.rawValue + String(url[query...])
    }

    private static let patience = Duration.seconds(4)
}
