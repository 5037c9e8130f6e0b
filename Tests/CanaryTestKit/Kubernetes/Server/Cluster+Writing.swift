import CanaryYAML

/// How the double answers create, update, patch and delete.
extension Cluster {
    mutating func create(
        _ request: APIRequest,
        _ place: APIRequest.Place,
        _ kind: ClusterKind,
        at time: String
    ) throws(APIStatus) -> APIAnswer {
        var document = try self.document(request, place, kind)
        let namespace = place.namespace ?? ""
        if document["metadata"]?["resourceVersion"]?.string.map({ !$0.isEmpty }) ?? false {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        if document["metadata"]?["name"] == nil, let prefix = document["metadata"]?["generateName"]?.string {
            let digits = String(store.revision, radix: 36)
            document.setMetadata(
                "name",
                .string(prefix + String(repeating: "x", count: max(0, 5 - digits.count)) + digits)
            )
        }
        let name = document["metadata"]?["name"]?.string ?? ""
        guard !name.isEmpty else {
            let cause = FieldCause(
                reason: "FieldValueRequired",
                field: "metadata.name",
                message: "Required value: name or generateName is required"
            )
            throw .invalid(kind, "", [cause])
        }
        guard Self.isName(name) else {
            let why = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'"
            throw .invalid(kind, name, [.invalid("metadata.name", "\"\(name)\"", why)])
        }
        let write = try self.write(request, place, kind, name: name, at: time)
        if kind.isNamespaced { try requireNamespace(namespace, for: kind, name) }
        guard store[write.key] == nil else { throw .alreadyExists(kind, name) }
        return answer(try save(document, write), kind, place, code: 201)
    }

    mutating func update(
        _ request: APIRequest,
        _ place: APIRequest.Place,
        _ kind: ClusterKind,
        at time: String
    ) throws(APIStatus) -> APIAnswer {
        let document = try self.document(request, place, kind)
        let write = try self.write(request, place, kind, name: place.name ?? "", at: time)
        let name = document["metadata"]?["name"]?.string ?? ""
        guard name == write.key.name else {
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(write.key.name))")
        }
        guard let old = store[write.key] else {
            // Leases are the one kind of ours that a PUT creates.
            guard kind == .leases else { throw .notFound(kind, name) }
            try requireNamespace(write.key.namespace, for: kind, name)
            return answer(try save(document, write), kind, place, code: 201)
        }
        let sent = document["metadata"]?["resourceVersion"]?.string ?? ""
        if sent.isEmpty, !kind.overwritesUnconditionally {
            throw .invalid(
                kind,
                name,
                [.invalid("metadata.resourceVersion", "0x0", "must be specified for an update")]
            )
        }
        try requirePresent(document, old, write)
        return answer(try save(document, write), kind, place)
    }

    mutating func patch(
        _ request: APIRequest,
        _ place: APIRequest.Place,
        _ kind: ClusterKind,
        at time: String
    ) throws(APIStatus) -> APIAnswer {
        var write = try self.write(request, place, kind, name: place.name ?? "", at: time)
        write.isPatch = true
        let patch: JSONPatch?
        var merge: JSONValue?
        switch request.contentType {
        case "application/json-patch+json":
            patch = try JSONPatch(request.body)
        case "application/merge-patch+json":
            patch = nil
            merge = try? JSONText.parse(request.body)
            guard merge?.members != nil else { throw .badRequest("error decoding patch: it is no JSON object") }
        default:
            throw .unsupportedMedia(["application/json-patch+json", "application/merge-patch+json"])
        }
        guard let old = store[write.key] else { throw .notFound(kind, write.key.name) }
        let shown = old.served(as: kind.apiVersion(place.version))
        let document: JSONValue
        do {
            document = try patch?.applied(to: shown) ?? MergePatch.apply(merge ?? [:], to: shown)
        } catch {
            throw .opaque
        }
        guard document.members != nil else { throw .opaque }
        try checkIdentity(of: document, old, write)
        try requirePresent(document, old, write)
        return answer(try save(document, write), kind, place)
    }

