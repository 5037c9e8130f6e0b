import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

@Suite("A credential plugin", .timeLimit(.minutes(1)))
struct CredentialPluginTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// A plugin that counts its runs in a file, and gives `token-N`.
    private static let counting = """
        #!/bin/sh
        echo x >> "$FOLDER/runs"
        n=$(wc -l < "$FOLDER/runs" | tr -d ' ')
        printf '%s' "$KUBERNETES_EXEC_INFO" > "$FOLDER/info"
        printf '%s\\n' "$@" > "$FOLDER/arguments"
        cat <<END
        {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
         "status": {"token": "token-$n" EXPIRY}}
        END
        """

    private func client(
        _ server: HostileServer,
        script: String,
        command: String = "./plugin",
        more: String = "",
        limits: KubernetesClient.Limits = .patient
    ) throws -> KubernetesClient {
        try scratch.write("plugin", script, isExecutable: true)
        let path = try scratch.write(
            "config",
            """
            current-context: here
            contexts: [{ name: here, context: { cluster: one, user: me } }]
            clusters: [{ name: one, cluster: { server: "\(server.url(""))", tls-server-name: api } }]
            users:
            - name: me
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: \(command)
                  args: [get-token, "--cluster=a b"]
                  env: [{ name: FOLDER, value: "\(scratch.folder)" }]
                  interactiveMode: IfAvailable
                  installHint: install it from example.com
                  \(more)
            """
        )
        let connection = try ClusterConnection.resolve(
            kubeconfig: path,
            context: nil,
            environment: ["PATH": "/usr/bin:/bin"]
        )
        return KubernetesClient(connection: connection, http: HTTPClient(), limits: limits)
    }

    private static func pod(_ client: KubernetesClient) async throws {
        _ = try await client.get(.pods, namespace: "test1", name: "x")
    }

    private static func tokens(_ server: HostileServer) -> [String] {
        server.log.requests.map { $0.header("Authorization") ?? "none" }
    }

    private static func server() throws -> HostileServer {
        try HostileServer(steps: [Scripts.json(Scripts.pod("x", version: 1))])
    }

    @Test("is run once with its arguments and the cluster, and what it gave is used until it expires")
    func cached() async throws {
        let server = try Self.server()
        let script = Self.counting.replacing("EXPIRY", with: #", "expirationTimestamp": "2099-01-01T00:00:00Z""#)
        let client = try client(server, script: script, more: "provideClusterInfo: true")

        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<8 { group.addTask { try await Self.pod(client) } }
        }
        try await Self.pod(client)

        #expect(Self.tokens(server) == Array(repeating: "Bearer token-1", count: 9))
        #expect(scratch.text("arguments") == "get-token\n--cluster=a b\n")
        let info = try JSONText.parse(scratch.text("info").utf8)
        #expect(info["kind"] == "ExecCredential")
        #expect(info["spec"]?["interactive"] == false)
        #expect(info["spec"]?["cluster"]?["server"]?.string == server.url(""))
        #expect(info["spec"]?["cluster"]?["tls-server-name"] == "api")
    }

    @Test("is run again when what it gave has expired")
    func expired() async throws {
        let server = try Self.server()
        let script = Self.counting.replacing("EXPIRY", with: #", "expirationTimestamp": "2020-01-01T00:00:00Z""#)
        let client = try client(server, script: script)

        try await Self.pod(client)
        try await Self.pod(client)

        #expect(Self.tokens(server) == ["Bearer token-1", "Bearer token-2"])
    }

    @Test("is run again once when the server refuses what it gave, for reads, writes and watches")
    func refused() async throws {
        let server = try HostileServer { request in
            request.header("Authorization") == "Bearer token-2"
                ? [Scripts.json(Scripts.pod("x", version: 1))] : [Scripts.status(401, "Unauthorized")]
        }
        let client = try client(server, script: Self.counting.replacing("EXPIRY", with: ""))

        _ = try await client.patch(.pods, namespace: "test1", name: "x", [])
        try scratch.write("runs", "")
        let strict = try HostileServer(steps: [Scripts.status(401, "Unauthorized")])
        let never = try self.client(strict, script: Self.counting.replacing("EXPIRY", with: ""))
        let error = await #expect(throws: KubernetesError.self) {
            _ = try await never.watch(.pods, namespace: "test1", from: "1")
        }

        #expect(Self.tokens(server) == ["Bearer token-1", "Bearer token-2"])
        #expect(error?.code == .unauthorized)
        #expect(scratch.text("runs") == "x\nx\n")
    }

    @Test(
        "that gives nothing says why, without what it wrote",
        arguments: [
            ("#!/bin/sh\necho please log in >&2\nexit 3", "it ended with status 3: please log in"),
            ("#!/bin/sh\necho secret-token", "its output is no ExecCredential"),
            ("#!/bin/sh\nkill -9 $$", "it ended with status 137"),
            (
                #"#!/bin/sh\#necho '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}'"#,
                "of another apiVersion"
            ),
            (
                #"#!/bin/sh\#necho '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}'"#,
                "neither a token nor a certificate"
            ),
            (
                "#!/bin/sh\nwhile :; do echo secret-token-secret-token-secret-token-secret-token; done",
                "more than 1048576 bytes"
            ),
        ]
    )
    func failing(script: String, words: String) async throws {
        let server = try Self.server()
        let client = try client(server, script: script)

        let error = await #expect(throws: KubernetesError.self) { try await Self.pod(client) }

        #expect(error?.code == .notConfigured)
        #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
        #expect(error.map { "\($0)".contains("secret-token") } == false)
        #expect(server.log.requests.isEmpty)
    }

    @Test("that is missing is named, with its hint for installation")
    func missing() async throws {
        let client = try client(try Self.server(), script: "", command: "haldane-absent-plugin")

        let error = await #expect(throws: KubernetesError.self) { try await Self.pod(client) }

        #expect(error?.message.contains("haldane-absent-plugin") == true)
        #expect(error?.hint == "install it from example.com")
    }

    @Test("does not keep waiting for what it left behind")
    func leftBehind() async throws {
        let server = try Self.server()
        let script = Self.counting.replacing("EXPIRY", with: "") + "\nsleep 30 &\n"

        try await Self.pod(try client(server, script: script))

        #expect(Self.tokens(server) == ["Bearer token-1"])
    }
}
