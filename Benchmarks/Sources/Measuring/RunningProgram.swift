package import Foundation

/// A program that runs beside the measurement, with what the kernel counts for it.
package final class RunningProgram {
    private let process = Process()
    private let log: URL

    /// Starts it; both of its outputs go into one file in `folder`.
    package init(_ program: Program, _ arguments: [String], in folder: URL, as name: String) throws {
        log = folder.appending(path: name + ".log")
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.executableURL = URL(filePath: program.path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    package var isRunning: Bool { process.isRunning }

    /// The last of what it has said.
    package var talk: String {
        // Without a log there is nothing to show.
        String(decoding: ((try? Data(contentsOf: log)) ?? Data()).suffix(2000), as: UTF8.self)
    }

    /// The first of what it has said.
    package var beginning: String {
        // Without a log there is nothing to show.
        String(decoding: ((try? Data(contentsOf: log)) ?? Data()).prefix(2000), as: UTF8.self)
    }

    /// Processor seconds so far, to a hundredth; 0 once it is gone.
    package var processorSeconds: Double {
        // The name may hold spaces: fields are counted from behind it.
        guard let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return 0 }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    }

    /// Memory that is resident now, in bytes; 0 once it is gone.
    package var residentBytes: Int { status("VmRSS:") * 1024 }

    /// The most that ever was.
    package var peakBytes: Int { status("VmHWM:") * 1024 }

    /// Asks it to end, and waits.
    package func end() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    private func status(_ name: String) -> Int {
        guard
            let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix(name) })
        else { return 0 }
        return line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
