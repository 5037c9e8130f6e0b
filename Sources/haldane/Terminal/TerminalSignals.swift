import Glibc
import Synchronization

/// Tells a live view of signals that are about its terminal: another size, a stop, a continuation.
enum TerminalSignals {
    private static let descriptor = Atomic<Int32>(-1)
    private static let numbers = [SIGWINCH, SIGTSTP, SIGCONT]

    /// From now on the signals' numbers are written into the pipe.
    static func begin(_ pipe: WakePipe) {
        descriptor.store(pipe.writing, ordering: .releasing)
        for number in numbers { handle(number) }
    }

    /// The signals mean again what they meant before.
    static func end() {
        for number in numbers { signal(number, SIG_DFL) }
        descriptor.store(-1, ordering: .releasing)
    }

    /// Stops the process as Ctrl-Z would have without a view; returns when it is continued.
    static func stopHere() {
        signal(SIGTSTP, SIG_DFL)
        // Threads of the runtime, and those that they start, block signals.
        var stop = sigset_t()
        sigemptyset(&stop)
        sigaddset(&stop, SIGTSTP)
        pthread_sigmask(SIG_UNBLOCK, &stop, nil)
        // To this thread, so that it is taken before the next line.
        raise(SIGTSTP)
        handle(SIGTSTP)
    }

    private static func handle(_ number: Int32) {
        var action = sigaction()
        action.sa_flags = SA_RESTART
        action.__sigaction_handler.sa_handler = { number in
            let before = errno
            var byte = UInt8(truncatingIfNeeded: number)
            _ = write(TerminalSignals.descriptor.load(ordering: .acquiring), &byte, 1)
            errno = before
        }
        sigaction(number, &action, nil)
    }
}
