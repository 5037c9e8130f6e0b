import CanaryTransport

/// Who we are to a cluster, besides a client certificate of the connection's own.
enum Credentials: Sendable {
    case none
    case token(Secret)
    /// Read anew for each request.
    case tokenFile(String)
    case basic(user: String, password: Secret)
    case plugin(CredentialPlugin)

    /// Adds them to a request; a plugin may be run for that.
    ///
    /// - Returns: which run of a plugin the request carries; nil without one.
    func authorize(_ request: inout HTTPRequest) async throws(KubernetesError) -> Int? {
        switch self {
        case .none:
            return nil
        case .token(let token):
            request.headers.append(HTTPHeader(name: "Authorization", value: "Bearer \(token.text)"))
            return nil
        case .tokenFile(let path):
            request.token = .file(path)
            return nil
        case .basic(let user, let password):
            let pair = Base64.encoded(Array("\(user):\(password.text)".utf8))
            request.headers.append(HTTPHeader(name: "Authorization", value: "Basic \(pair)"))
            return nil
        case .plugin(let plugin):
            let credential = try await plugin.credential()
            if let token = credential.token {
                request.headers.append(HTTPHeader(name: "Authorization", value: "Bearer \(token.text)"))
            }
            if let certificate = credential.certificate, let key = credential.key {
                request.security.clientCertificate = certificate
                request.security.clientKey = key
            }
            return credential.run
        }
    }

    /// The server did not accept what a run of the plugin gave.
    ///
    /// - Returns: whether another try has other credentials.
    func refused(run: Int?) async -> Bool {
        guard case .plugin(let plugin) = self, let run else { return false }
        await plugin.forget(run: run)
        return true
    }
}
