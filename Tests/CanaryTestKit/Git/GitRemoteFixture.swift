import Foundation

/// A bare remote, our clone of it, and somebody else's; with real git.
package struct GitRemoteFixture: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let remote: String
    package let mine: String
    package let theirs: String
    private let file: String

    /// - Parameters:
    ///   - folder: an empty one, of the test.
    ///   - file: the name of the one file; may be in folders.
    package init(in folder: String, file: String, text: String) throws {
        self.file = file
        remote = folder + "/remote.git"
        mine = folder + "/mine"
        theirs = folder + "/theirs"
        let seed = folder + "/seed"
        let path = URL(filePath: "\(seed)/\(file)")
        try FileManager.default.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: path, atomically: true, encoding: .utf8)
        try Self.git(seed, "init", "--quiet", "-b", "main")
        try Self.git(seed, "add", ".")
        try Self.git(seed, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "route")
        try Self.git(folder, "clone", "--quiet", "--bare", seed, "remote.git")
        for clone in ["mine", "theirs"] {
            try Self.git(folder, "clone", "--quiet", "remote.git", clone)
            try Self.git(folder + "/" + clone, "config", "user.name", clone)
            try Self.git(folder + "/" + clone, "config", "user.email", "\(clone)@example.com")
        }
    }

    /// Our file.
    package var path: String { "\(mine)/\(file)" }

    /// The file on the remote's main branch.
    package func declared() throws -> String { try Self.git(remote, "show", "main:\(file)") }

    /// Refuses every push from now on, with these words.
    package func refusePushes(_ words: String) throws {
        let hook = remote + "/hooks/pre-receive"
        try "#!/bin/sh\necho '\(words)' >&2\nexit 1\n".write(toFile: hook, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
    }

    /// Takes pushes again.
    package func takePushes() throws { try FileManager.default.removeItem(atPath: remote + "/hooks/pre-receive") }

    /// Somebody else merges a branch into main and pushes it.
    package func merge(_ branch: String, isSquashed: Bool = false) throws {
        try Self.git(theirs, "fetch", "--quiet")
        if isSquashed {
            // Something else came in before, so that it is no fast-forward.
            try Self.git(theirs, "commit", "--quiet", "--allow-empty", "-m", "other")
            try Self.git(theirs, "merge", "--quiet", "--squash", "origin/\(branch)")
            try Self.git(theirs, "commit", "--quiet", "-m", "squashed")
        } else {
            try Self.git(theirs, "merge", "--quiet", "origin/\(branch)")
        }
        try Self.git(theirs, "push", "--quiet")
    }

    @discardableResult
    package static func git(_ folder: String, _ arguments: String...) throws -> String {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git", "-C", folder] + arguments
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "git \(arguments.joined(separator: " ")): \(complaint)")
        }
        return said.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
