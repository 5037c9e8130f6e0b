import Foundation
import Measuring

/// Keeps what measures off the processor of what is measured.
enum ProcessorShare {
    private static let last = Machine.processors - 1

    /// Moves this process to all processors but the last one, and names that; nil where there is no other or no way.
    static func separate() -> Int? {
        guard last > 0, set("0-\(last - 1)") else { return nil }
        return last
    }

    /// Lets this process run everywhere again.
    static func join() {
        guard last > 0 else { return }
        _ = set("0-\(last)")
    }

    private static func set(_ processors: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/taskset")
        process.arguments = ["-a", "-c", "-p", processors, "\(ProcessInfo.processInfo.processIdentifier)"]
        process.standardOutput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
