import CanaryYAML

/// Something that goes wrong with requests of some kind, a number of times or until it is cleared.
///
/// ```swift
/// server.inject(Fault(.status(.conflict), on: ["patch"], kind: .virtualServices))          // once
/// server.inject(Fault(.stall, on: ["watch"], times: nil))                                  // until cleared
/// ```
///
/// Of several faults that fit a request, the first that replaces the answer counts; delays and rivals come on top.
package struct Fault: Sendable {
    /// What happens.
    package enum Effect: Sendable {
        /// A Status in place of the answer; nothing is done.
        case status(FaultStatus)
        /// Another answer, e.g. the page of a proxy; nothing is done.
        case answer(code: Int, type: String, body: String)
        /// The request is handled later.
        case delay(Duration)
        /// Never an answer: the connection stays open until the peer leaves.
        case stall
        /// The connection is reset before anything is done.
        case reset
        /// The request is handled, and the connection ends before its answer.
        case loseAnswer
        /// The request is handled, and the connection ends in the middle of its answer.
        case cutAnswer
        /// A write is answered 200 with the object as it is, and nothing is stored.
        case changeNothing
        /// An admission webhook that changes what is written, and the answer with it.
        case mutate(Rival)
        /// Another writer is a moment faster.
        case rivalBefore(Rival)
        /// Another writer comes right after, if ours went through.
        case rivalAfter(Rival)
        /// A watch breaks in the middle of the line after the given number of lines.
        case cutWatch(afterLines: Int)
        /// A watch ends in good order after the given number of lines.
        case endWatch(afterLines: Int)
        /// A watch begins and says nothing ever, not even its end.
        case silentWatch
        /// A watch answers 200 and an `ERROR` line, then ends.
        case failWatch(FaultStatus)
    }

    package var effect: Effect
    /// Empty for all; as in permissions: get, list, watch, create, update, patch, delete.
    package var verbs: Set<String>
    package var kind: ClusterKind?
    package var namespace: String?
    package var name: String?
    /// Nil until it is cleared.
    package var times: Int?
    /// So many fitting requests pass first.
    package var after: Int

    package init(
        _ effect: Effect,
        on verbs: Set<String> = [],
        kind: ClusterKind? = nil,
        namespace: String? = nil,
        name: String? = nil,
        times: Int? = 1,
        after: Int = 0
    ) {
        self.effect = effect
        self.verbs = verbs
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.times = times
        self.after = after
    }

    func concerns(_ request: APIRequest) -> Bool {
        guard verbs.isEmpty || verbs.contains(request.verb) else { return false }
        let place = request.place
        if let kind, kind.group != place?.group || kind.plural != place?.plural { return false }
        if let namespace, namespace != place?.namespace { return false }
        if let name, name != place?.name { return false }
        return true
    }
}

extension Fault.Effect {
    /// Whether the request goes on to be handled, and other faults may come on top.
    var passesOn: Bool {
        switch self {
        case .delay, .rivalBefore, .rivalAfter: true
        default: false
        }
    }
}

/// The status that a fault answers.
package struct FaultStatus: Sendable, Hashable {
    package var code: Int
    package var reason: String
    package var message: String
    /// Seconds.
    package var retryAfter: Int?

    package init(code: Int, reason: String, message: String, retryAfter: Int? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
    }

    var status: APIStatus {
        APIStatus(code: code, reason: reason, message: message, details: [:], retryAfter: retryAfter)
    }

    package static let unauthorized = FaultStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")
    package static let conflict = FaultStatus(
        code: 409,
        reason: "Conflict",
        message: "Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest "
            + "version and try again"
    )
    package static let expired = FaultStatus(
        code: 410,
        reason: "Expired",
        message: "too old resource version: 1 (1000)"
    )
    /// As for a patch that cannot be applied.
    package static let opaque = FaultStatus(
        code: 422,
        reason: "Invalid",
        message: "the server rejected our request due to an error in our request"
    )
    /// An admission webhook that says no.
    package static func denied(_ message: String) -> FaultStatus {
        let head = "admission webhook \"validation.istio.io\" denied the request"
        return FaultStatus(code: 400, reason: "BadRequest", message: "\(head): \(message)")
    }
    /// A ValidatingAdmissionPolicy that says no, bound under its own name, with `reason: Forbidden`.
    ///
    /// - Parameter object: as in `canaries.haldane.dev "reviews"`.
    package static func refused(_ object: String, by policy: String, _ message: String) -> FaultStatus {
        let head =
            "\(object) is forbidden: ValidatingAdmissionPolicy '\(policy)' with binding '\(policy)' denied request"
        return FaultStatus(code: 403, reason: "Forbidden", message: "\(head): \(message)")
    }
    package static func tooManyRequests(retryAfter: Int) -> FaultStatus {
        FaultStatus(
            code: 429,
            reason: "TooManyRequests",
            message: "the server has received too many requests and has asked us to try again later",
            retryAfter: retryAfter
        )
    }
    package static let serverError = FaultStatus(
        code: 500,
        reason: "InternalError",
        message: "Internal error occurred: etcdserver: request timed out"
    )
    package static let unavailable = FaultStatus(
        code: 503,
        reason: "ServiceUnavailable",
        message: "the server is currently unable to handle the request"
    )
    package static let timeout = FaultStatus(
        code: 504,
        reason: "Timeout",
        message: "Timeout: request did not complete within the allotted duration"
    )
}

/// Another writer of the object that a request is about, or of another one.
package struct Rival: Sendable {
    package enum Edit: Sendable {
        /// A JSON Patch as text.
        case patch(String)
        /// Puts the object back as it was before our write, as a GitOps tool does.
        case restore
    }

    package var manager: String
    package var edit: Edit

    package init(_ edit: Edit, as manager: String = "gitops") {
        self.edit = edit
        self.manager = manager
    }
}
