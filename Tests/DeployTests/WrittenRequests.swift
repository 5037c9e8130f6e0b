import CanaryYAML
import Foundation

/// What the program writes when an operator asks for something: `Cases/requests.json`, which tests of the program keep as it is.
struct WrittenRequests {
    /// What a verb made of an object.
    struct Write {
        /// `promote --force`.
        let what: String
        /// The plural.
        let resource: String
        /// Nil if it was created.
        let before: JSONValue?
        let after: JSONValue
    }

    struct Failure: Error {}

    let prefix: String
    let names: [String]
    /// By plural.
    let verbs: [String: [String]]
    let writes: [Write]

    init() throws {
        let url = DeployFolder.tests.appending(path: "Cases/requests.json")
        let json = try JSONText.parse([UInt8](Data(contentsOf: url)))
        guard let prefix = json["prefix"]?.string, let names = json["names"]?.items, let writes = json["writes"]?.items
        else { throw Failure() }
        self.prefix = prefix
        self.names = names.compactMap(\.string)
        verbs = (json["verbs"]?.members ?? [:]).mapValues { ($0.items ?? []).compactMap(\.string) }
        self.writes = try writes.map { write in
            guard let what = write["what"]?.string, let resource = write["resource"]?.string, let after = write["after"]
            else { throw Failure() }
            let before = write["before"].flatMap { $0 == .null ? nil : $0 }
            return Write(what: what, resource: resource, before: before, after: after)
        }
    }

    /// The members of the first request of a verb.
    func members(_ what: String, of resource: String = "canaries") throws -> [String: String] {
        let all = writes.filter { $0.what == what && $0.resource == resource }.map { members(on: $0.after) }
        guard let first = all.first(where: { !$0.isEmpty }) else { throw Failure() }
        return first
    }

    /// The members of the request on an object.
    func members(on object: JSONValue) -> [String: String] {
        let annotations = object[["metadata", "annotations"]]?.strings ?? [:]
        let mine = annotations.filter { $0.key.hasPrefix(prefix) }
        return Dictionary(uniqueKeysWithValues: mine.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }

    /// A canary, or the policy of its namespace, with a request on it; `others` are annotations by their full names.
    func object(
        _ members: [String: String],
        _ others: [String: String] = [:],
        of resource: String = "canaries"
    ) -> JSONValue {
        var annotations = others
        annotations["note"] = "x"
        for (name, text) in members { annotations[prefix + name] = text }
        return [
            "metadata": [
                "name": resource == "canaries" ? "cart" : "default", "namespace": "shop",
                "annotations": .object(annotations.mapValues { .string($0) }),
            ],
            "spec": [:],
        ]
    }
}
