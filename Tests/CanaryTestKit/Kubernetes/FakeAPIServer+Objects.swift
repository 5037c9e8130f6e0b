package import CanaryYAML

/// Seeding, changing and taking away objects past the API.
extension FakeAPIServer {
    /// What kept an object from being stored.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Stores an object as it is written, status included, in place of an older one; its namespace is made if need be.
    ///
    /// - Parameters:
    ///   - document: with `apiVersion`, `kind` and `metadata.name`; a resourceVersion in it is ignored.
    ///   - manager: who the fields belong to afterwards.
    /// - Returns: the object as stored.
    @discardableResult
    package func apply(_ document: JSONValue, as manager: String = "kubectl-client-side-apply") throws -> JSONValue {
        let time = ServerCore.now()
        return try core.change { try Self.store(document, as: manager, &$0, at: time) }
    }

    /// Stores many objects at one moment; none of the others, if one of them cannot be stored, is taken back.
    package func apply(all documents: [JSONValue], as manager: String = "kubectl-client-side-apply") throws {
        let time = ServerCore.now()
        try core.change { state in
            for document in documents { _ = try Self.store(document, as: manager, &state, at: time) }
        }
    }

    /// Stores objects from JSON text: one object, or a list of them.
    package func apply(json text: String, as manager: String = "kubectl-client-side-apply") throws {
        let document = try JSONText.parse(text.utf8)
        try apply(all: document.items ?? document["items"]?.items ?? [document], as: manager)
    }

    /// Stores an object from YAML text.
    package func apply(yaml text: String, as manager: String = "kubectl-client-side-apply") throws {
        try apply(YAMLText.parse(text), as: manager)
    }

    /// Changes an object; nothing happens if there is none.
    package func change(
        _ kind: ClusterKind,
        _ name: String,
        in namespace: String = "",
        as manager: String = "kubectl-edit",
        _ edit: (inout JSONValue) throws -> Void
    ) throws {
        let time = ServerCore.now()
        try core.change { state in
            let key = ObjectKey(kind: kind, namespace: namespace, name: name)
            guard var document = state.cluster.store[key] else { return }
            try edit(&document)
            let version = state.cluster.catalogue.preferredVersion(of: kind)
            _ = try Self.save(document, key, version: version, as: manager, &state, at: time)
        }
    }

    /// Changes an object by a JSON Patch as text.
    package func change(
        _ kind: ClusterKind,
        _ name: String,
        in namespace: String = "",
        as manager: String = "kubectl-patch",
        patch text: String
    ) throws {
        try change(kind, name, in: namespace, as: manager) { document in
            document = try JSONPatch(Array(text.utf8)).applied(to: document)
        }
    }

    /// Takes an object away at once, whatever its finalizers say; false if there is none.
    @discardableResult
    package func delete(_ kind: ClusterKind, _ name: String, in namespace: String = "") -> Bool {
        core.change { state in
            let key = ObjectKey(kind: kind, namespace: namespace, name: name)
            return state.cluster.store.remove(key, by: "kubectl", time: ServerCore.now())
        }
    }

    /// Takes a namespace away with everything in it.
    package func deleteNamespace(_ name: String) {
        core.change { state in
            let time = ServerCore.now()
            for key in state.cluster.store.keys.filter({ $0.namespace == name }).sorted() {
                state.cluster.store.remove(key, by: "namespace-controller", time: time)
            }
            let key = ObjectKey(kind: .namespaces, namespace: "", name: name)
            state.cluster.store.remove(key, by: "namespace-controller", time: time)
        }
    }

    private static func store(
        _ document: JSONValue,
        as manager: String,
        _ state: inout ServerState,
        at time: String
    ) throws -> JSONValue {
        let apiVersion = document["apiVersion"]?.string ?? ""
        let name = document["kind"]?.string ?? ""
        guard let (kind, version) = state.cluster.catalogue.kind(apiVersion: apiVersion, name: name) else {
            throw Failure(description: "nothing serves \(apiVersion) \(name)")
        }
        let namespace = kind.isNamespaced ? document["metadata"]?["namespace"]?.string ?? "default" : ""
        guard let called = document["metadata"]?["name"]?.string else {
            throw Failure(description: "a \(name) without a name")
        }
        if kind.isNamespaced { try makeNamespace(namespace, &state, at: time) }
        let key = ObjectKey(kind: kind, namespace: namespace, name: called)
        return try save(document, key, version: version, as: manager, &state, at: time)
    }

    private static func makeNamespace(_ name: String, _ state: inout ServerState, at time: String) throws {
        let key = ObjectKey(kind: .namespaces, namespace: "", name: name)
        guard state.cluster.store[key] == nil else { return }
        let document: JSONValue = [
            "metadata": ["labels": ["kubernetes.io/metadata.name": .string(name)]],
            "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
        ]
        _ = try save(document, key, version: "v1", as: "kubectl", &state, at: time)
    }

    private static func save(
        _ document: JSONValue,
        _ key: ObjectKey,
        version: String,
        as manager: String,
        _ state: inout ServerState,
        at time: String
    ) throws -> JSONValue {
        var write = ObjectWrite(key: key, version: version, manager: manager, scope: .everything, time: time)
        write.validation = .strict
        do {
            let saved = try state.cluster.store.save(document, write)
            state.cluster.reconcile(key, at: time)
            return saved.object
        } catch {
            throw Failure(description: error.message)
        }
    }
}
