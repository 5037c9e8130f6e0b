package import CanaryCore
package import CanaryTransport
import FoundationEssentials

/// Talks to the process that runs a rollout, over its control socket.
package struct ControlClient: Sendable {
    /// What came of asking.
    package enum Reply<Value: Sendable>: Sendable {
        case answer(Value)
        /// Nobody listens: there is no socket, or a killed run has left it.
        case nobody
        /// Somebody is there and did not answer as expected.
        case failed(AgentError)
    }

    private let place: ControlPlace
    private let http: HTTPClient

    package init(folder: RunFolder, http: HTTPClient) {
        place = ControlPlace(folder: folder.path)
        self.http = http
    }

    /// The run as `haldane.status/1`.
    package func status() async -> Reply<[UInt8]> {
        switch await send("GET", "/v1/status", []) {
        case .answer(let response) where response.status == 200: .answer(response.body)
        case .answer(let response): .failed(unexpected(response))
        case .nobody: .nobody
        case .failed(let error): .failed(error)
        }
    }

    /// Asks for a command, and waits until the run has taken it up.
    package func send(_ command: Rollout.OperatorCommand) async -> Reply<CommandAnswer> {
        let body = ControlCommand(verb: command.verb.rawValue, reason: command.reason, actor: command.by)
        let response: HTTPResponse
        // Text alone cannot fail to be encoded.
        switch await send("POST", "/v1/command", Array((try? JSONEncoder().encode(body)) ?? Data())) {
        case .answer(let answer): response = answer
        case .nobody: return .nobody
        case .failed(let error): return .failed(error)
        }
        guard let answer = try? JSONDecoder().decode(CommandAnswer.self, from: Data(response.body)) else {
            return .failed(unexpected(response))
        }
        return .answer(answer)
    }

    private func send(_ method: String, _ path: String, _ body: [UInt8]) async -> Reply<HTTPResponse> {
        guard let socket = place.find() else { return .nobody }
        let request = HTTPRequest(
            method: method,
            url: "http://localhost\(path)",
            headers: body.isEmpty ? [] : [HTTPHeader(name: "Content-Type", value: "application/json")],
            body: body,
            deadline: .seconds(8),
            maximumBytes: 4_000_000,
            unixSocket: socket
        )
        do {
            return .answer(try await http.send(request))
        } catch {
            if error.code == .refused { return .nobody }
            return .failed(
                AgentError("the run in \(place.folder) did not answer", cause: error.cause ?? error.message)
            )
        }
    }

    private func unexpected(_ response: HTTPResponse) -> AgentError {
        let words = try? JSONDecoder().decode([String: String].self, from: Data(response.body))
        return AgentError(
            "the run in \(place.folder) refused the question",
            cause: words?["message"] ?? "status \(response.status)"
        )
    }
}
