import Foundation

/// Another program of this machine that must be there.
struct ChildTool {
    var code: Int32
    var output: String

    struct Missing: Error, CustomStringConvertible {
        var description: String
    }

    /// Runs a program with a text as its input. A missing program is an error, so that its test fails.
    static func run(_ name: String, _ arguments: [String], input: String = "") throws -> ChildTool {
        let folders = ["/usr/bin", "/usr/local/bin", "/bin"]
        guard let path = folders.map({ "\($0)/\(name)" }).first(where: FileManager.default.isExecutableFile) else {
            throw Missing(description: "\(name) is not installed")
        }
        let file = FileManager.default.temporaryDirectory.appending(path: "haldane-\(UUID().uuidString)")
        try Data(input.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: file)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return ChildTool(code: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
    }
}
