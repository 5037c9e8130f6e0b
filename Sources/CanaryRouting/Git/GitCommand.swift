import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Runs `git` in a folder, with a deadline and without ever asking anybody anything.
struct GitCommand: Sendable {
    /// Where it runs.
    let folder: String
    let deadline: Duration

    struct Outcome: Sendable {
        /// Nil if it did not end in time.
        var status: Int32?
        /// The first 64 KiB of each.
        var output: String
        var errors: String

        var isSuccess: Bool { status == 0 }

        /// What git said, for a message.
        var words: String {
            if status == nil { return "git did not end in time" }
            let said = (errors.isEmpty ? output : errors).split(whereSeparator: \.isNewline)
            return said.isEmpty ? "git ended with \(status ?? -1)" : said.suffix(6).joined(separator: "; ")
        }
    }

    private static let outputLimit = 64 << 10

    /// Runs to the end even if the task is cancelled: a commit that is killed leaves a lock behind.
    ///
    /// - Parameter file: where the whole output goes; then `output` is empty.
    func run(_ arguments: [String], into file: URL? = nil) async -> Outcome {
        // Awaited here; unstructured, because a task of its own is not cancelled with ours.
        await Task { await execute(arguments, into: file) }.value
    }

    private func execute(_ arguments: [String], into file: URL?) async -> Outcome {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "haldane-git-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let files = [file ?? scratch.appending(path: "output"), scratch.appending(path: "errors")]
        let process = Process()
        let (exits, exit) = AsyncStream<Int32>.makeStream()
        do {
            // Files instead of pipes: nothing can fill up, and nothing waits for what a hook leaves running.
            try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
            for file in files { try Data().write(to: file) }
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["git", "-C", folder] + arguments
            process.environment = ProcessInfo.processInfo.environment.merging(Self.environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: files[0])
            process.standardError = try FileHandle(forWritingTo: files[1])
            process.terminationHandler = { ended in
                exit.yield(ended.terminationStatus)
                exit.finish()
            }
            try process.run()
        } catch {
            return Outcome(status: 127, output: "", errors: "git cannot be run: \(error.localizedDescription)")
        }
        let status = await Self.first(of: exits, within: deadline)
        if status == nil {
            process.terminate()
            if await Self.first(of: exits, within: .seconds(1)) == nil { kill(process.processIdentifier, SIGKILL) }
        }
        return Outcome(status: status, output: file == nil ? Self.text(files[0]) : "", errors: Self.text(files[1]))
    }

    private static func first(of exits: AsyncStream<Int32>, within deadline: Duration) async -> Int32? {
        await withTaskGroup(of: Int32?.self) { group in
            group.addTask { await exits.first { _ in true } }
            group.addTask {
                // Ends early only when the other one was first.
                try? await Task.sleep(for: deadline)
                return nil
            }
            let status = await group.next() ?? nil
            group.cancelAll()
            return status
        }
    }

    private static func text(_ file: URL) -> String {
        guard let handle = try? FileHandle(forReadingFrom: file),
            let data = try? handle.read(upToCount: outputLimit)
        else { return "" }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static let environment = [
        "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "GIT_PAGER": "cat", "GIT_OPTIONAL_LOCKS": "0",
    ]
}
