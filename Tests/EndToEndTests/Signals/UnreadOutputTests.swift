import Foundation
import Glibc
import Testing

/// Signals to a process whose results nobody reads.
@Suite struct UnreadOutputTests {
    /// A pipe that is full, and stays so.
    private final class FullPipe: Sendable {
        let path: String
        private let descriptor: Int32

        init(_ path: String) throws {
            self.path = path
            let descriptor = mkfifo(path, 0o600) == 0 ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) : -1
            guard descriptor >= 0 else {
                throw ChildProcess.Failure(description: "no pipe: \(String(cString: strerror(errno)))")
            }
            self.descriptor = descriptor
            let bytes = [UInt8](repeating: 0x0A, count: 4096)
            while write(descriptor, bytes, bytes.count) > 0 {}
        }

        deinit { close(descriptor) }
    }

    @Test("SIGTERM ends a run whose results nobody reads", .timeLimit(.minutes(3)))
    func during() async throws {
        #expect(try await ending(speed: "1", after: "demo/journal/lock") == .exited(143))
    }

    @Test("SIGTERM ends a process whose run is over, and whose results nobody reads", .timeLimit(.minutes(3)))
    func afterwards() async throws {
        // The report is written before the results are.
        #expect(try await ending(speed: "0", after: "report.json") == .exited(143))
    }

    /// How a demo ends that gets a signal as soon as it has made a file.
    private func ending(speed: String, after file: String) async throws -> ChildProcess.Ending {
        try await Patience.blocking {
            let folder = try TestFolder()
            let full = try FullPipe(folder.file("full"))
            defer { withExtendedLifetime(full) {} }
            let process = try ChildProcess(
                try Haldane.binary(),
                ["demo", "--scenario", "errors", "--speed", speed, "--quiet", "--directory", folder.file("demo")]
                    + ["--report", folder.file("report.json")],
                in: folder.path,
                output: full.path,
                talk: folder.file("err")
            )
            let isThere = Patience.wait(seconds: 120) {
                FileManager.default.fileExists(atPath: folder.file(file)) || process.endingSoFar != nil
            }
            guard isThere else { throw ChildProcess.Failure(description: "there is no \(file)") }
            process.signal(SIGTERM)
            return try process.wait(seconds: 10)
        }
    }
}
