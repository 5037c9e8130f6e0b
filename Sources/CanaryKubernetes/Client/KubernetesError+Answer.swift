import CanaryTransport
import CanaryYAML

extension KubernetesError {
    /// The error of an answer that is no success.
    ///
    /// Most come as a `Status` object; a missing version is plain text, and a proxy in between sends HTML.
    init(status: Int, headers: [HTTPHeader], body: [UInt8], call: APICall, label: String) {
        let parsed = try? JSONText.parse(body.prefix(1 << 20))
        let answer = parsed.flatMap { $0["kind"]?.string == "Status" ? $0 : nil }
        let contentType = headers.firstValue(of: "Content-Type") ?? ""
        let code = Code(status: status, answer: answer, isHTML: Self.isHTML(contentType, body))
        let text = answer?["message"]?.string.map { Excerpt.of($0, limit: 600) }
        let said = text ?? Self.foreign(status: status, contentType: contentType, body: body)
        self.init(
            code: code,
            message: "could not \(call.words) at \(label): \(code.words(for: call))",
            cause: said,
            hint: Self.hint(code, status: status, said: said, call: call),
            retryAfter: Self.retryAfter(headers, answer)
        )
        if code == .gone { continuation = answer?["metadata"]?["continue"]?.string }
    }

    /// The error of an event of type `ERROR` in a watch, which carries a `Status`.
    init(event object: JSONValue, call: APICall, label: String) {
        let status = object["code"]?.integer ?? 500
        let code = Code(status: status, answer: object, isHTML: false)
        self.init(
            code: code,
            message: "could not \(call.words) at \(label): \(code.words(for: call))",
            cause: object["message"]?.string.map { Excerpt.of($0, limit: 600) },
            retryAfter: Self.retryAfter([], object)
        )
    }

    /// The error of a request that got no answer.
    init(_ error: TransportError, call: APICall, label: String) {
        let code = Code(error.code)
        self.init(
            code: code,
            message: "could not \(call.words) at \(label): \(code.words(for: call))",
            cause: error.message + (error.cause.map { ": \($0)" } ?? ""),
            hint: code == .tls
                ? "check the certificate-authority of the kubeconfig, or the server's name in its certificate"
                : error.hint
        )
        isLostConnection = error.code == .truncated
    }

    /// An answer that cannot be used although its status says success.
    static func badAnswer(_ cause: String, call: APICall, label: String, hint: String? = nil) -> KubernetesError {
        KubernetesError(
            code: .badAnswer,
            message: "could not \(call.words) at \(label): \(Code.badAnswer.words(for: call))",
            cause: cause,
            hint: hint
        )
    }

    private static func isHTML(_ contentType: String, _ body: [UInt8]) -> Bool {
        contentType.lowercased().contains("html") || body.prefix(64).contains(UInt8(ascii: "<"))
    }

    /// What came when it is not a `Status`.
    static func foreign(status: Int, contentType: String, body: [UInt8]) -> String {
        let type = contentType.isEmpty ? "no content type" : Excerpt.of(contentType, limit: 80)
        let words = Excerpt.words(of: body)
        return "HTTP \(status) with \(type)" + (words.isEmpty ? "" : ": \(words)")
    }

    private static func retryAfter(_ headers: [HTTPHeader], _ answer: JSONValue?) -> Duration? {
        let header = headers.firstValue(of: "Retry-After").flatMap { Int($0) }
        let seconds = header ?? answer?["details"]?["retryAfterSeconds"]?.integer
        return seconds.map { .seconds(min(max($0, 0), 3600)) }
    }

    private static func hint(_ code: Code, status: Int, said: String, call: APICall) -> String? {
        switch code {
        case .forbidden where said.contains("system:anonymous"):
            "the server took us for nobody: the kubeconfig gives no credentials, or the server ignores them"
        case .forbidden:
            policyHint(said) ?? call.grant
        case .invalid:
            policyHint(said)
        case .unauthorized:
            "the credentials have expired or are for another cluster: log in again, or name another context"
        case .noSuchResource:
            "check that the CustomResourceDefinition is installed, in version \(call.resource.version)"
        case .badAnswer:
            "check the server's URL: a proxy or a login page may stand before it"
        case .gone:
            "list again and go on from there"
        default:
            nil
        }
    }
}

extension KubernetesError {
    /// A policy of the cluster has said no: a role would not help.
    private static func policyHint(_ said: String) -> String? {
        guard let start = said.firstRange(of: "ValidatingAdmissionPolicy '")?.upperBound,
            let end = said[start...].firstIndex(of: "'"), said[end...].contains("denied request")
        else { return nil }
        return "do what the policy says, or ask whoever keeps it: "
            + "kubectl get validatingadmissionpolicy \(said[start..<end]) -o yaml"
    }
}

extension KubernetesError.Code {
    init(status: Int, answer: JSONValue?, isHTML: Bool) {
        let reason = answer?["reason"]?.string
        switch status {
        case 401: self = .unauthorized
        case 403: self = answer == nil && isHTML ? .badAnswer : .forbidden
        case 404 where answer == nil: self = isHTML ? .badAnswer : .noSuchResource
        case 404:
            // A Status that names no object is about the path.
            self = answer?["details"]?["name"] == nil ? .noSuchResource : .notFound
        case 409: self = reason == "AlreadyExists" ? .alreadyExists : .conflict
        case 410: self = .gone
        case 429: self = .tooManyRequests
        case 400, 405, 406, 413, 415, 422: self = answer == nil && isHTML ? .badAnswer : .invalid
        case 504: self = .timedOut
        case 500...599: self = .serverError
        default: self = .badAnswer
        }
    }

    init(_ code: TransportError.Code) {
        switch code {
        case .timedOut: self = .timedOut
        case .tls: self = .tls
        case .credentials, .invalidURL: self = .notConfigured
        case .invalidRequest: self = .invalid
        case .cancelled: self = .cancelled
        case .tooLarge, .protocolViolation: self = .badAnswer
        default: self = .unreachable
        }
    }

    /// What it means, for the end of a message.
    func words(for call: APICall) -> String {
        switch self {
        case .unauthorized: "the server does not accept our credentials"
        case .forbidden: "we are not allowed to"
        case .notFound: call.verb == "create" ? "what it belongs to does not exist" : "it does not exist"
        case .noSuchResource: "the server does not know \(call.resource.kind) of \(call.resource.apiVersion)"
        case .conflict: "it has changed meanwhile"
        case .alreadyExists: "it exists already"
        case .invalid: "the server does not accept the request"
        case .gone: "the version asked for is too old"
        case .tooManyRequests: "the server has too much to do"
        case .serverError: "the server failed"
        case .timedOut: "there was no answer in time"
        case .badAnswer: "what answered is not a usable Kubernetes API"
        case .tls: "there is no trusted connection"
        case .notConfigured: "the credentials or the address cannot be used"
        case .cancelled: "it was cancelled"
        default: "the server cannot be reached"
        }
    }
}
