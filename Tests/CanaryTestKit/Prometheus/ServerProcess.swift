import Foundation
import Glibc
import Synchronization

/// A real server that a test started on loopback: it ends with this value, and after fifteen minutes whatever happens.
///
/// It and its warden `timeout` are a process group of their own, which signals are sent to. Its data are in a temporary
/// folder that goes with it.
package final class ServerProcess: Sendable {
    /// It could not be started or reached, or did not end in time.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(_ description: String) {
            self.description = description
        }
    }

    /// Where it keeps its data and its log.
    package let folder: String
    private let executable: String
    private let child = Mutex<pid_t?>(nil)

    /// Finds the program; nothing is started yet.
    ///
    /// - Parameters:
    ///   - variable: an environment variable that may hold its path.
    ///   - package: Debian's name of it, for the message where it is missing.
    package init(_ program: String, variable: String, package: String) throws {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "/usr/bin").split(separator: ":").map(String.init)
        let candidates = [environment[variable]].compactMap { $0 } + folders.map { "\($0)/\(program)" }
        guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
            throw Failure("there is no \(program); run 'make setup' (Debian package \(package)) or set \(variable)")
        }
        executable = found
        folder = FileManager.default.temporaryDirectory.path + "/haldane-\(program)-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        // At once: the runner may be about to end.
        kill()
        // What cannot be removed is left to the system's own cleaning.
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A path inside the folder.
    package func file(_ name: String) -> String { folder + "/" + name }

    /// All that it has logged since it was last started.
    package var log: String {
        FileManager.default.contents(atPath: file("log")).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Starts it with an empty log.
    package func start(_ arguments: [String]) throws {
        try child.withLock { child in
            guard child == nil else { throw Failure("\(executable) runs already") }
            child = try spawn(["/usr/bin/timeout", "--kill-after=5", "900", executable] + arguments)
        }
    }

    /// Waits until the condition is met; blocks the thread.
    ///
    /// - Throws: with the end of the log, if the server ends or the time is up before.
    package func wait(seconds: Double, for what: String, until isMet: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while !isMet() {
            if hasEnded { throw Failure("\(executable) ended instead of \(what):\n\(log.suffix(3000))") }
            guard ContinuousClock.now < deadline else {
                throw Failure("\(executable): no \(what) within \(seconds) s:\n\(log.suffix(3000))")
            }
            usleep(5000)
        }
    }

    /// Whether it is not running.
    package var hasEnded: Bool {
        child.withLock { child in
            guard let pid = child else { return true }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return false }
            child = nil
            return true
        }
    }

    /// Asks it to end, and makes it after ten seconds; blocks the thread.
    package func stop() {
        resume()
        // The warden passes it on.
        child.withLock { if let pid = $0 { _ = Glibc.kill(pid, SIGTERM) } }
        let deadline = ContinuousClock.now + .seconds(10)
        while !hasEnded, ContinuousClock.now < deadline { usleep(5000) }
        kill()
    }

    /// Ends it at once, as a crash would.
    package func kill() {
        child.withLock { child in
            guard let pid = child else { return }
            // Its warden then collects it and ends as well.
            if let server = Self.child(of: pid) {
                _ = Glibc.kill(server, SIGKILL)
                _ = Glibc.kill(-pid, SIGCONT)
            } else {
                _ = Glibc.kill(-pid, SIGKILL)
            }
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
            child = nil
        }
    }

    /// Stops its clock: connections are accepted by the system and nothing is answered.
    package func suspend() { signal(SIGSTOP) }

    /// Lets a suspended server go on.
    package func resume() { signal(SIGCONT) }

    /// Runs blocking work on a thread of its own, so that no other test waits for it.
    package static func onThread<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try work() })
            }
        }
    }

    /// Runs a tool to its end and gives what it printed; blocks the thread.
    ///
    /// - Throws: with its words, if it fails.
    package static func output(
        of tool: String,
        _ arguments: [String],
        variable: String,
        package: String,
        seconds: Double = 120
    ) throws -> String {
        let process = try ServerProcess(tool, variable: variable, package: package)
        try process.start(arguments)
        guard let pid = process.child.withLock({ $0 }) else { throw Failure("\(tool) did not start") }
        let deadline = ContinuousClock.now + .seconds(seconds)
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            guard ContinuousClock.now < deadline else { throw Failure("\(tool) did not end within \(seconds) s") }
            usleep(2000)
        }
        process.child.withLock { $0 = nil }
        guard status == 0 else {
            throw Failure("\(tool) \(arguments.joined(separator: " ")) failed:\n\(process.log.suffix(3000))")
        }
        return process.log
    }

    // MARK: Helpers

    private static func child(of pid: pid_t) -> pid_t? {
        let text = FileManager.default.contents(atPath: "/proc/\(pid)/task/\(pid)/children")
        return text.flatMap { String(decoding: $0, as: UTF8.self).split(separator: " ").first.flatMap { pid_t($0) } }
    }

    private func signal(_ number: Int32) {
        child.withLock { if let pid = $0 { _ = Glibc.kill(-pid, number) } }
    }

    private func spawn(_ words: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, file("log"), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)

        // The test runner's own handling of signals is none of the program's business.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let result = posix_spawn(&pid, words[0], &actions, &attributes, &arguments, environ)
        guard result == 0 else { throw Failure("cannot start \(executable): \(String(cString: strerror(result)))") }
        return pid
    }
}
