import CanaryYAML

/// What one or several kubeconfig files say.
///
/// As with kubectl, the first file that names a cluster, a user, a context or the current context wins, and relative
/// paths are relative to the file they stand in. Members that are not known are ignored.
struct Kubeconfig: Sendable {
    /// A named entry, and where it stands.
    struct Entry: Sendable {
        let name: String
        let content: JSONValue
        /// The file, for messages.
        let file: String

        /// Relative paths start here.
        var folder: String {
            file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        }

        /// The path as it is meant.
        func resolved(_ path: String) -> String {
            path.hasPrefix("/") ? path : "\(folder)/\(path)"
        }
    }

    private(set) var currentContext: String?
    private var contexts: [String: Entry] = [:]
    private var clusters: [String: Entry] = [:]
    private var users: [String: Entry] = [:]

    var contextNames: [String] { contexts.keys.sorted() }
    var isEmpty: Bool { contexts.isEmpty && clusters.isEmpty }

    /// Takes in one more file, whose entries come after those of earlier ones.
    mutating func merge(_ text: String, file: String) throws(KubernetesError) {
        let document: JSONValue
        do throws(YAMLText.Failure) {
            document = try YAMLText.parse(text)
        } catch {
            throw .kubeconfig(file, "it is not YAML: \(Excerpt.of(error.description))")
        }
        guard document.members != nil || document == .null else { throw .kubeconfig(file, "it is not a mapping") }
        if let kind = document["kind"]?.string, kind != "Config" {
            throw .kubeconfig(file, "it is of kind '\(Excerpt.of(kind))', not Config")
        }
        if currentContext == nil, let name = document["current-context"]?.string, !name.isEmpty {
            currentContext = name
        }
        try Self.merge(document, "contexts", member: "context", file: file, into: &contexts)
        try Self.merge(document, "clusters", member: "cluster", file: file, into: &clusters)
        try Self.merge(document, "users", member: "user", file: file, into: &users)
    }

    /// The context of a name.
    func context(_ name: String) throws(KubernetesError) -> Entry {
        guard let entry = contexts[name] else {
            let known = contextNames.prefix(20).map { "'\(Excerpt.of($0, limit: 80))'" }.joined(separator: ", ")
            throw KubernetesError(
                code: .notConfigured,
                message: "the kubeconfig has no context '\(Excerpt.of(name))'",
                hint: known.isEmpty ? "it has no contexts at all" : "it has \(known)"
            )
        }
        return entry
    }

    func cluster(of context: Entry) throws(KubernetesError) -> Entry {
        let name = try context.text("cluster") ?? ""
        guard let entry = clusters[name] else {
            throw .kubeconfig(
                context.file,
                "the context '\(context.name)' names the cluster '\(Excerpt.of(name))', which is not there"
            )
        }
        return entry
    }

    /// Nil if the context names no user.
    func user(of context: Entry) throws(KubernetesError) -> Entry? {
        guard let name = try context.text("user"), !name.isEmpty else { return nil }
        guard let entry = users[name] else {
            throw .kubeconfig(
                context.file,
                "the context '\(context.name)' names the user '\(Excerpt.of(name))', which is not there"
            )
        }
        return entry
    }

    private static func merge(
        _ document: JSONValue,
        _ list: String,
        member: String,
        file: String,
        into entries: inout [String: Entry]
    ) throws(KubernetesError) {
        var seen: Set<String> = []
        for item in document[list]?.items ?? [] {
            guard let name = item["name"]?.string else { throw .kubeconfig(file, "an item of '\(list)' has no name") }
            guard seen.insert(name).inserted else {
                throw .kubeconfig(file, "'\(list)' has '\(Excerpt.of(name))' twice")
            }
            if entries[name] == nil {
                entries[name] = Entry(name: name, content: item[member] ?? .object([:]), file: file)
            }
        }
    }
}

extension Kubeconfig.Entry {
    /// A member that must be a text if it is there; nil if it is absent or empty.
    func text(_ key: String) throws(KubernetesError) -> String? {
        guard let value = content[key] else { return nil }
        guard let text = value.string else {
            throw .kubeconfig(file, "'\(key)' of '\(Excerpt.of(name))' must be a text; put it in quotes")
        }
        return text.isEmpty ? nil : text
    }

    /// The bytes of a member in base 64.
    func data(_ key: String) throws(KubernetesError) -> [UInt8]? {
        guard let text = try text(key) else { return nil }
        guard let bytes = Base64.decoded(text), !bytes.isEmpty else {
            throw .kubeconfig(file, "'\(key)' of '\(Excerpt.of(name))' is not base 64")
        }
        return bytes
    }
}

extension KubernetesError {
    /// A kubeconfig file cannot be used.
    static func kubeconfig(_ file: String, _ cause: String, hint: String? = nil) -> KubernetesError {
        KubernetesError(
            code: .notConfigured,
            message: "the kubeconfig '\(Excerpt.of(file))' cannot be used",
            cause: cause,
            hint: hint
        )
    }
}
