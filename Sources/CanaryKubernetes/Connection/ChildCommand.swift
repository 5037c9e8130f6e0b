import Foundation
import Glibc

/// Runs a command to its end: without a terminal, with bounded output, within a deadline.
package enum ChildCommand {
    /// How a command ended.
    package struct Ending: Sendable {
        /// The exit status; 128 plus the signal's number if it was killed by one.
        package var status: Int32
        package var output: [UInt8]
        /// The first of what it wrote to standard error.
        package var talk: [UInt8]
    }

    /// Why there is no result.
    package struct Failure: Error, Sendable {
        package var words: String
        package var isAbsent = false
        /// It was there, and did not end in time.
        package var isLate = false
    }

    /// Where a command writes to instead of into pipes: nothing fills up there, and whatever it leaves running may go on writing.
    package struct Files: Sendable {
        package var output: String
        package var talk: String

        package init(output: String, talk: String) {
            self.output = output
            self.talk = talk
        }
    }

    private static let outputLimit = 1 << 20
    private static let talkLimit = 2048

    /// Runs a command, found by `PATH` of the environment given unless it is a path.
    ///
    /// It has a thread of its own, because it blocks. At the deadline, or when the output grows beyond a megabyte, the
    /// command and what it started are killed. A cancelled task waits for the end all the same.
    ///
    /// - Parameters:
    ///   - files: made anew; the ending then has no output and no talk.
    ///   - grace: how long a late command is asked to end before it is killed.
    package static func run(
        _ command: String,
        arguments: [String],
        environment: [String: String],
        files: Files? = nil,
        deadline: Duration,
        grace: Duration = .zero
    ) async throws(Failure) -> Ending {
        guard let path = find(command, in: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin") else {
            throw Failure(words: "there is no such command", isAbsent: true)
        }
        let result: Result<Ending, Failure> = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                do throws(Failure) {
                    var child = try Child(path, [command] + arguments, environment, files)
                    continuation.resume(returning: .success(try child.finish(within: deadline, grace)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    private static func find(_ command: String, in path: String) -> String? {
        if command.contains("/") { return access(command, F_OK) == 0 ? command : nil }
        return path.split(separator: ":").map { "\($0)/\(command)" }.first { access($0, X_OK) == 0 }
    }

    /// A process and our ends of its pipes.
    private struct Child {
        private var process: pid_t = 0
        private var output: Int32 = -1
        private var talk: Int32 = -1

        init(
            _ path: String,
            _ arguments: [String],
            _ environment: [String: String],
            _ files: Files?
        ) throws(Failure) {
            let (out, err) = files == nil ? try Self.pipes() : ([-1, -1], [-1, -1])
            for descriptor in out + err where descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            if let files {
                let flags = O_WRONLY | O_CREAT | O_TRUNC
                posix_spawn_file_actions_addopen(&actions, 1, files.output, flags, 0o600)
                posix_spawn_file_actions_addopen(&actions, 2, files.talk, flags, 0o600)
            } else {
                posix_spawn_file_actions_adddup2(&actions, out[1], 1)
                posix_spawn_file_actions_adddup2(&actions, err[1], 2)
            }
            // No connection or file of ours lives on in it, or in what it leaves behind. One that is closed meanwhile
            // is no error, and those that open meanwhile are closed by `exec`.
            let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
            for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            // A group of its own, so that what it starts can be killed with it; and no signal of ours is blocked there.
            var signals = sigset_t()
            sigemptyset(&signals)
            posix_spawnattr_setsigmask(&attributes, &signals)
            posix_spawnattr_setpgroup(&attributes, 0)
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
            let words = arguments.map { strdup($0) } + [nil]
            let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
            defer { for text in words + variables { free(text) } }
            var code = ETXTBSY
            for attempt in 0..<20 where code == ETXTBSY {
                // A file that is just being written is busy for a moment.
                if attempt > 0 { _ = poll(nil, 0, 10) }
                code = posix_spawn(&process, path, &actions, &attributes, words, variables)
            }
            for descriptor in [out[1], err[1]] where descriptor >= 0 { close(descriptor) }
            guard code == 0 else {
                for descriptor in [out[0], err[0]] where descriptor >= 0 { close(descriptor) }
                throw Failure(words: String(cString: strerror(code)), isAbsent: code == ENOENT)
            }
            output = out[0]
            talk = err[0]
            for descriptor in [output, talk] where descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
        }

        /// Two pipes, each as the end to read from and the end to write to.
        private static func pipes() throws(Failure) -> ([Int32], [Int32]) {
            var out: [Int32] = [-1, -1]
            var err: [Int32] = [-1, -1]
            guard pipe(&out) == 0 else { throw Failure(words: String(cString: strerror(errno))) }
            guard pipe(&err) == 0 else {
                let words = String(cString: strerror(errno))
                for descriptor in out { close(descriptor) }
                throw Failure(words: words)
            }
            return (out, err)
        }

        /// Reads until the command ends.
        mutating func finish(within deadline: Duration, _ grace: Duration) throws(Failure) -> Ending {
            defer {
                for descriptor in [output, talk] where descriptor >= 0 { close(descriptor) }
            }
            let clock = ContinuousClock()
            let end = clock.now.advanced(by: deadline)
            var ending = Ending(status: 0, output: [], talk: [])
            // Most commands end at once; without pipes nothing tells that they do.
            var pause: Int32 = 1
            while true {
                let status = exitStatus()
                // What it wrote before its end is in the pipes by now; what its children keep open is not waited for.
                Self.wait(for: [output, talk], milliseconds: status == nil ? pause : 0)
                pause = min(pause * 2, 20)
                Self.drain(&output, into: &ending.output, limit: ChildCommand.outputLimit + 1)
                Self.drain(&talk, into: &ending.talk, limit: ChildCommand.talkLimit)
                if let status {
                    ending.status = status
                    return ending
                }
                guard ending.output.count <= ChildCommand.outputLimit else {
                    kill()
                    throw Failure(words: "it wrote more than \(ChildCommand.outputLimit) bytes")
                }
                guard clock.now < end else {
                    stop(within: grace)
                    throw Failure(words: "it did not end within \(deadline)", isLate: true)
                }
            }
        }

        /// How the process ended; nil while it runs.
        private func exitStatus() -> Int32? {
            var status: Int32 = 0
            let found = waitpid(process, &status, WNOHANG)
            if found == 0 || (found < 0 && errno == EINTR) { return nil }
            // Somebody else took the status: nothing is known about it.
            guard found == process else { return 127 }
            let signal = status & 0x7F
            return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        }

        /// Asks the process to end, so that it takes its locks away, and kills it with what it started.
        private func stop(within grace: Duration) {
            let last = ContinuousClock.now.advanced(by: grace)
            if grace > .zero { Glibc.kill(process, SIGTERM) }
            while ContinuousClock.now < last {
                // Its status is taken: the number may be another's from here on.
                if exitStatus() != nil { return }
                _ = poll(nil, 0, 20)
            }
            kill()
        }

        /// Kills the process and what it started, and takes its status.
        private func kill() {
            Glibc.kill(-process, SIGKILL)
            Glibc.kill(process, SIGKILL)
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0, errno == EINTR {}
        }

        private static func wait(for descriptors: [Int32], milliseconds: Int32) {
            var entries = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = poll(&entries, nfds_t(entries.count), milliseconds)
        }

        /// Reads what is there; bytes beyond the limit are dropped. Closes the descriptor at its end.
        private static func drain(_ descriptor: inout Int32, into bytes: inout [UInt8], limit: Int) {
            var buffer = [UInt8](repeating: 0, count: 16_384)
            // Bounded, so that a command that never stops writing is not read for ever.
            for _ in 0..<256 where descriptor >= 0 {
                let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                if count < 0, errno == EAGAIN { return }
                guard count > 0 else {
                    close(descriptor)
                    descriptor = -1
                    return
                }
                bytes += buffer[..<min(count, max(0, limit - bytes.count))]
            }
        }
    }
}
