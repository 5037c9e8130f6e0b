import Foundation

/// The real binary, as a process.
struct Haldane: Sendable {
    /// What a command left behind.
    struct Result: Sendable {
        var ending: ChildProcess.Ending
        var output: String
        var talk: String

        /// The single JSON object on standard output.
        func json<T: Decodable>(_ type: T.Type) throws -> T {
            try JSONDecoder().decode(type, from: Data(output.utf8))
        }
    }

    private let process: ChildProcess
    private let outputPath: String
    private let talkPath: String

    /// Starts a command.
    ///
    /// - Parameters:
    ///   - name: under which its output is kept in the folder.
    ///   - prefix: a program with arguments that runs the command, e.g. a shell that sets limits first.
    init(_ arguments: [String], in folder: TestFolder, as name: String = "haldane", through prefix: [String] = [])
        throws
    {
        outputPath = folder.file(name + ".out")
        talkPath = folder.file(name + ".err")
        let words = prefix + [try Self.binary()] + arguments
        process = try ChildProcess(
            words[0],
            Array(words.dropFirst()),
            in: folder.path,
            output: outputPath,
            talk: talkPath
        )
    }

    /// Runs a command to its end; blocks the thread.
    static func run(
        _ arguments: [String],
        in folder: TestFolder,
        as name: String = "haldane",
        through prefix: [String] = [],
        seconds: Double = 300
    ) throws -> Result {
        try Haldane(arguments, in: folder, as: name, through: prefix).wait(seconds: seconds)
    }

    /// What it has printed so far.
    var output: String { TestFolder.text(outputPath) }

    /// What it has told so far.
    var talk: String { TestFolder.text(talkPath) }

    var hasEnded: Bool { process.endingSoFar != nil }

    func signal(_ number: Int32) { process.signal(number) }

    /// Waits for the end; blocks the thread.
    func wait(seconds: Double = 300) throws -> Result {
        do {
            let ending = try process.wait(seconds: seconds)
            return Result(ending: ending, output: output, talk: talk)
        } catch {
            throw ChildProcess.Failure(description: "\(error)\n\(talk.suffix(2000))")
        }
    }

    /// Waits until it has told something; blocks the thread.
    func waitForTalk(_ text: String, seconds: Double = 60) throws {
        guard Patience.wait(seconds: seconds, until: { talk.contains(text) || hasEnded }), talk.contains(text) else {
            throw ChildProcess.Failure(description: "haldane did not say '\(text)':\n\(talk.suffix(2000))")
        }
    }

    /// `HALDANE_BINARY`, else beside the test bundle, else the release build of this checkout.
    static func binary() throws -> String {
        if let path = ProcessInfo.processInfo.environment["HALDANE_BINARY"] { return path }
        let beside = [Bundle.main.executableURL, Bundle.main.bundleURL].compactMap { $0?.deletingLastPathComponent() }
        let candidates = beside.map { $0.path + "/haldane" } + [Checkout.root + "/.build/release/haldane"]
        guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw ChildProcess.Failure(
                description: "there is no haldane binary; run 'make build' (looked at \(candidates))"
            )
        }
        return found
    }
}

/// Where this checkout is.
enum Checkout {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path
}
