import Synchronization

/// A server that looks like Prometheus and answers as told, well or badly, on loopback.
///
/// ```swift
/// let server = try FakePrometheus { question in
///     question.query.contains("up") ? .vector([]) : .status(502, "Bad Gateway")
/// }
/// ```
package final class FakePrometheus: Sendable {
    /// A question as it was posted.
    package struct Question: Sendable {
        /// `/api/v1/query` or `/api/v1/query_range`, with whatever stands in front of it.
        package let path: String
        package let query: String
        /// The form.
        package let fields: [String: String]
        /// Names in lower case.
        package let headers: [(name: String, value: String)]

        /// The moments that a range asks for, in milliseconds.
        package var moments: [Int64] {
            guard let start = milliseconds("start"), let end = milliseconds("end"), let step = milliseconds("step"),
                step > 0, end >= start
            else { return [] }
            return Array(stride(from: start, through: end, by: Int(step)))
        }

        package func header(_ name: String) -> String? { headers.first { $0.name == name.lowercased() }?.value }

        /// A field in seconds as milliseconds.
        package func milliseconds(_ field: String) -> Int64? {
            fields[field].flatMap { Double($0) }.map { Int64(($0 * 1000).rounded()) }
        }
    }

    /// An answer.
    package enum Answer: Sendable {
        /// Series of a range, as exposition labels and pairs of milliseconds and text.
        case matrix([(labels: String, samples: [(Int64, String)])], warnings: [String] = [])
        /// Series of an instant.
        case vector([(labels: String, time: Int64, value: String)])
        /// The API's words of an error.
        case error(Int, type: String, String, headers: [String] = [])
        /// A status with any body.
        case status(Int, String, headers: [String] = [])
        /// A body with status 200.
        case body(String)
        /// Bytes and behaviour of any kind.
        case steps([HostileServer.Step])
    }

    private let server: HostileServer
    private let log = Mutex<[Question]>([])

    /// - Parameter answer: called once for each question, on the connection's thread.
    package init(_ answer: @escaping @Sendable (Question) -> Answer) throws {
        let box = Box()
        server = try HostileServer { request in
            let question = Self.question(request)
            box.owner?.log.withLock { $0.append(question) }
            return Self.steps(answer(question))
        }
        box.hold(self)
    }

    /// Its address, without a slash at the end.
    package var url: String { server.url("") }

    /// What was asked so far.
    package var questions: [Question] { log.withLock { $0 } }

    package func stop() { server.stop() }

    /// The server calls back while it lives, and must not keep its owner alive.
    private final class Box: Sendable {
        private let reference = Mutex<Weak>(Weak())

        struct Weak {
            weak var owner: FakePrometheus?
        }

        var owner: FakePrometheus? { reference.withLock { $0.owner } }

        func hold(_ owner: FakePrometheus) { reference.withLock { $0.owner = owner } }
    }

    // MARK: The wire

    private static func question(_ request: HostileServer.Request) -> Question {
        var fields: [String: String] = [:]
        for pair in String(decoding: request.body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            fields[decoded(parts[0])] = parts.count > 1 ? decoded(parts[1]) : ""
        }
        return Question(
            path: request.target,
            query: fields["query"] ?? "",
            fields: fields,
            headers: request.headers
        )
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func steps(_ answer: Answer) -> [HostileServer.Step] {
        let json = ["Content-Type: application/json"]
        switch answer {
        case .matrix(let series, let warnings):
            let result = series.map { one in
                let samples = one.samples.map { "[\(seconds($0.0)),\"\($0.1)\"]" }.joined(separator: ",")
                return "{\"metric\":{\(members(one.labels))},\"values\":[\(samples)]}"
            }
            let words = warnings.map { "\"\($0)\"" }.joined(separator: ",")
            let tail = warnings.isEmpty ? "" : ",\"warnings\":[\(words)]"
            let body = #"{"status":"success","data":{"resultType":"matrix","result":["#
            return [
                .send(HostileServer.answer(headers: json, body: body + result.joined(separator: ",") + "]}\(tail)}"))
            ]
        case .vector(let series):
            let result = series.map { one in
                "{\"metric\":{\(members(one.labels))},\"value\":[\(seconds(one.time)),\"\(one.value)\"]}"
            }
            let body = #"{"status":"success","data":{"resultType":"vector","result":["#
            return [.send(HostileServer.answer(headers: json, body: body + result.joined(separator: ",") + "]}}"))]
        case .error(let status, let type, let words, let headers):
            let body = "{\"status\":\"error\",\"errorType\":\"\(type)\",\"error\":\"\(words)\"}"
            return [.send(HostileServer.answer(status: status, headers: json + headers, body: body))]
        case .status(let status, let body, let headers):
            return [.send(HostileServer.answer(status: status, headers: headers, body: body))]
        case .body(let body): return [.send(HostileServer.answer(headers: json, body: body))]
        case .steps(let steps): return steps
        }
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        "\(milliseconds / 1000).\(String(milliseconds % 1000 + 1000).dropFirst())"
    }

    /// `a="b",c="d"` as JSON members; values without commas and quotes.
    private static func members(_ labels: String) -> String {
        labels.split(separator: ",").map { label in
            let parts = label.split(separator: "=", maxSplits: 1)
            return "\"\(parts[0])\":\(parts.count > 1 ? String(parts[1]) : "\"\"")"
        }.joined(separator: ",")
    }
}
