import CanaryYAML

/// How a credential plugin is run, from the `exec` of a kubeconfig's user.
struct PluginCommand: Sendable {
    let command: String
    let arguments: [String]
    /// Our own environment with the user's additions and `KUBERNETES_EXEC_INFO`.
    let environment: [String: String]
    let apiVersion: String
    let installHint: String?
    /// Whose it is, for messages.
    let user: String
    let file: String

    init(
        _ user: Kubeconfig.Entry,
        cluster: Kubeconfig.Entry,
        server: String,
        environment: [String: String]
    ) throws(KubernetesError) {
        let entry = Kubeconfig.Entry(name: user.name, content: user.content["exec"] ?? .null, file: user.file)
        guard let command = try entry.text("command") else {
            throw .kubeconfig(user.file, "'exec' of the user '\(user.name)' has no command")
        }
        guard let version = try entry.text("apiVersion"), Self.versions.contains(version) else {
            throw .kubeconfig(
                user.file,
                "'exec' of the user '\(user.name)' has an apiVersion other than "
                    + Self.versions.joined(separator: " and "),
                hint: "update the plugin and write its apiVersion"
            )
        }
        guard try entry.text("interactiveMode") != "Always" else {
            throw .kubeconfig(
                user.file,
                "the plugin '\(command)' of the user '\(user.name)' must ask a person (interactiveMode: Always)",
                hint: "log in by hand first, and use a plugin or a context that does not ask"
            )
        }
        var variables = environment
        for item in entry.content["env"]?.items ?? [] {
            guard let name = item["name"]?.string, let value = item["value"]?.string else {
                throw .kubeconfig(user.file, "an item of 'env' of the user '\(user.name)' has no name and value")
            }
            variables[name] = value
        }
        var spec: [String: JSONValue] = ["interactive": false]
        if entry.content["provideClusterInfo"]?.bool == true {
            spec["cluster"] = try Self.information(on: cluster, server: server)
        }
        let information: JSONValue = [
            "apiVersion": .string(version), "kind": "ExecCredential", "spec": .object(spec),
        ]
        variables["KUBERNETES_EXEC_INFO"] = String(decoding: JSONText.bytes(of: information), as: UTF8.self)
        // A path with a slash is relative to the file; a bare name is looked up.
        self.command = command.contains("/") ? entry.resolved(command) : command
        arguments = try (entry.content["args"]?.items ?? []).map { argument throws(KubernetesError) in
            guard let text = argument.string else {
                throw .kubeconfig(user.file, "an argument of the plugin '\(command)' is no text; put it in quotes")
            }
            return text
        }
        self.environment = variables
        apiVersion = version
        installHint = try entry.text("installHint")
        self.user = user.name
        file = user.file
    }

    private static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

    /// The cluster as plugins are told of it: data instead of files.
    private static func information(
        on cluster: Kubeconfig.Entry,
        server: String
    ) throws(KubernetesError) -> JSONValue {
        var members: [String: JSONValue] = ["server": .string(server)]
        for key in ["tls-server-name", "insecure-skip-tls-verify", "proxy-url", "certificate-authority-data"] {
            members[key] = cluster.content[key]
        }
        if members["certificate-authority-data"] == nil, let path = try cluster.text("certificate-authority") {
            // That the file can be read was checked before; if it went away, the plugin goes without it.
            members["certificate-authority-data"] = (try? SmallFile.read(cluster.resolved(path))).map {
                .string(Base64.encoded($0))
            }
        }
        let extensions = cluster.content["extensions"]?.items ?? []
        let config = extensions.first { $0["name"]?.string == "client.authentication.k8s.io/exec" }?["extension"]
        members["config"] = config
        return .object(members)
    }
}
