import CanaryCore
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// Steps by the API, the final weights as a commit: with real git and a real remote.
@Suite("GitSettlement", .timeLimit(.minutes(1)))
struct GitSettlementTests {
    private static let promotion = WeightPlan(canaryPercent: 100, purpose: .promotion)

    /// A bare remote, the agent's clone of it, and somebody else's.
    private struct Remote {
        let folder: String
        let mine: String
        let theirs: String

        init(_ folders: Folders) throws {
            folder = try folders.make().path
            let seed = folder + "/seed"
            mine = folder + "/mine"
            theirs = folder + "/theirs"
            try FileManager.default.createDirectory(atPath: seed, withIntermediateDirectories: true)
            let text = try String(contentsOfFile: try folders.make().copy("vs-basic.yaml"), encoding: .utf8)
            try text.write(toFile: seed + "/vs-basic.yaml", atomically: true, encoding: .utf8)
            try git(seed, "init", "--quiet", "-b", "main")
            try git(seed, "add", ".")
            try git(seed, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "route")
            try git(folder, "clone", "--quiet", "--bare", seed, "remote.git")
            for clone in ["mine", "theirs"] {
                try git(folder, "clone", "--quiet", "remote.git", clone)
                try git(folder + "/" + clone, "config", "user.name", clone)
                try git(folder + "/" + clone, "config", "user.email", "\(clone)@example.com")
            }
        }

        @discardableResult
        func git(_ folder: String, _ arguments: String...) throws -> String {
            let process = Process()
            let pipe = Pipe()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["git", "-C", folder] + arguments
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            try process.run()
            let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            try #require(process.terminationStatus == 0, "git \(arguments): \(output)")
            return output.trimmingCharacters(in: .whitespacesAndNewlines)
        }

        func settlement(pushes: Bool = true, branch: String? = nil) -> GitSettlement {
            let path = mine + "/vs-basic.yaml"
            return GitSettlement(
                path: path,
                selection: FileRouteStoreTests.basic,
                settle: SettleSpec(file: path, pushes: pushes, branch: branch),
                label: "v2"
            )
        }

        /// The file on the remote's main branch.
        func declared() throws -> String {
            try git(folder + "/remote.git", "show", "main:vs-basic.yaml")
        }
    }

    @Test("the final weights are pushed as a commit of the one file, and Git agrees")
    func pushed() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try Remote(folders)
        let before = try remote.declared()

        let rest = await remote.settlement().settle(Self.promotion)

        #expect(rest == nil)
        let changed = before.replacing("weight: 90", with: "weight: 0").replacing("weight: 10", with: "weight: 100")
        #expect(try remote.declared() == changed)
        #expect(try remote.git(remote.folder + "/remote.git", "rev-list", "--count", "main") == "2")
        #expect(await remote.settlement().settle(Self.promotion) == nil)
        #expect(try remote.git(remote.folder + "/remote.git", "rev-list", "--count", "main") == "2")
    }

    @Test("what others pushed meanwhile is kept, before the commit and between it and the push")
    func others() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try Remote(folders)
        try "hello\n".write(toFile: remote.theirs + "/other.txt", atomically: true, encoding: .utf8)
        try remote.git(remote.theirs, "add", ".")
        try remote.git(remote.theirs, "commit", "--quiet", "-m", "other")
        try remote.git(remote.theirs, "push", "--quiet")
        // A hook lets a second commit of theirs slip in right before the push.
        try "more\n".write(toFile: remote.theirs + "/other.txt", atomically: true, encoding: .utf8)
        try remote.git(remote.theirs, "commit", "--quiet", "-a", "-m", "more")
        let hook = remote.mine + "/.git/hooks/pre-push"
        let script =
            "#!/bin/sh\nunset GIT_DIR GIT_WORK_TREE GIT_PREFIX\ngit -C '\(remote.theirs)' push --quiet\nexit 0\n"
        try script.write(toFile: hook, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)

        let rest = await remote.settlement().settle(Self.promotion)

        #expect(rest == nil, "\(rest?.text ?? "")")
        #expect(try remote.git(remote.folder + "/remote.git", "rev-list", "--count", "main") == "4")
        #expect(try remote.declared().contains("weight: 100"))
    }

    @Test("a branch for a review leaves it unsettled until it is merged, and says where it waits")
    func review() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try Remote(folders)
        let settlement = remote.settlement(branch: "haldane/demo4")

        let rest = await settlement.settle(Self.promotion)
        #expect(
            rest?.text.contains("branch haldane/demo4 to be merged into origin/main") == true,
            "\(rest?.text ?? "")"
        )
        #expect(await settlement.unsettled(Self.promotion) != nil)

        try remote.git(remote.theirs, "fetch", "--quiet")
        try remote.git(remote.theirs, "merge", "--quiet", "origin/haldane/demo4")
        try remote.git(remote.theirs, "push", "--quiet")
        #expect(await settlement.unsettled(Self.promotion) == nil)
    }

    @Test("without a push it waits for one, with the command; a remote that is away is said with git's words")
    func waits() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try Remote(folders)
        let settlement = remote.settlement(pushes: false)

        let rest = await settlement.settle(Self.promotion)
        #expect(rest?.text.contains("git -C \(remote.mine) push") == true, "\(rest?.text ?? "")")
        try remote.git(remote.mine, "push", "--quiet")
        #expect(await settlement.unsettled(Self.promotion) == nil)

        try FileManager.default.removeItem(atPath: remote.folder + "/remote.git")
        let lost = await settlement.unsettled(Self.promotion)
        #expect(lost?.text.contains("cannot ask Git") == true, "\(lost?.text ?? "")")
        #expect(lost?.text.contains("puts the old weights back") == true)
    }

    @Test("a file that is in no work tree, or has changes of somebody else's, is not committed")
    func refused() async throws {
        let folders = Folders()
        defer { folders.remove() }
        let remote = try Remote(folders)
        let path = remote.mine + "/vs-basic.yaml"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try (text + "# mine\n").write(toFile: path, atomically: true, encoding: .utf8)

        let rest = await remote.settlement().settle(Self.promotion)

        #expect(rest?.text.contains("changes that are not committed") == true, "\(rest?.text ?? "")")
        #expect(try remote.declared().contains("weight: 90"))
    }
}