    mutating func delete(
        _ request: APIRequest,
        _ place: APIRequest.Place,
        _ kind: ClusterKind,
        at time: String
    ) throws(APIStatus) -> APIAnswer {
        let write = try self.write(request, place, kind, name: place.name ?? "", at: time)
        guard let old = store[write.key] else { throw .notFound(kind, write.key.name) }
        let wanted = (try? JSONText.parse(request.body))?["preconditions"]
        for field in ["uid", "resourceVersion"] {
            guard let asked = wanted?[field]?.string, let found = old["metadata"]?[field]?.string else { continue }
            guard asked == found else {
                let why = "Precondition failed: \(field) in precondition: \(asked), in object meta: \(found)"
                throw .conflict(kind, write.key.name, why)
            }
        }
        let uid = old["metadata"]?["uid"] ?? ""
        if !write.isDry {
            if kind == .namespaces { return terminate(write, place) }
            let rest = store.delete(write.key, by: write.manager, time: time)
            if let rest, rest["metadata"]?["deletionTimestamp"] != nil {
                return APIAnswer(.json(rest.served(as: kind.apiVersion(place.version))))
            }
        }
        return APIAnswer(
            .json([
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
                "details": [
                    "name": .string(write.key.name), "group": .string(kind.group), "kind": .string(kind.plural),
                    "uid": uid,
                ],
            ])
        )
    }

    /// A deleted namespace stays until somebody empties it, which no controller does here.
    private mutating func terminate(_ write: ObjectWrite, _ place: APIRequest.Place) -> APIAnswer {
        var document = store[write.key] ?? [:]
        var members = document.members ?? [:]
        members["status"] = ["phase": "Terminating"]
        members["metadata"]?.addFinalizer("kubernetes")
        document = .object(members)
        var change = write
        change.scope = .everything
        // Nothing in a namespace can be invalid.
        _ = try? store.save(document, change)
        let marked = store.delete(write.key, by: write.manager, time: write.time)
        return APIAnswer(.json(marked ?? document))
    }

    /// Stores a document, and lets the routes' controller have its turn afterwards.
    private mutating func save(_ document: JSONValue, _ write: ObjectWrite) throws(APIStatus) -> SavedObject {
        let saved = try store.save(document, write)
        if saved.isChanged, !write.isDry { reconcile(write.key, at: write.time) }
        return saved
    }

