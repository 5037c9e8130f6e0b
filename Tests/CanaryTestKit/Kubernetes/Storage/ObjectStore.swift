import CanaryYAML

/// The objects of a cluster, one counter of revisions for all, and a bounded history that watches are served from.
struct ObjectStore: Sendable {
    /// One change of one object.
    struct Event: Sendable {
        let revision: Int
        let key: ObjectKey
        /// Nil for a creation.
        let before: JSONValue?
        /// Nil for a deletion.
        let after: JSONValue?
        let manager: String
        /// The user whose request it was; empty past the API.
        let user: String
    }

    /// The number of the last change; the next write gets the next one.
    private(set) var revision = 1000
    /// Changes up to here are forgotten: a watch must not begin before.
    private(set) var horizon = 1000
    private(set) var history: [Event] = []
    /// The user whose request is being handled.
    var writer = ""
    /// By kind, so that lists look at their own kind only, and a reader's copy costs a writer little.
    private var shelves: [String: [ObjectKey: JSONValue]] = [:]
    private var created = 0

    private static let mostEvents = 40_000

    private(set) subscript(key: ObjectKey) -> JSONValue? {
        get { shelves[key.kind.qualifiedName]?[key] }
        _modify { yield &shelves[key.kind.qualifiedName, default: [:]][key] }
    }

    /// The names of everything, in no order.
    var keys: [ObjectKey] { shelves.values.flatMap(\.keys) }

    /// The objects without their history, for a reader who keeps them a while.
    var snapshot: ObjectStore {
        var copy = self
        copy.history = []
        return copy
    }

