import Synchronization

/// Lines on their way to a log that may be read slowly, or not at all: the run never waits for it.
///
/// At most `limit` lines wait; when there are more the oldest go, and a line says how many.
final class LineQueue: Sendable {
    static let limit = 1000

    /// What waits; shared with the thread that writes.
    private final class Shelf: Sendable {
        private struct State {
            var lines: [String] = []
            var dropped = 0
            var isEnding = false
        }

        private let state = Mutex(State())
        private let wake: WakePipe?

        init() { wake = WakePipe() }

        func put(_ line: String) {
            state.withLock { state in
                state.lines.append(line)
                guard state.lines.count > LineQueue.limit else { return }
                state.lines.removeFirst()
                state.dropped += 1
            }
            wake?.wake()
        }

        func end() {
            state.withLock { $0.isEnding = true }
            wake?.wake()
        }

        /// All that waits as one text, and whether nothing comes after it; waits for something.
        func take() -> (text: String, isLast: Bool) {
            while true {
                let (lines, dropped, isEnding) = state.withLock { state in
                    defer { (state.lines, state.dropped) = ([], 0) }
                    return (state.lines, state.dropped, state.isEnding)
                }
                if isEnding || !lines.isEmpty {
                    let note = "event=dropped lines=\(dropped) message=\"nobody read them in time\""
                    return (((dropped > 0 ? [note] : []) + lines).map { $0 + "\n" }.joined(), isEnding)
                }
                if let wake {
                    _ = WakePipe.wait(for: [wake.reading], milliseconds: 1000)
                    _ = wake.take()
                }
            }
        }
    }

    private let shelf: Shelf
    private let thread: OutputThread?
    private let hasEnded = Mutex(false)
    private let write: @Sendable (String) -> Bool

    /// - Parameter write: hands a text to the reader, however long that takes; false once nobody reads any more.
    init(_ write: @escaping @Sendable (String) -> Bool) {
        let shelf = Shelf()
        self.shelf = shelf
        self.write = write
        thread = OutputThread {
            var isRead = true
            while true {
                let (text, isLast) = shelf.take()
                if isRead, !text.isEmpty { isRead = write(text) }
                if isLast { return }
            }
        }
    }

    /// Queues a line, without its newline.
    func put(_ line: String) {
        guard thread != nil else {
            _ = write(line + "\n")
            return
        }
        shelf.put(line)
    }

    /// Writes what waits. A reader that stands still is waited for a while, once, and not for ever.
    ///
    /// - Returns: whether it has read everything.
    func end() -> Bool {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        guard isFirst, let thread else { return true }
        shelf.end()
        return thread.join(milliseconds: Console.patience)
    }
}
