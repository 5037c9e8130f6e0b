package import CanaryTransport
package import CanaryYAML

/// A client of the Kubernetes API, as far as a canary needs one.
///
/// Every call has a deadline, and every error names what was asked of whom. Reads are tried again, a few times and for
/// ten seconds at most, when the server asks for patience or the connection is lost; a write is only sent again when
/// the server said that it did not look at it.
///
/// ```swift
/// let connection = try ClusterConnection.resolve(kubeconfig: nil, context: "prod", environment: environment)
/// let client = KubernetesClient(connection: connection, http: connection.makeHTTPClient())
/// let route = try await client.get(client.served(.virtualServices), namespace: "test1", name: "demo4-vs")
/// ```
package struct KubernetesClient: Sendable {
    package let connection: ClusterConnection
    package var limits: Limits
    /// Remembers which kinds are served; nil asks each time.
    package var kinds: ServedKinds?
    let http: HTTPClient
    /// Passes time between two tries.
    let wait: @Sendable (Duration) async throws -> Void
    private let onWarning: (@Sendable (String) -> Void)?

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - http: carries the requests; its proxy should be the connection's, see `ClusterConnection.makeHTTPClient`.
    ///   - wait: passes time between two tries; tests let it pass at once.
    ///   - onWarning: gets the texts of `Warning` fields, e.g. of a deprecated version.
    package init(
        connection: ClusterConnection,
        http: HTTPClient,
        limits: Limits = Limits(),
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        onWarning: (@Sendable (String) -> Void)? = nil
    ) {
        self.connection = connection
        self.http = http
        self.limits = limits
        self.wait = wait
        self.onWarning = onWarning
    }

    /// Reads one object.
    package func get(
        _ resource: APIResource,
        namespace: String?,
        name: String
    ) async throws(KubernetesError) -> KubernetesObject {
        let call = APICall(verb: "get", resource: resource, namespace: namespace, name: name)
        return try await object(call)
    }

    /// Applies a JSON Patch (RFC 6902), as field manager `haldane` and with strict field validation.
    ///
    /// A stale `/metadata/resourceVersion` in a `replace` is a `conflict`; a failed `test` and a path that does not
    /// exist are both an `invalid` without details.
    ///
    /// - Parameter dryRun: the server says what it would store, and stores nothing.
    package func patch(
        _ resource: APIResource,
        namespace: String?,
        name: String,
        _ operations: [JSONPatchOperation],
        dryRun: Bool = false
    ) async throws(KubernetesError) -> KubernetesObject {
        var call = APICall(verb: "patch", resource: resource, namespace: namespace, name: name)
        call.query = Self.writing + (dryRun ? [("dryRun", "All")] : [])
        call.body = .array(operations.map(\.json))
        call.isRepeatable = false
        return try await object(call)
    }

    /// Creates an object; `alreadyExists` if there is one of its name.
    package func create(
        _ resource: APIResource,
        namespace: String?,
        _ object: JSONValue
    ) async throws(KubernetesError) -> KubernetesObject {
        var call = APICall(verb: "create", resource: resource, namespace: namespace)
        call.name = object["metadata"]?["name"]?.string
        call.query = Self.writing
        call.body = object
        call.isRepeatable = false
        return try await self.object(call)
    }

    /// Replaces an object; with the resourceVersion of one that has changed since it is a `conflict`.
    package func update(
        _ resource: APIResource,
        namespace: String?,
        name: String,
        _ object: JSONValue
    ) async throws(KubernetesError) -> KubernetesObject {
        var call = APICall(verb: "update", resource: resource, namespace: namespace, name: name)
        call.query = Self.writing
        call.body = object
        call.isRepeatable = false
        return try await self.object(call)
    }

    /// A request to a port of a pod through the API server, with our credentials; the verb `get` on `pods/proxy` is
    /// needed for it.
    ///
    /// Make it anew for each use: credentials expire.
    package func podProxy(
        namespace: String,
        pod: String,
        port: Int,
        path: String
    ) async throws(KubernetesError) -> HTTPRequest {
        // The port belongs to the name: `pods/reviews-1:15020/proxy/stats`.
        let call = APICall(
            verb: "get",
            resource: .pods,
            namespace: namespace,
            name: "\(pod):\(port)",
            subresource: "proxy"
        )
        let target = try call.target() + (path.hasPrefix("/") ? path : "/" + path)
        return try await connection.request("GET", target).0
    }

    private static let writing = [(name: "fieldManager", value: "haldane"), (name: "fieldValidation", value: "Strict")]

    private func object(_ call: APICall) async throws(KubernetesError) -> KubernetesObject {
        KubernetesObject(try await json(call))
    }

    /// The document that a call answers.
    func json(_ call: APICall) async throws(KubernetesError) -> JSONValue {
        try await page(call).json
    }

    /// The document that a call answers, and how long its text is.
    func page(_ call: APICall) async throws(KubernetesError) -> (json: JSONValue, bytes: Int) {
        let answer = try await send(call)
        for header in answer.headers where header.isNamed("Warning") {
            onWarning?(Excerpt.of(header.value))
        }
        // Why it is no JSON does not matter; what it is instead does.
        if let value = try? JSONText.parse(answer.body), value.members != nil {
            return (value, answer.body.count)
        }
        throw .badAnswer(
            KubernetesError.foreign(
                status: answer.status,
                contentType: answer.header("Content-Type") ?? "",
                body: answer.body
            ),
            call: call,
            label: connection.label,
            hint: "check the server's URL: a proxy or a login page may stand before it"
        )
    }
}
