package import CanaryYAML

/// An object as the API answered it, with its metadata at hand.
package struct KubernetesObject: Sendable, Hashable {
    /// The whole document.
    package var json: JSONValue

    package init(_ json: JSONValue) {
        self.json = json
    }

    package var apiVersion: String { json["apiVersion"]?.string ?? "" }
    package var kind: String { json["kind"]?.string ?? "" }
    package var metadata: JSONValue { json["metadata"] ?? .object([:]) }
    package var name: String { metadata["name"]?.string ?? "" }
    package var namespace: String { metadata["namespace"]?.string ?? "" }
    package var uid: String { metadata["uid"]?.string ?? "" }
    /// Opaque: compared for equality only.
    package var resourceVersion: String { metadata["resourceVersion"]?.string ?? "" }
    /// Goes up with each change of the spec.
    package var generation: Int { metadata["generation"]?.integer ?? 0 }
    package var labels: [String: String] { metadata["labels"]?.strings ?? [:] }
    package var annotations: [String: String] { metadata["annotations"]?.strings ?? [:] }
    package var isBeingDeleted: Bool { metadata["deletionTimestamp"] != nil }
    package var spec: JSONValue { json["spec"] ?? .object([:]) }
    package var status: JSONValue { json["status"] ?? .object([:]) }
}

/// One page, or all pages, of a collection.
package struct ObjectList: Sendable, Hashable {
    package var items: [KubernetesObject]
    /// What a watch may begin from.
    package var resourceVersion: String

    package init(items: [KubernetesObject], resourceVersion: String) {
        self.items = items
        self.resourceVersion = resourceVersion
    }
}

/// One operation of a JSON Patch (RFC 6902).
package struct JSONPatchOperation: Sendable, Hashable {
    package enum Verb: String, Sendable, Hashable {
        case add
        case replace
        case remove
        case test
    }

    package var verb: Verb
    /// A JSON Pointer, e.g. `/spec/http/0/route/1/weight`.
    package var path: String
    /// Nil for `remove`.
    package var value: JSONValue?

    package init(_ verb: Verb, _ path: String, _ value: JSONValue? = nil) {
        self.verb = verb
        self.path = path
        self.value = value
    }

    package var json: JSONValue {
        var members: [String: JSONValue] = ["op": .string(verb.rawValue), "path": .string(path)]
        members["value"] = value
        return .object(members)
    }
}
