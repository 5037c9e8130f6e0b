import CanaryYAML
import Foundation

/// A policy of `deploy/admission`, evaluated by CEL's own implementation.
struct AdmissionPolicy {
    struct Answer: Hashable {
        /// Whether the policy concerns the request.
        var isConcerned: Bool
        var refusals: [String]
    }

    /// One request, as an API server puts it before a policy.
    struct Review {
        var operation = "UPDATE"
        var resource: (group: String, plural: String)
        var user = "alice@example.org"
        var groups = ["system:authenticated"]
        /// Nil is null.
        var object: JSONValue?
        var oldObject: JSONValue?
        /// `VERB RESOURCE.GROUP NAMESPACE/NAME`.
        var permissions: [String] = []

        /// By a service account of the agent's namespace.
        func byAgent() -> Review {
            var review = self
            review.user = "system:serviceaccount:haldane-system:haldane-agent"
            review.groups = ["system:serviceaccounts", "system:serviceaccounts:haldane-system", "system:authenticated"]
            return review
        }

        fileprivate var json: JSONValue {
            let metadata = (object ?? oldObject)?["metadata"]
            return [
                "object": object ?? .null,
                "oldObject": oldObject ?? .null,
                "permissions": .array(permissions.map { .string($0) }),
                "request": [
                    "operation": .string(operation),
                    "namespace": metadata?["namespace"] ?? .null,
                    "name": metadata?["name"] ?? .null,
                    "resource": ["group": .string(resource.group), "resource": .string(resource.plural)],
                    "userInfo": ["username": .string(user), "groups": .array(groups.map { .string($0) })],
                ],
            ]
        }
    }

    let manifest: JSONValue

    init(_ name: String) throws {
        manifest = try DeployFolder.documents("admission/\(name).yaml")[0]
    }

    /// What the server would answer to each, in one process.
    func answers(_ reviews: [Review]) throws -> [Answer] {
        let input: JSONValue = ["policy": manifest, "requests": .array(reviews.map(\.json))]
        let file = FileManager.default.temporaryDirectory.appending(path: "haldane-admission-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(JSONText.bytes(of: input)).write(to: file)
        let said = try DeployFolder.python("admission.py", [file.path])
        return (try JSONText.parse(Array(said.utf8)).items ?? []).map {
            Answer(isConcerned: $0["matches"] == true, refusals: $0["refusals"]?.items?.compactMap(\.string) ?? [])
        }
    }

    func answer(_ review: Review) throws -> Answer? { try answers([review]).first }
}
