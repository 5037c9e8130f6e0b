import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import Foundation
import Testing

@Suite("A kubeconfig", .timeLimit(.minutes(1)))
struct KubeconfigTests {
    private let scratch: Scratch
    private let server: HostileServer

    init() throws {
        scratch = try Scratch()
        server = try HostileServer(steps: [Scripts.json(Scripts.pod("x", version: 1))])
    }

    /// Asks for a pod, and returns the request as it arrived.
    private func ask(_ connection: ClusterConnection) async throws -> HostileServer.Request {
        _ = try await KubernetesClient(connection: connection, http: connection.makeHTTPClient(), limits: .patient)
            .get(.pods, namespace: connection.namespace, name: "x")
        return try #require(server.log.requests.last)
    }

    private func config(cluster: String = "", user: String = "token: abc") -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: here
        contexts:
        - name: here
          context: { cluster: one, user: me, namespace: team-a }
        clusters:
        - name: one
          cluster:
            server: \(server.url("/prefix/"))
            unheard-of: 1
            \(cluster)
        users:
        - name: me
          user:
            \(user)
        """
    }

    @Test("leads to the current context's cluster, with its namespace and token")
    func plain() async throws {
        let path = try scratch.write("config", config())

        let connection = try ClusterConnection.resolve(kubeconfig: path, context: nil, environment: [:])
        let request = try await ask(connection)

        #expect(connection.namespace == "team-a")
        #expect(connection.label == "context 'here' (\(server.url("/prefix/")))")
        #expect(request.target == "/prefix/api/v1/namespaces/team-a/pods/x")
        #expect(request.header("Authorization") == "Bearer abc")
    }

    @Test("is found by KUBECONFIG, or in the home folder")
    func places() throws {
        let first = try scratch.write("first", config())
        try scratch.write("home/.kube/config", config().replacing("team-a", with: "team-b"))
        let home = ["HOME": "\(scratch.folder)/home"]

        let listed = try ClusterConnection.resolve(
            kubeconfig: nil,
            context: nil,
            environment: home.merging(["KUBECONFIG": "/absent/config:\(first)"]) { $1 }
        )
        let usual = try ClusterConnection.resolve(kubeconfig: nil, context: nil, environment: home)

        #expect(listed.namespace == "team-a")
        #expect(usual.namespace == "team-b")
    }

    @Test("is merged from several files: the first to name something wins")
    func merged() async throws {
        let first = try scratch.write(
            "first",
            """
            current-context: split
            contexts: [{ name: split, context: { cluster: one, user: me } }]
            users: [{ name: me, user: { token: first } }]
            """
        )
        let second = try scratch.write(
            "second",
            """
            current-context: other
            contexts: [{ name: other, context: { cluster: one, user: me, namespace: spare } }]
            users: [{ name: me, user: { token: second } }]
            clusters: [{ name: one, cluster: { server: "\(server.url(""))" } }]
            """
        )
        let environment = ["KUBECONFIG": "\(first):\(second)"]

        let split = try ClusterConnection.resolve(kubeconfig: nil, context: nil, environment: environment)
        let other = try ClusterConnection.resolve(kubeconfig: nil, context: "other", environment: environment)

        #expect(split.namespace == "default")
        #expect(other.namespace == "spare")
        #expect(try await ask(split).header("Authorization") == "Bearer first")
    }

    @Test("has paths relative to its own file, and token files that rotate")
    func relativePaths() async throws {
        try scratch.write("sub/secrets/token", "one\n")
        let path = try scratch.write("sub/config", config(user: "tokenFile: secrets/token"))
        let connection = try ClusterConnection.resolve(kubeconfig: path, context: nil, environment: [:])

        let first = try await ask(connection)
        try scratch.write("sub/secrets/token", "two\n")
        let second = try await ask(connection)

        #expect(first.header("Authorization") == "Bearer one")
        #expect(second.header("Authorization") == "Bearer two")
    }

    @Test("may be JSON, name a password, and act for another user")
    func otherUsers() async throws {
        let path = try scratch.write(
            "config",
            """
            {"current-context": "here", "contexts": [{"name": "here", "context": {"cluster": "one", "user": "me"}}],
             "clusters": [{"name": "one", "cluster": {"server": "\(server.url(""))"}}],
             "users": [{"name": "me", "user": {"username": "jack", "password": "b:s", "as": "jbs", "as-groups": ["a", "b"]}}]}
            """
        )

        let request = try await ask(ClusterConnection.resolve(kubeconfig: path, context: nil, environment: [:]))

        #expect(request.header("Authorization") == "Basic \(Data("jack:b:s".utf8).base64EncodedString())")
        #expect(request.header("Impersonate-User") == "jbs")
        #expect(request.headers.filter { $0.name == "impersonate-group" }.map(\.value) == ["a", "b"])
    }

    @Test("leads through the cluster's own proxy, loopback or not")
    func proxy() async throws {
        let proxied = config(cluster: "proxy-url: \(server.url(""))")
            .replacing(server.url("/prefix/"), with: "http://127.0.0.1:9/api")
        let path = try scratch.write("config", proxied)

        let request = try await ask(ClusterConnection.resolve(kubeconfig: path, context: nil, environment: [:]))

        #expect(request.target == "http://127.0.0.1:9/api/api/v1/namespaces/team-a/pods/x")
    }

    @Test("gives certificates as files or as data, and a name for the server")
    func certificates() async throws {
        let certificates = try TestCertificates()
        let relay = try TLSRelay(
            to: server.port,
            certificates: certificates,
            clientAuthority: certificates.authority
        )
        func data(_ path: String) throws -> String {
            try Data(contentsOf: URL(filePath: path)).base64EncodedString()
        }
        let files = config(
            cluster: "certificate-authority: \(certificates.authority)\n    tls-server-name: localhost",
            user: "client-certificate: \(certificates.client)\n    client-key: \(certificates.clientKey)"
        )
        let inline = config(
            cluster: "certificate-authority-data: \(try data(certificates.authority))\n    tls-server-name: localhost",
            user: "client-certificate-data: \(try data(certificates.client))\n"
                + "    client-key-data: \(try data(certificates.clientKey))"
        )
        let wrong = files.replacing(certificates.authority, with: certificates.otherAuthority)
        let careless = config(
            cluster: "insecure-skip-tls-verify: true",
            user: "client-certificate: \(certificates.client)\n    client-key: \(certificates.clientKey)"
        )

        for text in [files, inline, careless] {
            let path = try scratch.write(
                "config",
                text.replacing(server.url("/prefix/"), with: relay.url("", host: "127.0.0.1"))
            )
            let connection = try ClusterConnection.resolve(kubeconfig: path, context: nil, environment: [:])
            _ = try await ask(connection)
        }
        let path = try scratch.write(
            "config",
            wrong.replacing(server.url("/prefix/"), with: relay.url("", host: "127.0.0.1"))
        )
        let error = await #expect(throws: KubernetesError.self) {
            _ = try await ask(ClusterConnection.resolve(kubeconfig: path, context: nil, environment: [:]))
        }

        #expect(error?.code == .tls)
    }

    @Test(
        "that cannot be used says why, and where",
        arguments: [
            ("current-context: here", "current-context: there", "it has 'here'"),
            ("cluster: one,", "cluster: two,", "names the cluster 'two', which is not there"),
            ("user: me,", "user: you,", "names the user 'you', which is not there"),
            ("token: abc", "token: 123", "must be a text"),
            ("token: abc", "auth-provider: { name: gcp }", "auth-provider 'gcp'"),
            ("token: abc", "client-key-data: !!str QQ==", "client key without a certificate"),
            ("token: abc", "client-certificate-data: '%%%'", "is not base 64"),
            ("token: abc", "tokenFile: absent", "No such file"),
            ("token: abc", "exec: { apiVersion: client.authentication.k8s.io/v1 }", "has no command"),
            (
                "token: abc", "exec: { command: x, apiVersion: client.authentication.k8s.io/v1alpha1 }",
                "apiVersion other"
            ),
            (
                "token: abc",
                "exec: { command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always }",
                "must ask a person"
            ),
            ("unheard-of: 1", "insecure-skip-tls-verify: true\n    certificate-authority-data: QQ==", "both"),
            ("kind: Config", "kind: Pod", "of kind 'Pod'"),
            ("- name: me", "- name: me\n  user: {}\n- name: me", "'me' twice"),
            ("apiVersion: v1", "apiVersion: [", "it is not YAML"),
        ]
    )
    func unusable(old: String, new: String, words: String) throws {
        let path = try scratch.write("config", config().replacing(old, with: new))

        let error = #expect(throws: KubernetesError.self) {
            try ClusterConnection.resolve(kubeconfig: path, context: nil, environment: [:])
        }

        #expect(error?.code == .notConfigured)
        #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
    }

    @Test("that is nowhere is said to be, with the places looked at")
    func absent() {
        let none = #expect(throws: KubernetesError.self) {
            try ClusterConnection.resolve(kubeconfig: nil, context: nil, environment: ["HOME": "/absent"])
        }
        let named = #expect(throws: KubernetesError.self) {
            try ClusterConnection.resolve(kubeconfig: "/absent/file", context: nil, environment: [:])
        }

        #expect(none?.cause == "looked for /absent/.kube/config")
        #expect(named?.message.contains("/absent/file") == true)
    }

    @Test("never shows its secrets")
    func secrets() throws {
        let path = try scratch.write("config", config(user: "token: top-secret"))
        let connection = try ClusterConnection.resolve(kubeconfig: path, context: nil, environment: [:])

        var text = "\(connection) \(String(reflecting: connection))"
        dump(connection, to: &text)

        #expect(!text.contains("top-secret"))
    }

    @Test("is not needed in a pod, whose service account rotates")
    func inCluster() async throws {
        let certificates = try TestCertificates()
        let relay = try TLSRelay(to: server.port, certificates: certificates)
        try scratch.write("account/token", "one")
        try scratch.write("account/namespace", "canaries")
        try scratch.write("account/ca.crt", String(contentsOfFile: certificates.authority, encoding: .utf8))
        let environment = ["KUBERNETES_SERVICE_HOST": "localhost", "KUBERNETES_SERVICE_PORT": "\(relay.port)"]

        let connection = try ClusterConnection.resolve(
            kubeconfig: nil,
            context: nil,
            environment: environment,
            serviceAccount: "\(scratch.folder)/account"
        )
        let first = try await ask(connection)
        try scratch.write("account/token", "two")
        let second = try await ask(connection)
        let without = #expect(throws: KubernetesError.self) {
            try ClusterConnection.resolve(
                kubeconfig: nil,
                context: nil,
                environment: environment,
                serviceAccount: "/absent"
            )
        }

        #expect(connection.namespace == "canaries")
        #expect(connection.podNamespace == "canaries")
        #expect(first.header("Authorization") == "Bearer one")
        #expect(second.header("Authorization") == "Bearer two")
        #expect(without?.hint?.contains("automountServiceAccountToken") == true)
    }
}
