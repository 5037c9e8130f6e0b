import CanaryYAML

/// A complete answer of the API server double.
struct APIAnswer: Sendable {
    enum Body: Sendable {
        case json(JSONValue)
        case text(String, type: String)
        case bytes([UInt8], type: String)
    }

    var code: Int
    var headers: [String] = []
    var body: Body
    /// How long it is held back.
    var delay: Duration = .zero

    init(code: Int = 200, headers: [String] = [], _ body: Body, delay: Duration = .zero) {
        self.code = code
        self.headers = headers
        self.body = body
        self.delay = delay
    }

    init(_ status: APIStatus) {
        code = status.code
        headers = status.retryAfter.map { ["Retry-After: \($0)"] } ?? []
        body = .json(status.json)
    }

    /// What is answered where no such path is served: no Status, but a line of text.
    static let noSuchPath = APIAnswer(
        code: 404,
        headers: ["X-Content-Type-Options: nosniff"],
        .text("404 page not found\n", type: "text/plain; charset=utf-8")
    )
}

/// What a request leads to.
enum APIOutcome: Sendable {
    case answer(APIAnswer)
    case watch(WatchPlan)
    case pod(PodRequest)
}

/// A request that went through the API server to a port of a pod.
package struct PodRequest: Sendable, Hashable {
    package var namespace: String
    package var pod: String
    package var port: Int
    /// With its leading slash.
    package var path: String
    package var query: [String: String]
}

/// What a pod answers through the API server.
package struct PodAnswer: Sendable {
    package var code: Int
    package var type: String
    package var body: [UInt8]

    package init(code: Int = 200, type: String = "text/plain; charset=UTF-8", body: some Sequence<UInt8>) {
        self.code = code
        self.type = type
        self.body = Array(body)
    }

    package init(code: Int = 200, type: String = "text/plain; charset=UTF-8", _ text: String) {
        self.init(code: code, type: type, body: text.utf8)
    }
}
