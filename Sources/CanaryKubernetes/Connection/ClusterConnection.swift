package import CanaryTransport

/// The way to a cluster's API: where it is, how it proves who it is, and how we do.
///
/// It never prints what it knows of secrets.
package struct ClusterConnection: Sendable {
    /// The URL of the server, without a slash at its end.
    package let server: String

    /// The namespace that is meant where none is named.
    package let namespace: String

    /// The namespace of the pod that we run in, if its account is what leads to the cluster.
    package let podNamespace: String?

    /// For people: `context 'prod' (https://10.0.0.1:6443)`.
    package let label: String

    /// Which proxy leads there.
    package let proxy: HTTPClient.Proxy

    let security: HTTPSecurity
    let credentials: Credentials
    /// `Impersonate-User` and its like.
    let impersonation: [HTTPHeader]

    init(
        server: String,
        namespace: String,
        label: String,
        proxy: HTTPClient.Proxy,
        security: HTTPSecurity,
        credentials: Credentials,
        impersonation: [HTTPHeader] = [],
        podNamespace: String? = nil
    ) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        self.namespace = namespace
        self.label = label
        self.proxy = proxy
        self.security = security
        self.credentials = credentials
        self.impersonation = impersonation
        self.podNamespace = podNamespace
    }

    /// A connection without a kubeconfig: to a server at a URL.
    package init(
        server: String,
        namespace: String = "default",
        security: HTTPSecurity = HTTPSecurity(),
        tokenFile: String? = nil
    ) {
        self.init(
            server: server,
            namespace: namespace,
            label: server,
            proxy: .none,
            security: security,
            credentials: tokenFile.map { .tokenFile($0) } ?? .none
        )
    }

    /// A client whose proxy is this cluster's; `KubernetesClient` wants one like it.
    package func makeHTTPClient() -> HTTPClient {
        HTTPClient(configuration: HTTPClient.Configuration(maximumIdleConnections: 16, proxy: proxy))
    }

    /// A request to a path of the server, with credentials.
    ///
    /// - Returns: the request, and which run of a credential plugin it carries.
    func request(
        _ method: String,
        _ target: String,
        headers: [HTTPHeader] = [],
        body: [UInt8] = []
    ) async throws(KubernetesError) -> (HTTPRequest, run: Int?) {
        var request = HTTPRequest(
            method: method,
            url: server + target,
            headers: headers + impersonation,
            body: body,
            security: security
        )
        let run = try await credentials.authorize(&request)
        return (request, run)
    }
}

extension ClusterConnection: CustomStringConvertible {
    package var description: String { label }
}
