import CanaryYAML

/// What a watch was asked for, and where it stands.
struct WatchPlan: Sendable {
    var kind: ClusterKind
    var version: String
    var namespace: String?
    var labels: Selector
    var fields: Selector
    /// Changes up to here are known to the client.
    var position: Int
    /// Sent before any change.
    var first: [JSONValue] = []
    var sendsBookmarks: Bool
    var timeout: Duration
    /// The watch ends with this line.
    var failure: APIStatus?

    /// The lines for the changes since the last call, up to a revision; a failure once some of them are forgotten.
    mutating func lines(from store: ObjectStore, upTo end: Int) throws(APIStatus) -> [JSONValue] {
        guard let events = store.events(after: position) else {
            throw .expired("too old resource version: \(position) (\(store.horizon))")
        }
        var lines: [JSONValue] = []
        for event in events where event.revision <= end && covers(event.key) {
            if let line = line(for: event) { lines.append(line) }
        }
        position = max(position, end)
        return lines
    }

    /// A line that says only how far the watch has come.
    func bookmark(isEndOfInitialEvents: Bool = false) -> JSONValue {
        var metadata: [String: JSONValue] = [
            "resourceVersion": .string(String(position)), "creationTimestamp": .null,
        ]
        if isEndOfInitialEvents { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        return [
            "type": "BOOKMARK",
            "object": [
                "kind": .string(kind.name), "apiVersion": .string(kind.apiVersion(version)),
                "metadata": .object(metadata),
            ],
        ]
    }

    func added(_ object: JSONValue) -> JSONValue { line("ADDED", object) }

    static func error(_ status: APIStatus) -> JSONValue { ["type": "ERROR", "object": status.json] }

    func covers(_ key: ObjectKey) -> Bool {
        key.kind.group == kind.group && key.kind.plural == kind.plural
            && (namespace == nil || namespace == key.namespace)
    }

    func selects(_ object: JSONValue) -> Bool {
        labels.matches(object["metadata"]?["labels"]?.strings ?? [:]) && fields.matches(Selector.fields(of: object))
    }

    /// An object that begins to be selected is added, one that ceases to be is deleted.
    private func line(for event: ObjectStore.Event) -> JSONValue? {
        let was = event.before.map(selects) ?? false
        if let after = event.after, selects(after) { return line(was ? "MODIFIED" : "ADDED", after) }
        guard was, var gone = event.before else { return nil }
        gone.setMetadata("resourceVersion", .string(String(event.revision)))
        return line("DELETED", gone)
    }

    private func line(_ type: String, _ object: JSONValue) -> JSONValue {
        ["type": .string(type), "object": object.served(as: kind.apiVersion(version))]
    }
}

extension JSONValue {
    /// The object as a client of another version sees it.
    func served(as apiVersion: String) -> JSONValue {
        guard var members else { return self }
        members["apiVersion"] = .string(apiVersion)
        return .object(members)
    }
}
