import CCurl
import Glibc
import Synchronization

/// The thread that runs libcurl, as the serial executor of an `HTTPClient`.
///
/// Actor jobs and `curl_multi_poll` alternate on one thread, so the client's state and its transfers need no lock. The
/// thread starts with the first job and ends after `end()`, when no job is left. A job that comes later still runs, on
/// a thread that lives just for it, so no caller can wait for ever.
final class CurlThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var cancellations: [TransferID] = []
        var endWaiters: [CheckedContinuation<Void, Never>] = []
        var isEnding = false
        /// The thread that runs now; nil for a moment after its start.
        var thread: pthread_t?
        var isRunning = false
        /// Nil when its memory was refused, and after the end.
        var multi: MultiHandle?
        weak var client: HTTPClient?
    }

    /// The thread's name in `ps -T` and debuggers.
    static let name = "haldane-http"

    /// For use on the thread, and not after the client closed.
    let multi: MultiHandle?

    private let state: Mutex<State>

    init(maximumIdleConnections: Int) {
        let multi = MultiHandle(maximumIdleConnections: maximumIdleConnections)
        self.multi = multi
        state = Mutex(State(multi: multi))
    }

    /// Names the client whose transfers are driven. It is not kept alive.
    func drive(_ client: HTTPClient) {
        state.withLock { $0.client = client }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        update { $0.jobs.append(job) }
    }

    /// Asks the thread to cancel a transfer; from any thread, and before or after the transfer ended.
    func cancel(_ id: TransferID) {
        update { state in
            if !state.isEnding {
                state.cancellations.append(id)
            }
        }
    }

    /// The cancellations asked for since the last call.
    func takeCancellations() -> [TransferID] {
        state.withLock { state in
            defer { state.cancellations = [] }
            return state.cancellations
        }
    }

    /// Lets the thread close all connections and end. The client must have no transfer any more.
    func end() {
        update { $0.isEnding = true }
    }

    /// Returns when the thread asked to end has closed the connections.
    func waitUntilEnded() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if state.isRunning {
                    state.endWaiters.append(continuation)
                }
                return !state.isRunning
            }
            if hasEnded {
                continuation.resume()
            }
        }
    }

    func isIsolatingCurrentContext() -> Bool? {
        state.withLock { state in
            state.isRunning && state.thread.map { pthread_equal($0, pthread_self()) != 0 } == true
        }
    }

    func checkIsolated() {
        precondition(isIsolatingCurrentContext() == true, "the HTTP client's state was used outside of its thread")
    }

    // MARK: - The thread

    /// Changes the state, then wakes the thread or starts it.
    private func update(_ change: (inout sending State) -> Void) {
        state.withLock { state in
            change(&state)
            if !state.isRunning {
                state.isRunning = true
                startThread()
            } else if let thread = state.thread, pthread_equal(thread, pthread_self()) == 0 {
                state.multi?.wake()
            }
        }
    }

    private func startThread() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
            if let context {
                Unmanaged<CurlThread>.fromOpaque(context).takeRetainedValue().run()
            }
            return nil
        }
        let result = pthread_create(&thread, &attributes, body, context)
        guard result == 0 else {
            // The Swift runtime ends the process in the same situation when it needs a thread.
            fatalError("the system refuses to start the HTTP client's thread: \(String(cString: strerror(result)))")
        }
    }

    private func run() {
        prepareThread()
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            for job in jobs {
                job.runSynchronously(on: asUnownedSerialExecutor())
            }
            let patience = client()?.assumeIsolated { $0.turn() } ?? 0
            if endIfAsked() {
                return
            }
            // After the end there is nothing to wait for: the jobs that came meanwhile run at once.
            if let multi = state.withLock({ $0.multi }) {
                multi.wait(milliseconds: patience)
            }
        }
    }

    private func client() -> HTTPClient? {
        state.withLock { $0.client }
    }

    private func prepareThread() {
        // OpenSSL writes without MSG_NOSIGNAL; a peer that went away must not end the process.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        let name = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        if name >= 0 {
            _ = write(name, Self.name, Self.name.utf8.count)
            close(name)
        }
        state.withLock { $0.thread = pthread_self() }
    }

    /// Ends the thread's work if that was asked for and no job is left.
    private func endIfAsked() -> Bool {
        let ending: (multi: MultiHandle?, hasEnded: Bool) = state.withLock { state in
            guard state.isEnding, state.jobs.isEmpty else {
                return (nil, false)
            }
            // Jobs that come from now on get a thread of their own, but no libcurl.
            defer { state.multi = nil }
            return (state.multi, true)
        }
        guard ending.hasEnded else {
            return false
        }
        ending.multi?.free()
        let (isLast, waiters) = state.withLock { state in
            guard state.jobs.isEmpty else {
                return (false, [CheckedContinuation<Void, Never>]())
            }
            defer { state.endWaiters = [] }
            state.isRunning = false
            state.thread = nil
            return (true, state.endWaiters)
        }
        for waiter in waiters {
            waiter.resume()
        }
        return isLast
    }
}
