import CanaryYAML
import Foundation
import Glibc

/// A program that is driven by JSON messages, each ended by a zero byte, over its descriptors 3 and 4.
///
/// The program and all that it starts are a process group, which is killed with this value, and by its warden `timeout`
/// after fifteen minutes whatever happens. All operations block the thread, for as long as their deadline allows.
struct DebuggingPipe: ~Copyable {
    private let pid: pid_t
    /// A socket, so that writing to a program that is gone is an error and not a signal.
    private let descriptor: Int32
    private var received: [UInt8] = []

    /// - Parameter log: a file for what the program prints, written anew.
    init(_ executable: String, _ arguments: [String], log: String) throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ServerProcess.Failure("no socket: \(String(cString: strerror(errno)))")
        }
        // Far from 3 and 4, which it becomes in the program.
        let theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, 64)
        close(ends[1])
        defer { close(theirs) }
        let words = ["/usr/bin/timeout", "--kill-after=5", "900", executable] + arguments
        let (child, result) = Self.spawn(words, theirs, log)
        guard result == 0 else {
            close(ends[0])
            throw ServerProcess.Failure("cannot start \(executable): \(String(cString: strerror(result)))")
        }
        pid = child
        descriptor = ends[0]
    }

    deinit {
        close(descriptor)
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    }

    /// Sends a message.
    borrowing func send(_ message: JSONValue, until deadline: ContinuousClock.Instant) throws {
        var rest = (JSONText.bytes(of: message) + [0])[...]
        while !rest.isEmpty {
            try wait(for: Int16(POLLOUT), until: deadline)
            let flags = Int32(MSG_NOSIGNAL | MSG_DONTWAIT)
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
            if count > 0 { rest = rest.dropFirst(count) }
            if count < 0, errno != EAGAIN, errno != EINTR { throw Self.gone }
        }
    }

    /// The next message.
    mutating func receive(until deadline: ContinuousClock.Instant) throws -> JSONValue {
        var searched = 0
        while true {
            if let end = received[searched...].firstIndex(of: 0) {
                let message = Array(received[..<end])
                received.removeFirst(end + 1)
                return try JSONText.parse(message)
            }
            searched = received.count
            try wait(for: Int16(POLLIN), until: deadline)
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { received += chunk[..<count] }
            if count == 0 || (count < 0 && errno != EINTR) { throw Self.gone }
        }
    }

    // MARK: Helpers

    private static var gone: ServerProcess.Failure { ServerProcess.Failure("the browser has ended") }

    private borrowing func wait(for events: Int16, until deadline: ContinuousClock.Instant) throws {
        while true {
            let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
            guard left > 0 else { throw ServerProcess.Failure("the browser did not answer in time") }
            var entry = pollfd(fd: descriptor, events: events, revents: 0)
            if poll(&entry, 1, Int32(min(left, 1000)) + 1) > 0 { return }
        }
    }

    private static func spawn(_ words: [String], _ socket: Int32, _ log: String) -> (pid: pid_t, result: Int32) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, socket, 3)
        posix_spawn_file_actions_adddup2(&actions, socket, 4)

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
        return (pid, result)
    }
}
