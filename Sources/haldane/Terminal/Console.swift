import CanaryAgent
import CanaryReport
import FoundationEssentials
import Glibc
import Synchronization

/// Standard output and standard error: results go to one, talk to the other.
///
/// Results are waited for without limit, until somebody wants the process to end. Talk after the end of a run is not.
enum Console {
    static let output = Stream(descriptor: 1)
    static let talk = Stream(descriptor: 2)

    /// What came of writing so far, by descriptor.
    private struct State {
        /// The first error other than that the reader has gone away.
        var failures: [Int32: Int32] = [:]
        /// Nobody reads them: nothing more is written.
        var abandoned: Set<Int32> = []
    }

    private static let state = Mutex(State())

    /// One of the two.
    struct Stream: Sendable {
        let descriptor: Int32

        var isTerminal: Bool { isatty(descriptor) == 1 }

        var style: Style { Style(environment: Console.environment, isTerminal: isTerminal) }

        /// Why something could not be written; nil if nothing went wrong, or the reader wanted no more.
        var failure: String? {
            Console.state.withLock { $0.failures[descriptor] }.map { String(cString: strerror($0)) }
        }

        /// Writes all bytes; false once nobody reads them any more.
        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            guard !isAbandoned else { return false }
            guard hasLimit else { return writeWaiting(bytes) }
            let outcome = Outcome()
            // Without a thread there is no limit to be had.
            guard let thread = OutputThread({ outcome.set(writeWaiting(bytes)) }) else { return writeWaiting(bytes) }
            guard thread.join(milliseconds: Console.patience) else {
                abandon()
                return false
            }
            return outcome.isWritten
        }

        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        /// Writes all bytes however long that takes, for threads that nobody waits for; false once nobody reads them any more.
        @discardableResult
        func writeWaiting(_ bytes: [UInt8]) -> Bool {
            bytes.withUnsafeBytes { buffer in
                var written = 0
                while written < buffer.count {
                    let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    if count < 0 {
                        let number = errno
                        if number == EINTR { continue }
                        if number == EAGAIN {
                            var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                            _ = poll(&wait, 1, -1)
                            continue
                        }
                        if number != EPIPE { fail(number) }
                        return false
                    }
                    written += count
                }
                return true
            }
        }

        @discardableResult
        func writeWaiting(_ text: String) -> Bool { writeWaiting(Array(text.utf8)) }

        /// Nothing more is written: its reader has stood still for too long.
        func abandon() { _ = Console.state.withLock { $0.abandoned.insert(descriptor) } }

        /// Columns and rows of the terminal; 80 x 24 if they are not known.
        var size: (columns: Int, rows: Int) {
            var window = winsize()
            let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0
            return isKnown ? (Int(window.ws_col), max(Int(window.ws_row), 4)) : (80, 24)
        }

        private var isAbandoned: Bool { Console.state.withLock { $0.abandoned.contains(descriptor) } }

        /// Whether somebody waits for the process to end, or only talk is left.
        private var hasLimit: Bool {
            SignalWatch.hasSignal || (descriptor == Console.talk.descriptor && SignalWatch.isOver)
        }

        private func fail(_ number: Int32) {
            Console.state.withLock { state in
                if state.failures[descriptor] == nil { state.failures[descriptor] = number }
            }
        }
    }

    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// A reader that goes away must not end a rollout, and a file that is opened later must not become standard output.
    static func prepare() {
        _ = signal(SIGPIPE, SIG_IGN)
        // The lowest free number is the one that is missing. Nothing can be written there, and that is told.
        for descriptor in 0...2 as ClosedRange<Int32> where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", O_RDONLY)
        }
    }

    /// For a reader that stands still, in milliseconds, once the end is wanted.
    static let patience: Int32 = 2000
}

/// Whether a thread has written everything.
private final class Outcome: Sendable {
    private let value = Atomic(false)

    var isWritten: Bool { value.load(ordering: .acquiring) }

    func set(_ isWritten: Bool) { value.store(isWritten, ordering: .releasing) }
}
