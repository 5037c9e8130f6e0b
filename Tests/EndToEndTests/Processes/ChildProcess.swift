import Glibc
import Synchronization

/// A program that a test started: waited for with a limit, and ended at the latest when the last reference goes.
final class ChildProcess: Sendable {
    /// How a program ended.
    enum Ending: Sendable, Equatable {
        case exited(Int32)
        case killed(by: Int32)
    }

    /// It could not be started, or did not end in time.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let pid: pid_t
    private let name: String
    /// The write end of its standard input, if that is kept open for as long as this value lives.
    private let input: Int32?
    private let ending = Mutex<Ending?>(nil)

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - executable: an absolute path.
    ///   - folder: its working directory.
    ///   - output: a file for its standard output, written anew.
    ///   - talk: a file for its standard error, written anew.
    ///   - keepsInput: whether its standard input is a pipe that ends with this value, and not an empty one.
    init(
        _ executable: String,
        _ arguments: [String],
        in folder: String,
        output: String,
        talk: String,
        keepsInput: Bool = false
    ) throws {
        name = ([executable] + arguments).joined(separator: " ")
        var ends: [Int32] = [-1, -1]
        if keepsInput {
            guard pipe(&ends) == 0, ends.allSatisfy({ fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }) else {
                throw Failure(description: "no pipe: \(String(cString: strerror(errno)))")
            }
        }
        input = keepsInput ? ends[1] : nil
        defer { if keepsInput { close(ends[0]) } }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if keepsInput {
            posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        let creation = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, creation, 0o644)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, talk, creation, 0o644)

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
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        var words: [UnsafeMutablePointer<CChar>?] =
            (["env", "-C", folder, executable] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, "/usr/bin/env", &actions, &attributes, &words, environ)
        pid = child
        guard result == 0 else {
            ending.withLock { $0 = .exited(127) }
            throw Failure(description: "cannot start \(name): \(String(cString: strerror(result)))")
        }
    }

    deinit {
        // Asked first, so that it can end what it has started itself.
        if let input { close(input) }
        signal(SIGTERM)
        guard (try? wait(seconds: 10)) == nil else { return }
        signal(SIGKILL)
        // Nothing is left to be done about a program that survives this.
        _ = try? wait(seconds: 10)
    }

    /// Sends a signal, unless the program has ended.
    func signal(_ number: Int32) {
        ending.withLock { if $0 == nil { kill(pid, number) } }
    }

    /// How it ended; nil while it runs.
    var endingSoFar: Ending? {
        ending.withLock { ending in
            if let known = ending { return known }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let number = status & 0x7F
            ending = number == 0 ? .exited((status >> 8) & 0xFF) : .killed(by: number)
            return ending
        }
    }

    /// Waits for the end; blocks the thread.
    func wait(seconds: Double) throws -> Ending {
        guard Patience.wait(seconds: seconds, until: { endingSoFar != nil }), let ending = endingSoFar else {
            throw Failure(description: "still running after \(seconds) s: \(name)")
        }
        return ending
    }
}
