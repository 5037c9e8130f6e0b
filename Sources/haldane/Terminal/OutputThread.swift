import Glibc

/// A thread for writing to a terminal or a pipe that may stand still: nobody else waits for it.
final class OutputThread: Sendable {
    private let ended: WakePipe

    /// Starts the work at once; nil when the system gives no thread.
    init?(_ work: @escaping @Sendable () -> Void) {
        guard let ended = WakePipe() else { return nil }
        self.ended = ended
        let box = Unmanaged.passRetained(
            Box {
                work()
                ended.wake()
            }
        )
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().work() }
                return nil
            },
            box.toOpaque()
        )
        guard code == 0 else {
            box.release()
            return nil
        }
        pthread_detach(thread)
    }

    /// Waits until the work has ended; false if it has not by then. Blocks the caller, who is about to end as well.
    func join(milliseconds: Int32) -> Bool {
        !WakePipe.wait(for: [ended.reading], milliseconds: milliseconds).isEmpty
    }

    private final class Box: Sendable {
        let work: @Sendable () -> Void

        init(_ work: @escaping @Sendable () -> Void) {
            self.work = work
        }
    }
}
