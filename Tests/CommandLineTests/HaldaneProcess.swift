import Foundation

/// The real binary, run as a process.
struct HaldaneProcess {
    var code: Int32
    var output: String
    var talk: String

    /// The binary: `HALDANE_BINARY`, else beside the test bundle, else the release build of this checkout.
    static var binary: URL {
        if let path = ProcessInfo.processInfo.environment["HALDANE_BINARY"] { return URL(filePath: path) }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let candidates = [
            Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "haldane"),
            Bundle.main.bundleURL.deletingLastPathComponent().appending(path: "haldane"),
            root.appending(path: ".build/release/haldane"),
        ]
        return candidates.compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
            ?? root.appending(path: ".build/release/haldane")
    }

    /// Runs to the end, with a limit of time.
    ///
    /// - Parameter output: where standard output goes instead of into the result.
    static func run(
        _ arguments: [String],
        input: String = "",
        in folder: URL? = nil,
        output: String? = nil,
        seconds: Double = 60
    ) throws -> HaldaneProcess {
        let scratch = try Scratch()
        let standardInput = scratch.path("stdin")
        try Data(input.utf8).write(to: standardInput)
        let outputs = ["stdout", "stderr"].map(scratch.path)
        for output in outputs { try Data().write(to: output) }

        let process = Process()
        process.executableURL = binary
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: standardInput)
        process.standardOutput = try FileHandle(forWritingTo: output.map { URL(filePath: $0) } ?? outputs[0])
        process.standardError = try FileHandle(forWritingTo: outputs[1])
        process.currentDirectoryURL = folder ?? scratch.folder
        var environment = ProcessInfo.processInfo.environment
        environment["NO_COLOR"] = "1"
        environment["COLUMNS"] = "80"
        process.environment = environment
        let alarm = DispatchSource.makeTimerSource(queue: .global())
        alarm.schedule(deadline: .now() + seconds)
        let identifier = ProcessBox(process)
        alarm.setEventHandler { identifier.process.terminate() }
        alarm.resume()
        defer { alarm.cancel() }
        try process.run()
        process.waitUntilExit()
        func text(_ url: URL) throws -> String { String(decoding: try Data(contentsOf: url), as: UTF8.self) }
        return HaldaneProcess(code: process.terminationStatus, output: try text(outputs[0]), talk: try text(outputs[1]))
    }

    /// The single JSON object on stdout.
    func json() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] ?? [:]
    }

    /// `Process` is not Sendable; only `terminate`, which is safe to call from anywhere, is called through this.
    private struct ProcessBox: @unchecked Sendable {
        let process: Process

        init(_ process: Process) {
            self.process = process
        }
    }
}

/// A folder of one test, removed with it.
final class Scratch {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "haldane-cli-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    func path(_ name: String) -> URL { folder.appending(path: name) }

    /// Writes a file and gives its path.
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: path(name))
        return path(name).path
    }
}
