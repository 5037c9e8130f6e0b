import CanaryYAML

/// A JSON Merge Patch (RFC 7386): objects are merged, null removes, everything else (lists too) is replaced whole.
enum MergePatch {
    static func apply(_ patch: JSONValue, to document: JSONValue?) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = document?.members ?? [:]
        for (name, change) in changes {
            if change == .null {
                members[name] = nil
            } else {
                members[name] = apply(change, to: members[name])
            }
        }
        return .object(members)
    }
}
