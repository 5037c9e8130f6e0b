import CanaryTransport
import CanaryYAML

extension ClusterConnection {
    /// Where the service account of a pod is mounted.
    package static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// Finds the way to a cluster as kubectl does: the file named, else those of `KUBECONFIG`, else `~/.kube/config`;
    /// without any of them the service account of the pod we run in.
    ///
    /// Reads files; runs nothing and asks nobody. A credential plugin is run when it is first needed.
    ///
    /// - Parameters:
    ///   - kubeconfig: a path; the file must be there.
    ///   - context: nil for the current one of the kubeconfig.
    ///   - environment: `KUBECONFIG`, `HOME`, `KUBERNETES_SERVICE_HOST`, `KUBERNETES_SERVICE_PORT`, and what plugins
    ///     need.
    ///   - serviceAccount: the folder with `token`, `ca.crt` and `namespace`.
    package static func resolve(
        kubeconfig: String?,
        context: String?,
        environment: [String: String],
        serviceAccount: String = serviceAccountFolder
    ) throws(KubernetesError) -> ClusterConnection {
        let (merged, paths) = try load(kubeconfig, environment)
        if !merged.isEmpty {
            guard let name = context ?? merged.currentContext else {
                throw KubernetesError(
                    code: .notConfigured,
                    message: "the kubeconfig has no current context",
                    hint: "name one of \(merged.contextNames.prefix(20).joined(separator: ", "))"
                )
            }
            return try connection(merged, context: name, environment: environment)
        }
        if let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty, kubeconfig == nil, context == nil {
            return try inCluster(host, environment, folder: serviceAccount)
        }
        let wanted = context.map { " with the context '\(Excerpt.of($0))'" } ?? ""
        throw KubernetesError(
            code: .notConfigured,
            message: "no cluster is configured: there is no kubeconfig\(wanted)",
            cause: paths.isEmpty ? nil : "looked for \(paths.prefix(8).map { Excerpt.of($0) }.joined(separator: ", "))",
            hint: "name a kubeconfig, or set KUBECONFIG"
        )
    }

    /// Merges the files that there are.
    private static func load(
        _ explicit: String?,
        _ environment: [String: String]
    ) throws(KubernetesError) -> (Kubeconfig, paths: [String]) {
        var paths: [String] = []
        if let explicit {
            paths = [explicit]
        } else if let list = environment["KUBECONFIG"], !list.isEmpty {
            paths = list.split(separator: ":").map(String.init)
        } else if let home = environment["HOME"], !home.isEmpty {
            paths = ["\(home)/.kube/config"]
        }
        var merged = Kubeconfig()
        for path in paths.prefix(64) {
            let bytes: [UInt8]
            do throws(SmallFile.Failure) {
                bytes = try SmallFile.read(path)
            } catch {
                guard error.isAbsent, explicit == nil else { throw .kubeconfig(path, error.words) }
                continue
            }
            try merged.merge(String(decoding: bytes, as: UTF8.self), file: path)
        }
        if explicit != nil, merged.isEmpty { throw .kubeconfig(paths[0], "it has no contexts and no clusters") }
        return (merged, paths)
    }

    private static func connection(
        _ kubeconfig: Kubeconfig,
        context name: String,
        environment: [String: String]
    ) throws(KubernetesError) -> ClusterConnection {
        let context = try kubeconfig.context(name)
        let cluster = try kubeconfig.cluster(of: context)
        let user = try kubeconfig.user(of: context)
        var security = try security(of: cluster)
        if let user { try addCertificate(of: user, to: &security) }
        guard let url = try cluster.text("server") else {
            throw .kubeconfig(cluster.file, "the cluster '\(cluster.name)' has no server")
        }
        let server = address(url, security)
        let proxy: HTTPClient.Proxy = try cluster.text("proxy-url").map { .always($0) } ?? .environment
        return ClusterConnection(
            server: server,
            namespace: try context.text("namespace") ?? "default",
            label: "context '\(Excerpt.of(name, limit: 100))' (\(HTTPRequest(url: server).shownURL))",
            proxy: proxy,
            security: security,
            credentials: try user.map { user throws(KubernetesError) in
                try credentials(of: user, for: cluster, server: server, environment: environment)
            } ?? .none,
            impersonation: try user.map(impersonation) ?? []
        )
    }

    private static func security(of cluster: Kubeconfig.Entry) throws(KubernetesError) -> HTTPSecurity {
        var security = HTTPSecurity()
        security.serverName = try cluster.text("tls-server-name")
        security.certificateAuthority = try cluster.data("certificate-authority-data").map { PEM(bytes: $0) }
        if security.certificateAuthority == nil {
            security.certificateAuthorityFile = try cluster.file("certificate-authority")
        }
        if cluster.content["insecure-skip-tls-verify"]?.bool == true {
            guard security.certificateAuthority == nil, security.certificateAuthorityFile == nil else {
                throw .kubeconfig(
                    cluster.file,
                    "the cluster '\(cluster.name)' has both a certificate authority and insecure-skip-tls-verify",
                    hint: "remove insecure-skip-tls-verify"
                )
            }
            security.verifiesPeer = false
        }
        return security
    }

