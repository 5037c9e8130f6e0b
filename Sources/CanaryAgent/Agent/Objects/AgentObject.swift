import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// A Canary or a CanaryPolicy as its author wrote it: an object of the cluster, or a document of a folder.
struct AgentObject: Sendable, Hashable {
    var key: CanaryKey
    /// Empty for a document of a folder.
    var uid: String
    /// Of the spec; 0 for a document of a folder.
    var generation: Int
    /// Changes with every change.
    var revision: String
    /// The whole object, status included.
    var json: JSONValue
    /// The file that it came from; nil in the cluster.
    var path: String?
    /// The document as it stands there.
    var text: String?

    init(_ object: KubernetesObject) {
        key = CanaryKey(namespace: object.namespace, name: object.name)
        uid = object.uid
        generation = object.generation
        revision = object.resourceVersion
        json = object.json
    }

    /// A document of a folder.
    init(key: CanaryKey, revision: String, json: JSONValue, path: String, text: String) {
        self.key = key
        uid = ""
        generation = 0
        self.revision = revision
        self.json = json
        self.path = path
        self.text = text
    }

    var annotations: [String: String] { json["metadata"]?["annotations"]?.strings ?? [:] }

    var isBeingDeleted: Bool { json["metadata"]?["deletionTimestamp"] != nil }

    /// The object as events and writes need it.
    var object: KubernetesObject { KubernetesObject(json) }
}

extension APIResource {
    static let canaries = APIResource(group: "haldane.dev", version: "v1", plural: "canaries", kind: "Canary")
    static let canaryPolicies = APIResource(
        group: "haldane.dev",
        version: "v1",
        plural: "canarypolicies",
        kind: "CanaryPolicy"
    )
}