    private func answer(
        _ saved: SavedObject,
        _ kind: ClusterKind,
        _ place: APIRequest.Place,
        code: Int = 200
    ) -> APIAnswer {
        let warnings = saved.warnings.map { text in
            let quoted = text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"")
            return "Warning: 299 - \"\(quoted)\""
        }
        return APIAnswer(
            code: code,
            headers: warnings,
            .json(saved.object.served(as: kind.apiVersion(place.version)))
        )
    }

    private func write(
        _ request: APIRequest,
        _ place: APIRequest.Place,
        _ kind: ClusterKind,
        name: String,
        at time: String
    ) throws(APIStatus) -> ObjectWrite {
        var write = ObjectWrite(
            key: ObjectKey(kind: kind, namespace: place.namespace ?? "", name: name),
            version: place.version,
            manager: request.fieldManager,
            scope: place.subresource == "status" ? .status : .main,
            time: time
        )
        if let text = request.query["dryRun"] {
            guard text == "All" else { throw Self.badOption("dryRun", text, ["All"]) }
            write.isDry = true
        }
        if let text = request.query["fieldValidation"], !text.isEmpty {
            guard let validation = ObjectWrite.Validation(rawValue: text) else {
                throw Self.badOption("fieldValidation", text, ["Ignore", "Strict", "Warn"])
            }
            write.validation = validation
        }
        return write
    }

    private static func badOption(_ name: String, _ text: String, _ known: [String]) -> APIStatus {
        let list = known.map { "\"\($0)\"" }.joined(separator: ", ")
        let message = "Unsupported value: \"\(text)\": supported values: \(list)"
        return APIStatus(
            code: 422,
            reason: "Invalid",
            message: "PatchOptions.meta.k8s.io \"\" is invalid: \(name): \(message)",
            details: [
                "group": "meta.k8s.io", "kind": "PatchOptions",
                "causes": [
                    ["reason": "FieldValueNotSupported", "message": .string(message), "field": .string(name)]
                ],
            ]
        )
    }

    /// The body, which must fit the path.
    private func document(
        _ request: APIRequest,
        _ place: APIRequest.Place,
        _ kind: ClusterKind
    ) throws(APIStatus) -> JSONValue {
        guard ["application/json", ""].contains(request.contentType) else {
            throw .unsupportedMedia(["application/json"])
        }
        guard let document = try? JSONText.parse(request.body), document.members != nil else {
            throw .badRequest("the object provided is unrecognized: it is no JSON object")
        }
        let wanted = kind.apiVersion(place.version)
        guard document["kind"]?.string ?? kind.name == kind.name,
            document["apiVersion"]?.string ?? wanted == wanted
        else {
            throw .badRequest(
                "the API version in the data (\(document["apiVersion"]?.string ?? ""), Kind="
                    + "\(document["kind"]?.string ?? "")) does not match the expected API version (\(wanted), "
                    + "Kind=\(kind.name))"
            )
        }
        if let namespace = place.namespace, document["metadata"]?["namespace"]?.string ?? namespace != namespace {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request"
            )
        }
        return document
    }

    private func requireNamespace(_ name: String, for kind: ClusterKind, _ object: String) throws(APIStatus) {
        guard let namespace = store[ObjectKey(kind: .namespaces, namespace: "", name: name)] else {
            throw .notFound(.namespaces, name)
        }
        guard namespace["metadata"]?["deletionTimestamp"] == nil else {
            let why = "unable to create new content in namespace \(name) because it is being terminated"
            throw APIStatus(
                code: 403,
                reason: "Forbidden",
                message: "\(kind.qualifiedName) \"\(object)\" is forbidden: \(why)",
                details: APIStatus.details(kind, object, of: kind.plural)
            )
        }
    }

    /// A document with a revision must have the present one.
    private func requirePresent(_ document: JSONValue, _ old: JSONValue, _ write: ObjectWrite) throws(APIStatus) {
        let sent = document["metadata"]?["resourceVersion"]?.string ?? ""
        if !sent.isEmpty, Int(sent) == nil {
            let cause = FieldCause.invalid("metadata.resourceVersion", "\"\(sent)\"", "must be a number")
            throw .invalid(write.key.kind, write.key.name, [cause])
        }
        guard sent.isEmpty || sent == old["metadata"]?["resourceVersion"]?.string else {
            throw .conflict(write.key.kind, write.key.name)
        }
        if let uid = document["metadata"]?["uid"]?.string, let present = old["metadata"]?["uid"]?.string, uid != present
        {
            let why = "Precondition failed: UID in precondition: \(uid), UID in object meta: \(present)"
            throw .conflict(write.key.kind, write.key.name, why)
        }
    }

    private func checkIdentity(of document: JSONValue, _ old: JSONValue, _ write: ObjectWrite) throws(APIStatus) {
        let name = document["metadata"]?["name"]?.string ?? ""
        let namespace = document["metadata"]?["namespace"]?.string ?? ""
        guard name == write.key.name else {
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(write.key.name))")
        }
        guard namespace == write.key.namespace, document["kind"]?.string == write.key.kind.name else {
            throw .badRequest("the namespace or kind of the object does not match the URL")
        }
    }

    private static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isWord(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 253 else { return false }
        return isWord(first) && isWord(last) && bytes.allSatisfy { isWord($0) || $0 == 45 || $0 == 46 }
    }
}

extension JSONValue {
    fileprivate mutating func addFinalizer(_ name: JSONValue) {
        var members = self.members ?? [:]
        members["finalizers"] = .array((members["finalizers"]?.items ?? []) + [name])
        self = .object(members)
    }
}
