import FoundationEssentials

/// Credentials for the server of a fixture.
extension ClusterFixture {
    /// Writes a kubeconfig file, in a folder that exists; for another server by its own values.
    ///
    /// - Parameters:
    ///   - server: another URL, e.g. of a `TLSRelay`.
    ///   - token: what requests carry; nil for none.
    ///   - tokenFile: a file that holds the token instead.
    ///   - authority: a file of the authority that signed the server's certificate.
    /// - Returns: the path of the file.
    package func writeKubeconfig(
        in folder: String,
        server url: String? = nil,
        token: String? = FakeAPIServer.token,
        tokenFile: String? = nil,
        authority: String? = nil
    ) throws -> String {
        var user: [String] = []
        if let tokenFile {
            user.append("tokenFile: \(tokenFile)")
        } else if let token {
            user.append("token: \(token)")
        }
        let path = folder + "/kubeconfig"
        let text = """
            apiVersion: v1
            kind: Config
            current-context: double
            clusters:
            - name: double
              cluster:
                server: \(url ?? server.url())
            \(authority.map { "    certificate-authority: \($0)" } ?? "    # no TLS")
            users:
            - name: haldane
              user: {\(user.joined(separator: ", "))}
            contexts:
            - name: double
              context:
                cluster: double
                user: haldane
                namespace: \(Self.namespace)

            """
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        return path
    }
}
