package import Foundation

/// What a reader of the numbers must know of the machine that gave them.
package enum Machine {
    /// Processors that may be used.
    package static var processors: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }

    /// The load averages of 1, 5 and 15 minutes, as the kernel writes them.
    package static var load: String {
        guard let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8) else { return "unknown" }
        return text.split(separator: " ").prefix(3).joined(separator: " ")
    }

    /// Processor seconds of all child processes that have ended, to a hundredth.
    package static var childSeconds: Double {
        var used = tms()
        _ = times(&used)
        return Double(used.tms_cutime + used.tms_cstime) / Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    }

    /// A new folder for temporary files; the caller removes it.
    package static func temporaryFolder(_ purpose: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "haldane-\(purpose)-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Tells people something without touching the results on stdout.
    package static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Writes a result.
    package static func show(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}

/// Runs `body` and says how many seconds it took.
package func seconds<Result>(of body: () throws -> Result) rethrows -> (seconds: Double, result: Result) {
    let clock = ContinuousClock()
    let start = clock.now
    let result = try body()
    let (whole, fraction) = start.duration(to: clock.now).components
    return (Double(whole) + Double(fraction) / 1e18, result)
}
