package import Foundation

/// Another program that is run and measured.
package struct Program: Sendable {
    /// What a run of a program was like.
    package struct Run: Sendable {
        package var exitCode: Int32
        package var output: Data
        /// What it wrote to stderr, its last kilobyte.
        package var talk: String
        /// Real seconds.
        package var seconds: Double
        /// The most memory that was resident, in bytes; 0 if the kernel does not tell.
        package var peakBytes: Int
    }

    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Whether there is such a program.
    package var exists: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Runs it to its end, or to `limit`, after which it is killed; its files lie in `folder` meanwhile.
    package func run(_ arguments: [String], in folder: URL, limit: Duration) async throws -> Run {
        let name = UUID().uuidString
        let (out, err) = (folder.appending(path: name + ".out"), folder.appending(path: name + ".err"))
        for file in [out, err] { try Data().write(to: file) }
        defer { for file in [out, err] { try? FileManager.default.removeItem(at: file) } }

        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: out)
        process.standardError = try FileHandle(forWritingTo: err)
        let start = ContinuousClock.now
        try process.run()
        var peak = 0
        while process.isRunning {
            peak = max(peak, Self.peakBytes(of: process.processIdentifier))
            if start.duration(to: .now) > limit { process.terminate() }
            try await Task.sleep(for: .milliseconds(10))
        }
        process.waitUntilExit()
        let (whole, fraction) = start.duration(to: .now).components
        return Run(
            exitCode: process.terminationStatus,
            output: try Data(contentsOf: out),
            talk: String(decoding: try Data(contentsOf: err).suffix(1024), as: UTF8.self),
            seconds: Double(whole) + Double(fraction) / 1e18,
            peakBytes: peak
        )
    }

    /// Runs it with a file as its input and counts the lines and bytes it writes into a pipe.
    package func stream(_ arguments: [String], input: URL) throws -> (lines: Int, bytes: Int, exitCode: Int32) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = pipe
        try process.run()
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        var (lines, bytes) = (0, 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 17)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += count
            for byte in buffer[..<count] where byte == UInt8(ascii: "\n") { lines += 1 }
        }
        process.waitUntilExit()
        return (lines, bytes, process.terminationStatus)
    }

    /// `VmHWM`, which only grows; 0 once the process is gone.
    private static func peakBytes(of process: Int32) -> Int {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return 0 }
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
