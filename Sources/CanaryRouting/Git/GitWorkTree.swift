import CanaryCore
import FoundationEssentials

/// One file in a Git work tree.
struct GitWorkTree: Sendable {
    /// The file's folder.
    let folder: String
    /// The file's name in it.
    let name: String
    private let git: GitCommand

    /// The work tree that a file is in; a link is followed, because Git keeps links as they are.
    static func find(path: String, deadline: Duration) async throws(RouteError) -> GitWorkTree {
        let target = URL(filePath: path).resolvingSymlinksInPath()
        let folder = target.deletingLastPathComponent().path
        let work = GitWorkTree(
            folder: folder,
            name: target.lastPathComponent,
            git: GitCommand(folder: folder, deadline: deadline)
        )
        let inside = await work.git.run(["rev-parse", "--is-inside-work-tree"])
        guard inside.isSuccess, inside.output == "true" else {
            throw RouteError(
                .unsupported,
                "\(path) is in no Git work tree, and the spec asks for commits",
                cause: inside.words,
                hint: "leave route.commit out, or put the file under Git"
            )
        }
        let tracked = await work.git.run(["cat-file", "-e", "HEAD:./\(work.name)"])
        guard tracked.isSuccess else {
            throw RouteError(
                .unsupported,
                "\(path) is not committed to Git yet",
                cause: tracked.words,
                hint: "git add -- \(path) && git commit -- \(path)"
            )
        }
        return work
    }

    /// Whether the file is as it was committed last.
    func isClean() async -> Bool {
        let status = await git.run(["status", "--porcelain", "--", name])
        return status.isSuccess && status.output.isEmpty
    }

    /// The file's text in the last commit.
    func committedText() async throws(RouteError) -> String {
        // Written to a file by git itself, byte for byte, so that nothing is trimmed or cut.
        let scratch = FileManager.default.temporaryDirectory.appending(path: "haldane-blob-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let outcome = await git.run(["cat-file", "blob", "HEAD:./\(name)"], into: scratch)
        guard outcome.isSuccess, let data = try? Data(contentsOf: scratch) else {
            throw RouteError(
                .unreadable,
                "the committed text of \(name) cannot be read",
                cause: outcome.words,
                disposition: .retry
            )
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Commits the file and nothing else; nil if that worked, else what git said.
    func commit(message: String) async -> String? {
        let outcome = await git.run(await identity() + ["commit", "--quiet", "--only", "-m", message, "--", name])
        return outcome.isSuccess ? nil : outcome.words
    }

    /// `name <email>` of who made the last commit of the file.
    func lastAuthor() async -> String? {
        let outcome = await git.run(["log", "-1", "--format=%an <%ae>", "--", name])
        return outcome.isSuccess && !outcome.output.isEmpty ? outcome.output : nil
    }

    /// What a person would type.
    var commandLine: String { "git -C \(folder) commit --only -- \(name)" }

    /// Who commits where Git does not know.
    private func identity() async -> [String] {
        var options: [String] = []
        for (key, value) in [("user.name", "haldane"), ("user.email", "haldane@localhost")] {
            let known = await git.run(["config", "--get", key])
            if !known.isSuccess || known.output.isEmpty { options += ["-c", "\(key)=\(value)"] }
        }
        return options
    }
}
