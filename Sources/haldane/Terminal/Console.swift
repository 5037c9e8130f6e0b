import CanaryReport
import FoundationEssentials
import Glibc

/// Standard output and standard error: results go to one, talk to the other.
enum Console {
    static let output = Stream(descriptor: 1)
    static let talk = Stream(descriptor: 2)

    /// One of the two.
    struct Stream: Sendable {
        let descriptor: Int32

        var isTerminal: Bool { isatty(descriptor) == 1 }

        var style: Style { Style(environment: Console.environment, isTerminal: isTerminal) }

        /// Writes all bytes; false once nobody reads them any more.
        @discardableResult
        func write(_ bytes: [UInt8]) -> Bool {
            bytes.withUnsafeBytes { buffer in
                var written = 0
                while written < buffer.count {
                    let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    if count < 0 {
                        if errno == EINTR { continue }
                        if errno == EAGAIN {
                            var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                            _ = poll(&wait, 1, -1)
                            continue
                        }
                        return false
                    }
                    written += count
                }
                return true
            }
        }

        @discardableResult
        func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        /// Columns and rows of the terminal; 80 x 24 if they are not known.
        var size: (columns: Int, rows: Int) {
            var window = winsize()
            let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &window) == 0 && window.ws_col > 0
            return isKnown ? (Int(window.ws_col), max(Int(window.ws_row), 4)) : (80, 24)
        }
    }

    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// A reader that goes away must not end a rollout.
    static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }
}
