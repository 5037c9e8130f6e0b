import CanaryYAML

/// Commands to a browser and what it tells in between, in the DevTools protocol.
struct DevTools: ~Copyable {
    private var pipe: DebuggingPipe
    private var last: Int64 = 0
    /// What happened, by the session that it happened in; each bounded.
    private var events: [String: [Event]] = [:]

    struct Event: Sendable {
        var method: String
        var parameters: JSONValue
    }

    init(_ pipe: consuming DebuggingPipe) {
        self.pipe = pipe
    }

    /// Calls a method and gives its result.
    mutating func call(
        _ method: String,
        _ parameters: JSONValue = .object([:]),
        session: String? = nil,
        seconds: Double = 30
    ) throws -> JSONValue {
        let deadline = ContinuousClock.now + .seconds(seconds)
        last += 1
        var message: [String: JSONValue] = [
            "id": .integer(last), "method": .string(method), "params": parameters,
        ]
        if let session { message["sessionId"] = .string(session) }
        try pipe.send(.object(message), until: deadline)
        while true {
            let answer = try receive(until: deadline, for: method)
            guard answer["id"] == .integer(last) else { continue }
            if let error = answer["error"]?["message"]?.string {
                throw ServerProcess.Failure("\(method): \(error)")
            }
            return answer["result"] ?? .object([:])
        }
    }

    /// Waits until a session was told something.
    mutating func wait(
        for method: String,
        session: String,
        seconds: Double = 30,
        where isMet: (JSONValue) -> Bool = { _ in true }
    ) throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while events[session]?.contains(where: { $0.method == method && isMet($0.parameters) }) != true {
            _ = try receive(until: deadline, for: method)
        }
    }

    /// What a session was told so far.
    borrowing func events(of session: String) -> [Event] { events[session] ?? [] }

    mutating func forget(_ session: String) { events[session] = nil }

    // MARK: Helpers

    /// The next message, put aside as well if it is an event.
    private mutating func receive(until deadline: ContinuousClock.Instant, for method: String) throws -> JSONValue {
        let message: JSONValue
        do {
            message = try pipe.receive(until: deadline)
        } catch let failure as ServerProcess.Failure {
            throw ServerProcess.Failure("\(method): \(failure.description)")
        }
        if let method = message["method"]?.string, let session = message["sessionId"]?.string,
            events[session, default: []].count < 10_000
        {
            let event = Event(method: method, parameters: message["params"] ?? .object([:]))
            events[session, default: []].append(event)
        }
        return message
    }
}
