import CanaryYAML

/// The API server as a value: what each request is answered, and what it changes.
struct Cluster: Sendable {
    var store = ObjectStore()
    var catalogue = Catalogue()
    var access = AccessControl()
    var routeController = RouteController.accepts
    /// Whether `sendInitialEvents` works, as it does over a newer etcd.
    var streamsInitialEvents = false
    /// How long a list from a future revision is held back before it fails.
    var patienceForFuture = Duration.seconds(3)
    private(set) var pages = ListPages()

    /// Forgets where paged lists stand: their tokens are answered 410.
    mutating func expireContinueTokens() { pages.forget() }

    mutating func outcome(of request: APIRequest, at time: String) -> APIOutcome {
        defer { store.writer = "" }
        do {
            return try handle(request, at: time)
        } catch {
            return .answer(APIAnswer(error))
        }
    }

    private mutating func handle(_ request: APIRequest, at time: String) throws(APIStatus) -> APIOutcome {
        let user = try access.user(authorization: request.header("authorization"))
        store.writer = user
        switch request.target {
        case .path(let words):
            return .answer(try answer(path: words, of: request, user))
        case .resource(let place):
            try authorize(request, place, user)
            guard let kind = catalogue.kind(group: place.group, version: place.version, plural: place.plural),
                kind.isNamespaced || place.namespace == nil
            else { return .answer(.noSuchPath) }
            return try handle(request, place, kind, user, at: time)
        }
    }

    private func answer(path: [String], of request: APIRequest, _ user: String) throws(APIStatus) -> APIAnswer {
        let isOpen = ["version", "healthz", "livez", "readyz"].contains(path.first ?? "")
        guard isOpen || user != AccessControl.anonymous else {
            throw APIStatus(
                code: 403,
                reason: "Forbidden",
                message: "forbidden: User \"\(user)\" cannot \(request.verb) path \"\(request.path)\"",
                details: [:]
            )
        }
        guard request.method == "GET" else { throw .methodNotAllowed }
        if isOpen, path.first != "version" { return APIAnswer(.text("ok", type: "text/plain; charset=utf-8")) }
        return catalogue.discovery(path).map { APIAnswer(.json($0)) } ?? .noSuchPath
    }

    private func authorize(_ request: APIRequest, _ place: APIRequest.Place, _ user: String) throws(APIStatus) {
        var name = place.name
        if name == nil, let fields = request.query["fieldSelector"] {
            // A bad selector is answered later; here it names nothing.
            name = (try? Selector(fields: fields, of: .namespaces))?.only("metadata.name")
        }
        if place.subresource == "proxy" { name = name.map { Self.podAddress($0).pod } }
        let isNamespace = place.group.isEmpty && place.plural == "namespaces"
        let question = AccessQuestion(
            user: user,
            verb: request.verb,
            group: place.group,
            resource: place.subresource.map { "\(place.plural)/\($0)" } ?? place.plural,
            namespace: isNamespace ? place.name : place.namespace,
            name: name
        )
        guard access.allows(question) else { throw question.refusal }
    }

    private mutating func handle(
        _ request: APIRequest,
        _ place: APIRequest.Place,
        _ kind: ClusterKind,
        _ user: String,
        at time: String
    ) throws(APIStatus) -> APIOutcome {
        if kind == .accessReviews {
            guard request.verb == "create", place.name == nil else { throw .methodNotAllowed }
            return .answer(try review(request, user))
        }
        if kind == .selfReviews {
            guard request.verb == "create", place.name == nil else { throw .methodNotAllowed }
            return .answer(try selfReview(request, user))
        }
        if place.subresource == "proxy", kind == .pods { return .pod(try podRequest(request, place)) }
        guard place.subresource == nil || (place.subresource == "status" && kind.hasStatus) else {
            return .answer(.noSuchPath)
        }
        guard kind.isNamespaced == (place.namespace != nil) || (place.name == nil && request.verb != "create") else {
            return .answer(.noSuchPath)
        }
        switch request.verb {
        case "get": return .answer(try get(request, place, kind))
        case "list": return .answer(try list(request, place, kind))
        case "watch": return .watch(try watch(request, place, kind))
        case "create" where place.name == nil: return .answer(try create(request, place, kind, at: time))
        case "update" where place.name != nil: return .answer(try update(request, place, kind, at: time))
        case "patch" where place.name != nil: return .answer(try patch(request, place, kind, at: time))
        case "delete": return .answer(try delete(request, place, kind, at: time))
        default: throw .methodNotAllowed
        }
    }

    /// Says who asks.
    private func selfReview(_ request: APIRequest, _ user: String) throws(APIStatus) -> APIAnswer {
        var members = try reviewed(request)
        members["status"] = [
            "userInfo": [
                "username": .string(user), "uid": "5a3c1b70-0000-4000-8000-0000000000ff",
                "groups": .array(AccessControl.groups(of: user).map { .string($0) }),
            ]
        ]
        return APIAnswer(code: 201, .json(.object(members)))
    }

    /// The members of a review's document.
    private func reviewed(_ request: APIRequest) throws(APIStatus) -> [String: JSONValue] {
        guard ["application/json", ""].contains(request.contentType) else {
            throw .unsupportedMedia(["application/json"])
        }
        guard let document = try? JSONText.parse(request.body), let members = document.members else {
            throw .badRequest("the object provided is unrecognized")
        }
        return members
    }

    /// Says what the asking user may do.
    private func review(_ request: APIRequest, _ user: String) throws(APIStatus) -> APIAnswer {
        var members = try reviewed(request)
        let asked = members["spec"]?["resourceAttributes"]
        let plural = asked?["resource"]?.string ?? ""
        let namespace = asked?["namespace"]?.string ?? ""
        let question = AccessQuestion(
            user: user,
            verb: asked?["verb"]?.string ?? "",
            group: asked?["group"]?.string ?? "",
            resource: asked?["subresource"]?.string.map { "\(plural)/\($0)" } ?? plural,
            namespace: namespace.isEmpty ? nil : namespace,
            name: asked?["name"]?.string
        )
        let isAllowed = access.allows(question)
        members["status"] =
            isAllowed ? ["allowed": true, "reason": "RBAC: allowed by a rule"] : ["allowed": false]
        return APIAnswer(code: 201, .json(.object(members)))
    }

    private func podRequest(_ request: APIRequest, _ place: APIRequest.Place) throws(APIStatus) -> PodRequest {
        let address = Self.podAddress(place.name ?? "")
        let key = ObjectKey(kind: .pods, namespace: place.namespace ?? "", name: address.pod)
        guard store[key] != nil else { throw .notFound(.pods, address.pod) }
        return PodRequest(
            namespace: key.namespace,
            pod: address.pod,
            port: address.port,
            path: place.rest,
            query: request.query
        )
    }

    /// The parts of `NAME:PORT` or `SCHEME:NAME:PORT`.
    private static func podAddress(_ text: String) -> (pod: String, port: Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.count {
        case 2: return (parts[0], Int(parts[1]) ?? 80)
        case 3: return (parts[1], Int(parts[2]) ?? 80)
        default: return (text, 80)
        }
    }
}

extension Cluster {
    /// Hands out a page of a list, and remembers what is left.
    mutating func page(_ items: [JSONValue], keys: [ObjectKey], limit: Int) -> (items: [JSONValue], token: String?) {
        pages.cut(items, keys: keys, limit: limit, revision: store.revision)
    }

    mutating func page(after token: String, limit: Int) throws(APIStatus) -> ListPages.Page {
        try pages.next(token, limit: limit)
    }
}