    private static func addCertificate(
        of user: Kubeconfig.Entry,
        to security: inout HTTPSecurity
    ) throws(KubernetesError) {
        security.clientCertificate = try user.data("client-certificate-data").map { PEM(bytes: $0) }
        security.clientKey = try user.data("client-key-data").map { PEM(bytes: $0) }
        if security.clientCertificate == nil {
            security.clientCertificateFile = try user.file("client-certificate")
        }
        if security.clientKey == nil { security.clientKeyFile = try user.file("client-key") }
        let hasCertificate = security.clientCertificate != nil || security.clientCertificateFile != nil
        let hasKey = security.clientKey != nil || security.clientKeyFile != nil
        guard hasCertificate == hasKey else {
            throw .kubeconfig(
                user.file,
                "the user '\(user.name)' has a client "
                    + (hasKey ? "key without a certificate" : "certificate without a key")
            )
        }
    }

    private static func credentials(
        of user: Kubeconfig.Entry,
        for cluster: Kubeconfig.Entry,
        server: String,
        environment: [String: String]
    ) throws(KubernetesError) -> Credentials {
        if let path = try user.file("tokenFile") { return .tokenFile(path) }
        if let token = try user.text("token") { return .token(Secret(text: token)) }
        if let name = try user.text("username") {
            return .basic(user: name, password: Secret(text: try user.text("password") ?? ""))
        }
        if user.content["exec"] != nil {
            return .plugin(
                CredentialPlugin(try PluginCommand(user, cluster: cluster, server: server, environment: environment))
            )
        }
        if let provider = user.content["auth-provider"] {
            throw .kubeconfig(
                user.file,
                "the user '\(user.name)' uses the auth-provider '\(Excerpt.of(provider["name"]?.string ?? ""))', which "
                    + "Kubernetes 1.26 dropped",
                hint: "use the exec plugin of that provider, e.g. gke-gcloud-auth-plugin or kubelogin"
            )
        }
        return .none
    }

    private static func impersonation(_ user: Kubeconfig.Entry) throws(KubernetesError) -> [HTTPHeader] {
        var headers: [HTTPHeader] = []
        if let name = try user.text("as") { headers.append(HTTPHeader(name: "Impersonate-User", value: name)) }
        if let uid = try user.text("as-uid") { headers.append(HTTPHeader(name: "Impersonate-Uid", value: uid)) }
        for group in (user.content["as-groups"]?.items ?? []).prefix(100).compactMap(\.string) {
            headers.append(HTTPHeader(name: "Impersonate-Group", value: group))
        }
        return headers
    }

    private static func inCluster(
        _ host: String,
        _ environment: [String: String],
        folder: String
    ) throws(KubernetesError) -> ClusterConnection {
        let port = environment["KUBERNETES_SERVICE_PORT"].flatMap { UInt16($0) } ?? 443
        let server = "https://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        for file in ["token", "ca.crt"] {
            do throws(SmallFile.Failure) {
                _ = try SmallFile.read("\(folder)/\(file)")
            } catch {
                throw KubernetesError(
                    code: .notConfigured,
                    message: "the service account of this pod cannot be used",
                    cause: "\(folder)/\(file): \(error.words)",
                    hint: "do not set automountServiceAccountToken to false for this pod"
                )
            }
        }
        // Only projected volumes have it; without it the usual one is meant.
        let namespace = (try? SmallFile.read("\(folder)/namespace")).flatMap { bytes in
            let name = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).joined()
            return name.isEmpty ? nil : name
        }
        return ClusterConnection(
            server: server,
            namespace: namespace ?? "default",
            label: "the cluster of this pod (\(server))",
            proxy: .environment,
            security: HTTPSecurity(certificateAuthorityFile: "\(folder)/ca.crt"),
            credentials: .tokenFile("\(folder)/token"),
            podNamespace: namespace
        )
    }

    /// The server's URL with a scheme, without a slash at its end.
    private static func address(_ url: String, _ security: HTTPSecurity) -> String {
        guard !url.contains("://") else { return url }
        let isEncrypted =
            security.certificateAuthority != nil || security.certificateAuthorityFile != nil || !security.verifiesPeer
            || security.clientCertificate != nil || security.clientCertificateFile != nil
        return (isEncrypted ? "https://" : "http://") + url
    }
}

extension Kubeconfig.Entry {
    /// The path of a file that must be readable now.
    fileprivate func file(_ key: String) throws(KubernetesError) -> String? {
        guard let path = try text(key).map(resolved) else { return nil }
        do throws(SmallFile.Failure) {
            _ = try SmallFile.read(path)
        } catch {
            throw .kubeconfig(file, "'\(key)' of '\(Excerpt.of(name))' is '\(Excerpt.of(path))': \(error.words)")
        }
        return path
    }
}
