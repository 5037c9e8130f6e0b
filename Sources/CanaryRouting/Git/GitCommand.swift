import CanaryKubernetes
import Foundation

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
        let scratch = FileManager.default.temporaryDirectory.appending(path: "haldane-git-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (output, errors) = (file ?? scratch.appending(path: "output"), scratch.appending(path: "errors"))
        var status: Int32?
        do {
            try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
            status = try await ChildCommand.run(
                "git",
                arguments: ["-C", folder] + arguments,
                environment: ProcessInfo.processInfo.environment.merging(Self.environment) { $1 },
                files: ChildCommand.Files(output: output.path, talk: errors.path),
                deadline: deadline,
                grace: .seconds(1)
            ).status
        } catch let failure as ChildCommand.Failure {
            guard failure.isLate else {
                return Outcome(status: 127, output: "", errors: "git cannot be run: \(failure.words)")
            }
        } catch {
            return Outcome(status: 127, output: "", errors: "git cannot be run: \(error.localizedDescription)")
        }
        return Outcome(status: status, output: file == nil ? Self.text(output) : "", errors: Self.text(errors))
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
