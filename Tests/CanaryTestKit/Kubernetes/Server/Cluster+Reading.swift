import CanaryYAML

/// How the double answers get, list and watch.
extension Cluster {
    func get(_ request: APIRequest, _ place: APIRequest.Place, _ kind: ClusterKind) throws(APIStatus) -> APIAnswer {
        if let late = try tooLarge(request) { return late }
        let key = ObjectKey(kind: kind, namespace: place.namespace ?? "", name: place.name ?? "")
        guard let object = store[key] else { throw .notFound(kind, key.name) }
        return APIAnswer(.json(object.served(as: kind.apiVersion(place.version))))
    }

    mutating func list(
        _ request: APIRequest,
        _ place: APIRequest.Place,
        _ kind: ClusterKind
    ) throws(APIStatus) -> APIAnswer {
        let (labels, fields) = try selectors(request, kind)
        let limit = Int(request.query["limit"] ?? "0") ?? 0
        var keyed = store.objects(kind, namespace: place.namespace)
        if let token = request.query["continue"], !token.isEmpty {
            switch try page(after: token, limit: limit) {
            case .consistent(let items, let more, let remaining, let revision):
                return answer(place, kind, items, token: more, remaining: remaining, revision: revision)
            case .after(let namespace, let name):
                keyed = keyed.filter { ($0.key.namespace, $0.key.name) > (namespace, name) }
            }
        } else if let late = try tooLarge(request) {
            return late
        } else if request.query["resourceVersionMatch"] == "Exact", try revision(request) != store.revision {
            throw .expired("The resourceVersion for the provided list is too old.")
        }
        keyed = keyed.filter { _, object in
            labels.matches(object["metadata"]?["labels"]?.strings ?? [:])
                && fields.matches(Selector.fields(of: object))
        }
        let (items, token) = page(keyed.map(\.object), keys: keyed.map(\.key), limit: limit)
        let remaining = keyed.count - items.count
        return answer(place, kind, items, token: token, remaining: remaining, revision: store.revision)
    }

    func watch(_ request: APIRequest, _ place: APIRequest.Place, _ kind: ClusterKind) throws(APIStatus) -> WatchPlan {
        var (labels, fields) = try selectors(request, kind)
        if let name = place.name { fields = try Selector(fields: "metadata.name=\(name)", of: kind) }
        let start = try revision(request)
        let seconds = Int(request.query["timeoutSeconds"] ?? "") ?? 1800
        var plan = WatchPlan(
            kind: kind,
            version: place.version,
            namespace: place.namespace,
            labels: labels,
            fields: fields,
            position: start ?? store.revision,
            sendsBookmarks: request.flag("allowWatchBookmarks"),
            timeout: .seconds(max(1, min(seconds, 86_400)))
        )
        if request.flag("sendInitialEvents") {
            try startStreaming(request, &plan)
        } else if start == nil || start == 0 {
            plan.first = initial(plan)
            plan.position = store.revision
        }
        return plan
    }

    /// A list in the form of a watch: the present objects, then a bookmark that says so.
    private func startStreaming(_ request: APIRequest, _ plan: inout WatchPlan) throws(APIStatus) {
        guard request.query["resourceVersionMatch"] == "NotOlderThan" else {
            throw APIStatus(
                code: 422,
                reason: "Invalid",
                message: "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: "
                    + "sendInitialEvents is forbidden for watch unless resourceVersionMatch is set to NotOlderThan"
            )
        }
        guard streamsInitialEvents else {
            plan.failure = APIStatus(
                code: 500,
                reason: "",
                message: "required storage feature RequestWatchProgress is disabled"
            )
            return
        }
        plan.position = store.revision
        plan.first = initial(plan) + [plan.bookmark(isEndOfInitialEvents: true)]
    }

    private func initial(_ plan: WatchPlan) -> [JSONValue] {
        store.objects(plan.kind, namespace: plan.namespace).map(\.object).filter(plan.selects).map(plan.added)
    }

    private func selectors(
        _ request: APIRequest,
        _ kind: ClusterKind
    ) throws(APIStatus) -> (labels: Selector, fields: Selector) {
        (
            try Selector(labels: request.query["labelSelector"] ?? ""),
            try Selector(fields: request.query["fieldSelector"] ?? "", of: kind)
        )
    }

    /// Items of the server's own kinds come without `apiVersion` and `kind`, as the real server sends them.
    private func answer(
        _ place: APIRequest.Place,
        _ kind: ClusterKind,
        _ items: [JSONValue],
        token: String?,
        remaining: Int,
        revision: Int
    ) -> APIAnswer {
        let apiVersion = kind.apiVersion(place.version)
        var metadata: [String: JSONValue] = ["resourceVersion": .string(String(revision))]
        if let token {
            metadata["continue"] = .string(token)
            metadata["remainingItemCount"] = .integer(Int64(remaining))
        }
        let shown = items.map { item -> JSONValue in
            guard !kind.isCustom else { return item.served(as: apiVersion) }
            return .object((item.members ?? [:]).filter { !["apiVersion", "kind"].contains($0.key) })
        }
        return APIAnswer(
            .json([
                "apiVersion": .string(apiVersion), "kind": .string("\(kind.name)List"),
                "metadata": .object(metadata), "items": .array(shown),
            ])
        )
    }

    /// The revision asked for; nil without one.
    private func revision(_ request: APIRequest) throws(APIStatus) -> Int? {
        guard let text = request.query["resourceVersion"], !text.isEmpty else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw APIStatus(
                code: 500,
                reason: "",
                message: "resourceVersion: Invalid value: \"\(text)\": "
                    + "strconv.ParseUint: parsing \"\(text)\": invalid syntax"
            )
        }
        return number
    }

    /// The late refusal of a read from a revision that does not exist yet.
    private func tooLarge(_ request: APIRequest) throws(APIStatus) -> APIAnswer? {
        guard let asked = try revision(request), asked > store.revision else { return nil }
        var status = APIStatus(
            code: 504,
            reason: "Timeout",
            message: "Timeout: Too large resource version: \(asked), current: \(store.revision)",
            details: ["causes": [["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]]]
        )
        status.retryAfter = 1
        var answer = APIAnswer(status)
        answer.delay = patienceForFuture
        return answer
    }
}
