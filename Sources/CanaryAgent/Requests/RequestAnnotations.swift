package import CanaryYAML

/// How requests are written on objects: one annotation a member below `request.haldane.dev/`, not one document in an annotation,
/// because admission policies can compare texts and cannot read JSON. `deploy/admission/requests.yaml` knows each of them, too.
///
/// ```yaml
/// metadata:
///   annotations:
///     request.haldane.dev/id: 5f0c3a9be1d24477
///     request.haldane.dev/verb: rollback
///     request.haldane.dev/reason: support reports errors at checkout
///     request.haldane.dev/by: alice@example.com
///     request.haldane.dev/at: "2026-11-23T03:12:08Z"
/// ```
package enum RequestAnnotations {
    package static let prefix = "request.haldane.dev/"

    /// Every member that there is; `mark` is of lifted brakes alone, `target` of forced promotions.
    package static let names = ["id", "verb", "force", "reason", "by", "at", "mark", "target"]

    /// A merge patch of an object's metadata that replaces one request by another: members that the new one does not have are
    /// taken away.
    package static func patch(_ members: [String: String]) -> JSONValue {
        var annotations: [String: JSONValue] = [:]
        for name in names { annotations[prefix + name] = members[name].map { .string($0) } ?? .null }
        return .object(["annotations": .object(annotations)])
    }

    /// The members of the request on an object; empty if there is none.
    package static func members(of annotations: [String: String]) -> [String: String] {
        var members: [String: String] = [:]
        for name in names { members[name] = annotations[prefix + name] }
        return members
    }
}
