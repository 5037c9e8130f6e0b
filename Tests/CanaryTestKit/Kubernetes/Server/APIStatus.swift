import CanaryYAML

/// A `Status` that the API server answers in place of an object, worded as the real one words it.
struct APIStatus: Error, Sendable, Hashable {
    /// The HTTP status code.
    var code: Int
    /// Left out when empty.
    var reason: String
    var message: String
    var details: JSONValue?
    /// Seconds; also sent as a header.
    var retryAfter: Int?
    /// A token that lets a list go on without consistency.
    var continuation: String?

    var json: JSONValue {
        var metadata: [String: JSONValue] = [:]
        if let continuation { metadata["continue"] = .string(continuation) }
        var members: [String: JSONValue] = [
            "kind": "Status", "apiVersion": "v1", "metadata": .object(metadata), "status": "Failure",
            "message": .string(message), "code": .integer(Int64(code)),
        ]
        if !reason.isEmpty { members["reason"] = .string(reason) }
        var details = details?.members
        if let retryAfter {
            details = (details ?? [:]).merging(["retryAfterSeconds": .integer(Int64(retryAfter))]) { $1 }
        }
        if let details { members["details"] = .object(details) }
        return .object(members)
    }
}

/// What is wrong with one field of an object.
struct FieldCause: Sendable, Hashable {
    var reason: String
    var field: String
    var message: String

    static func required(_ field: String) -> FieldCause {
        FieldCause(reason: "FieldValueRequired", field: field, message: "Required value")
    }

    static func invalid(_ field: String, _ value: String, _ why: String) -> FieldCause {
        FieldCause(reason: "FieldValueInvalid", field: field, message: "Invalid value: \(value): \(why)")
    }

    static func tooLong(_ field: String, most: Int) -> FieldCause {
        FieldCause(reason: "FieldValueTooLong", field: field, message: "Too long: may not be more than \(most) bytes")
    }

    static func type(_ field: String, is found: String, not wanted: String) -> FieldCause {
        FieldCause(
            reason: "FieldValueTypeInvalid",
            field: field,
            message: "Invalid value: \"\(found)\": \(field) in body must be of type \(wanted): \"\(found)\""
        )
    }
}

extension APIStatus {
    static let unauthorized = APIStatus(code: 401, reason: "Unauthorized", message: "Unauthorized")

    /// The answer to a patch that cannot be applied: nothing in it says why.
    static let opaque = APIStatus(
        code: 422,
        reason: "Invalid",
        message: "the server rejected our request due to an error in our request",
        details: [:]
    )

    static func badRequest(_ message: String) -> APIStatus {
        APIStatus(code: 400, reason: "BadRequest", message: message)
    }

    /// A body beyond what the server reads.
    static func tooLarge(limit: Int) -> APIStatus {
        APIStatus(
            code: 413,
            reason: "RequestEntityTooLarge",
            message: "Request entity too large: limit is \(limit)",
            details: [:]
        )
    }

    static func notFound(_ kind: ClusterKind, _ name: String) -> APIStatus {
        APIStatus(
            code: 404,
            reason: "NotFound",
            message: "\(kind.qualifiedName) \"\(name)\" not found",
            details: details(kind, name, of: kind.plural)
        )
    }

    static func alreadyExists(_ kind: ClusterKind, _ name: String) -> APIStatus {
        APIStatus(
            code: 409,
            reason: "AlreadyExists",
            message: "\(kind.qualifiedName) \"\(name)\" already exists",
            details: details(kind, name, of: kind.plural)
        )
    }

    static func conflict(
        _ kind: ClusterKind,
        _ name: String,
        _ why: String = "the object has been modified; please apply your changes to the latest version and try again"
    ) -> APIStatus {
        APIStatus(
            code: 409,
            reason: "Conflict",
            message: "Operation cannot be fulfilled on \(kind.qualifiedName) \"\(name)\": \(why)",
            details: details(kind, name, of: kind.plural)
        )
    }

    static func invalid(_ kind: ClusterKind, _ name: String, _ causes: [FieldCause]) -> APIStatus {
        let texts = causes.map { "\($0.field): \($0.message)" }
        let type = kind.group.isEmpty ? kind.name : "\(kind.name).\(kind.group)"
        let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        var members = details(kind, name, of: kind.name).members ?? [:]
        members["causes"] = .array(
            causes.map {
                ["reason": .string($0.reason), "message": .string($0.message), "field": .string($0.field)]
            }
        )
        return APIStatus(
            code: 422,
            reason: "Invalid",
            message: "\(type) \"\(name)\" is invalid: \(list)",
            details: .object(members)
        )
    }

    /// The watch or list asked for is older than what is remembered.
    static func expired(_ message: String, continuation: String? = nil) -> APIStatus {
        APIStatus(code: 410, reason: "Expired", message: message, continuation: continuation)
    }

    static func unsupportedMedia(_ accepted: [String]) -> APIStatus {
        let list = accepted.joined(separator: ", ")
        return APIStatus(
            code: 415,
            reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: \(list)",
            details: [:]
        )
    }

    static let methodNotAllowed = APIStatus(
        code: 405,
        reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
        details: [:]
    )

    /// `kind` of the details is the plural for most answers, and the kind's name for invalid objects.
    static func details(_ kind: ClusterKind, _ name: String, of word: String) -> JSONValue {
        var members: [String: JSONValue] = ["kind": .string(word)]
        if !name.isEmpty { members["name"] = .string(name) }
        if !kind.group.isEmpty { members["group"] = .string(kind.group) }
        return .object(members)
    }
}
