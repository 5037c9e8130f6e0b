import CanaryCore
import FoundationEssentials

/// The branch that a work tree follows on a remote.
struct GitRemote: Sendable {
    /// The file's folder in the work tree.
    let folder: String
    /// `origin/main`.
    let upstream: String
    private let name: String
    private let git: GitCommand

    /// Nil if the work tree follows nothing.
    static func find(path: String, deadline: Duration) async throws(RouteError) -> GitRemote? {
        let work = try await GitWorkTree.find(path: path, deadline: deadline)
        let git = GitCommand(folder: work.folder, deadline: deadline)
        let found = await git.run(["rev-parse", "--abbrev-ref", "--symbolic-full-name", "@{upstream}"])
        guard found.isSuccess, found.output.contains("/") else { return nil }
        return GitRemote(folder: work.folder, upstream: found.output, name: work.name, git: git)
    }

    /// Asks the remote; nil if that worked, else what git said.
    func fetch() async -> String? {
        failure(of: await git.run(["fetch", "--quiet"]))
    }

    /// Takes over what the remote has, where nothing of ours is in the way; nil if that worked, else what git said.
    ///
    /// - Parameter rebasing: commits that the remote does not have are put on top of what it has. One that was taken over there in another
    ///   form, as by a squash, is dropped then, where it would stand in the way for ever.
    func follow(rebasing: Bool) async -> String? {
        if let failure = await fetch() { return failure }
        let merge = await git.run(["merge", "--ff-only", "--quiet", "@{upstream}"])
        guard !merge.isSuccess, rebasing else { return failure(of: merge) }
        return await rebase().map { "\(merge.words); \($0)" }
    }

    private func rebase() async -> String? {
        let outcome = await git.run(["rebase", "--quiet", "@{upstream}"])
        guard !outcome.isSuccess else { return nil }
        _ = await git.run(["rebase", "--abort"])
        return outcome.words
    }

    /// The file's text on the remote's branch as it was fetched last.
    func text() async throws(RouteError) -> String {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "haldane-blob-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let outcome = await git.run(["cat-file", "blob", "@{upstream}:./\(name)"], into: scratch)
        guard outcome.isSuccess, let data = try? Data(contentsOf: scratch) else {
            throw RouteError(
                .unreadable,
                "\(name) cannot be read on \(upstream)",
                cause: outcome.words,
                disposition: .retry
            )
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Pushes the last commit, once more on top of what came in between if the remote was faster; nil if that worked.
    func push(to branch: String?) async -> String? {
        if let branch {
            return failure(
                of: await git.run(["push", "--quiet", "--force-with-lease", remote, "HEAD:refs/heads/\(branch)"])
            )
        }
        let target = upstream.split(separator: "/", maxSplits: 1).last.map(String.init) ?? "HEAD"
        let first = await git.run(["push", "--quiet", remote, "HEAD:refs/heads/\(target)"])
        guard !first.isSuccess else { return nil }
        if let failure = await fetch() { return failure }
        if let failure = await rebase() { return "\(first.words); \(failure)" }
        return failure(of: await git.run(["push", "--quiet", remote, "HEAD:refs/heads/\(target)"]))
    }

    private var remote: String { upstream.split(separator: "/", maxSplits: 1).first.map(String.init) ?? "origin" }

    private func failure(of outcome: GitCommand.Outcome) -> String? { outcome.isSuccess ? nil : outcome.words }
}