    /// The objects of a kind, of one namespace or of all, in the order of namespace and name.
    func objects(_ kind: ClusterKind, namespace: String?) -> [(key: ObjectKey, object: JSONValue)] {
        (shelves[kind.qualifiedName] ?? [:])
            .filter { key, _ in namespace == nil || key.namespace == namespace }
            .sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    /// The changes after a revision, the oldest first; nil if some of them are forgotten.
    func events(after revision: Int) -> ArraySlice<Event>? {
        guard revision >= horizon else { return nil }
        var low = history.startIndex
        var high = history.endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if history[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return history[low...]
    }

    /// Forgets all changes so far, as a restarted server has: older watches must list again.
    mutating func forgetHistory() {
        history = []
        horizon = revision
    }

    /// Stores a document over what is there, or says what is wrong with it.
    mutating func save(_ document: JSONValue, _ write: ObjectWrite) throws(APIStatus) -> SavedObject {
        let old = self[write.key]
        var (new, warnings) = try prepared(document, over: old, write)
        if let old, Self.withoutBookkeeping(old) == Self.withoutBookkeeping(new) {
            return SavedObject(object: old, warnings: warnings, isChanged: false)
        }
        let author = ManagedFields.Author(
            manager: write.manager,
            apiVersion: write.key.kind.apiVersion(write.version),
            subresource: write.scope == .status ? "status" : "",
            time: write.time
        )
        new.setMetadata("managedFields", ManagedFields.entries(after: new, before: old, by: author))
        guard !write.isDry else { return SavedObject(object: new, warnings: warnings, isChanged: true) }

        revision += 1
        new.setMetadata("resourceVersion", .string(String(revision)))
        if new["metadata"]?["deletionTimestamp"] != nil, (new["metadata"]?["finalizers"]?.items ?? []).isEmpty {
            self[write.key] = nil
            record(
                Event(revision: revision, key: write.key, before: old, after: nil, manager: write.manager, user: writer)
            )
        } else {
            self[write.key] = new
            record(
                Event(revision: revision, key: write.key, before: old, after: new, manager: write.manager, user: writer)
            )
        }
        return SavedObject(object: new, warnings: warnings, isChanged: true)
    }

    /// Takes an object away, or marks it where finalizers hold it; nil if there is none.
    mutating func delete(_ key: ObjectKey, by manager: String, time: String) -> JSONValue? {
        guard var object = self[key] else { return nil }
        let before = object
        if !(object["metadata"]?["finalizers"]?.items ?? []).isEmpty {
            guard object["metadata"]?["deletionTimestamp"] == nil else { return object }
            revision += 1
            object.setMetadata("deletionTimestamp", .string(time))
            object.setMetadata("deletionGracePeriodSeconds", 0)
            object.setMetadata("resourceVersion", .string(String(revision)))
            self[key] = object
            record(Event(revision: revision, key: key, before: before, after: object, manager: manager, user: writer))
            return object
        }
        revision += 1
        self[key] = nil
        record(Event(revision: revision, key: key, before: before, after: nil, manager: manager, user: writer))
        return object
    }

    /// Takes an object away, whatever its finalizers say; false if there is none.
    @discardableResult
    mutating func remove(_ key: ObjectKey, by manager: String, time: String) -> Bool {
        self[key]?.setMetadata("finalizers", nil)
        return delete(key, by: manager, time: time) != nil
    }

    private mutating func record(_ event: Event) {
        history.append(event)
        guard history.count > Self.mostEvents else { return }
        let dropped = history.count / 2
        horizon = history[dropped - 1].revision
        history.removeFirst(dropped)
    }

    /// The document as it would be stored, but for its revision and owners.
    private mutating func prepared(
        _ document: JSONValue,
        over old: JSONValue?,
        _ write: ObjectWrite
    ) throws(APIStatus) -> (JSONValue, [String]) {
        let kind = write.key.kind
        var members = document.members ?? [:]
        if let old, write.scope == .status {
            var kept = old.members ?? [:]
            kept["status"] = members["status"]
            members = kept
        } else if write.scope == .main, kind.hasStatus {
            members["status"] = old?.members?["status"]
        }
        members["apiVersion"] = .string(kind.apiVersion(write.version))
        members["kind"] = .string(kind.name)
        members = members.filter { $0.value != .null }

        var findings = FieldSchema.Findings()
        if let schema = kind.schema, let spec = members["spec"] {
            members["spec"] = schema.stored(spec, at: "spec", &findings)
        }
        try refuse(findings, document: document, write)
        members["metadata"] = .object(try metadata(members["metadata"], over: old, write))
        var object = JSONValue.object(members)
        try BuiltInRules.check(object, of: kind)
        if kind.hasGeneration {
            object.setMetadata("generation", .integer(Self.generation(of: object, after: old)))
        }
        let warnings =
            write.validation == .warn ? findings.unknown.map { "unknown field \"\($0)\"" } : []
        return (object, warnings)
    }

    private func refuse(
        _ findings: FieldSchema.Findings,
        document: JSONValue,
        _ write: ObjectWrite
    ) throws(APIStatus) {
        let kind = write.key.kind
        if write.validation == .strict, !findings.unknown.isEmpty {
            let fields = findings.unknown.map { "unknown field \"\($0)\"" }.joined(separator: ", ")
            let why = "strict decoding error: \(fields)"
            guard write.isPatch else {
                throw .badRequest(
                    "\(kind.name) in version \"\(write.version)\" cannot be handled as a \(kind.name): \(why)"
                )
            }
            throw APIStatus(
                code: 422,
                reason: "Invalid",
                message: " \"\" is invalid: patch: Invalid value: \"…\": \(why)",
                details: ["causes": [["reason": "FieldValueInvalid", "message": .string(why), "field": "patch"]]]
            )
        }
        if !findings.causes.isEmpty { throw .invalid(kind, write.key.name, findings.causes) }
    }

    /// What a writer may change of the metadata; the rest is the server's own.
    private mutating func metadata(
        _ sent: JSONValue?,
        over old: JSONValue?,
        _ write: ObjectWrite
    ) throws(APIStatus) -> [String: JSONValue] {
        var result: [String: JSONValue] = [:]
        for name in ["labels", "annotations"] {
            guard case .object(let values)? = sent?[name] else { continue }
            let texts = values.filter { $0.value != .null }
            if let wrong = texts.first(where: { $0.value.string == nil }) {
                throw .badRequest(
                    "json: cannot unmarshal a value into metadata.\(name)[\"\(wrong.key)\"] of type string"
                )
            }
            if !texts.isEmpty { result[name] = .object(texts) }
        }
        for name in ["finalizers", "ownerReferences", "generateName"] {
            if let value = sent?[name], value.items?.isEmpty != true { result[name] = value }
        }
        result["name"] = .string(write.key.name)
        if write.key.kind.isNamespaced { result["namespace"] = .string(write.key.namespace) }
        if let old = old?["metadata"]?.members {
            for name in [
                "uid", "creationTimestamp", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds",
                "managedFields",
            ] {
                result[name] = old[name]
            }
        } else {
            created += 1
            let digits = String(created, radix: 16)
            let padding = String(repeating: "0", count: max(0, 12 - digits.count))
            result["uid"] = .string("5a3c1b70-0000-4000-8000-\(padding)\(digits)")
            result["creationTimestamp"] = .string(write.time)
        }
        return result
    }

    /// One more with each change outside of metadata and status.
    private static func generation(of object: JSONValue, after old: JSONValue?) -> Int64 {
        guard let old else { return 1 }
        let present = Int64(old["metadata"]?["generation"]?.integer ?? 1)
        func desired(_ object: JSONValue) -> [String: JSONValue] {
            (object.members ?? [:]).filter { !["metadata", "status", "apiVersion", "kind"].contains($0.key) }
        }
        return desired(object) == desired(old) ? present : present + 1
    }

    private static func withoutBookkeeping(_ object: JSONValue) -> JSONValue {
        var members = object.members ?? [:]
        members["apiVersion"] = nil
        var metadata = members["metadata"]?.members ?? [:]
        metadata["managedFields"] = nil
        metadata["resourceVersion"] = nil
        members["metadata"] = .object(metadata)
        return .object(members)
    }
}

extension JSONValue {
    /// Writes a member of an object's metadata.
    mutating func setMetadata(_ name: String, _ value: JSONValue?) {
        var members = self.members ?? [:]
        var metadata = members["metadata"]?.members ?? [:]
        metadata[name] = value
        members["metadata"] = .object(metadata)
        self = .object(members)
    }
}
