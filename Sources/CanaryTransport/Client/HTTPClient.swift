import CCurl

/// Numbers the requests of one client.
typealias TransferID = UInt64

/// An HTTP/1.1 and HTTP/2 client that never hangs and never grows without bound.
///
/// All exchanges share one thread, which is also this actor's executor: libcurl's state is only touched there, and the
/// compiler checks it. Connections are kept and shared; a request whose kept connection turns out to be closed is
/// repeated by libcurl on a new one, if no byte of an answer had come. Each answer is complete or an error; the one
/// exception is a compressed body that its sender cut short and framed correctly, which libcurl takes as complete.
///
/// ```swift
/// let client = HTTPClient()
/// let answer = try await client.send(HTTPRequest(url: "http://127.0.0.1:15020/stats/prometheus"))
/// await client.shutdown()
/// ```
///
/// A client that is dropped without `shutdown()` ends its thread, too.
package actor HTTPClient {
    private typealias Completion = CheckedContinuation<Result<HTTPResponse, TransportError>, Never>

    private struct Waiting {
        let request: HTTPRequest
        let address: RequestAddress
        let completion: Completion
    }

    private struct Running {
        let transfer: Transfer
        let completion: Completion
    }

    let thread: CurlThread
    /// Streams that are open, and those that ended and are not released yet.
    var streams: [TransferID: OpenStream] = [:]
    private(set) var isClosed = false
    private let configuration: Configuration
    private let clock = ContinuousClock()
    private var waiting = WaitingLine<Waiting>()
    private var running: [TransferID: Running] = [:]
    private var identifiers: [UnsafeMutableRawPointer: TransferID] = [:]
    private var lastID: TransferID = 0

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    package init(configuration: Configuration = .init()) {
        self.configuration = configuration
        thread = CurlThread(maximumIdleConnections: max(1, configuration.maximumIdleConnections))
        thread.drive(self)
    }

    deinit {
        // Each request keeps the client alive, so none is in progress here.
        thread.end()
    }

    /// Sends a request and waits for the complete answer, whatever its status.
    ///
    /// Cancelling the task ends the exchange at once. The deadline of the request covers everything.
    package func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let address = try RequestAddress(request.url)
        let id = makeID()
        let deadline = clock.now.advanced(by: min(max(request.deadline, .zero), Self.longest))
        let result: Result<HTTPResponse, TransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { completion in
                // From here on a cancellation is noticed by the thread after this job.
                if isClosed {
                    completion.resume(
                        returning: .failure(.cancelled(address.redacted, cause: Self.wasShutDown))
                    )
                } else if Task.isCancelled {
                    completion.resume(
                        returning: .failure(.cancelled(address.redacted, cause: Self.taskCancelled))
                    )
                } else if waiting.count >= configuration.maximumWaiting, running.count >= slots {
                    completion.resume(returning: .failure(saturation(address)))
                } else {
                    waiting.append(
                        Waiting(request: request, address: address, completion: completion),
                        id: id,
                        deadline: deadline
                    )
                    startWaiting()
                }
            }
        } onCancel: {
            thread.cancel(id)
        }
        return try result.get()
    }

    /// Ends all requests as `cancelled`, closes the connections and ends the thread. Later requests are refused.
    package nonisolated func shutdown() async {
        await close()
        await thread.waitUntilEnded()
    }

    /// Does the work that is ready, and says how many milliseconds nothing needs to be done; called by the thread.
    func turn() -> Int32 {
        for id in thread.takeCancellations() {
            cancel(id, cause: Self.taskCancelled)
        }
        guard !isClosed, let multi = thread.multi else {
            return 0
        }
        startWaiting()
        let code = multi.perform()
        while let (easy, result) = multi.nextFinished() {
            guard let id = identifiers[easy] else {
                continue
            }
            if let entry = remove(id) {
                entry.completion.resume(returning: entry.transfer.outcome(result))
            } else {
                endStream(id, result)
            }
        }
        serveStreams()
        if code != CURLM_OK {
            failAll(.setup(String(cString: curl_multi_strerror(code))))
        }
        startWaiting()
        return patience()
    }

    // MARK: - Transfers

    static let longest = Duration.seconds(604_800)
    static let taskCancelled = "its task was cancelled"
    static let wasShutDown = "the HTTP client was shut down"

    func makeID() -> TransferID {
        lastID += 1
        return lastID
    }

    /// Hands a new transfer to libcurl.
    func begin(
        _ request: HTTPRequest,
        id: TransferID,
        to address: RequestAddress,
        deadline: ContinuousClock.Instant,
        sink: Transfer.Sink
    ) throws(TransportError) -> Transfer {
        guard let multi = thread.multi else {
            throw .setup("libcurl has no memory")
        }
        let transfer = try Transfer(
            request,
            id: id,
            to: address,
            within: Self.milliseconds(clock.now.duration(to: deadline)),
            sink: sink,
            configuration: configuration
        )
        let code = multi.add(transfer.easy.pointer)
        guard code == CURLM_OK else {
            throw .setup(String(cString: curl_multi_strerror(code)))
        }
        identifiers[transfer.easy.pointer] = id
        return transfer
    }

    /// Takes a transfer out of libcurl's hands.
    func withdraw(_ transfer: Transfer) {
        if identifiers.removeValue(forKey: transfer.easy.pointer) != nil {
            thread.multi?.remove(transfer.easy.pointer)
        }
    }

    var maximumStreams: Int {
        max(1, configuration.maximumStreams)
    }

    // MARK: - The line and the slots

    private var slots: Int {
        max(1, configuration.maximumInFlight)
    }

    private func startWaiting() {
        for expired in waiting.removeExpired(at: clock.now) {
            expired.completion.resume(
                returning: .failure(.expired(expired.address.redacted, request: expired.request))
            )
        }
        while running.count < slots, let next = waiting.popFirst() {
            start(next.element, id: next.id, deadline: next.deadline)
        }
    }

    private func start(_ entry: Waiting, id: TransferID, deadline: ContinuousClock.Instant) {
        do throws(TransportError) {
            let transfer = try begin(entry.request, id: id, to: entry.address, deadline: deadline, sink: .whole)
            running[id] = Running(transfer: transfer, completion: entry.completion)
        } catch {
            entry.completion.resume(returning: .failure(error))
        }
    }

    /// Takes a transfer out of libcurl's hands and out of the table.
    private func remove(_ id: TransferID) -> Running? {
        guard let entry = running.removeValue(forKey: id) else {
            return nil
        }
        withdraw(entry.transfer)
        return entry
    }

    private func cancel(_ id: TransferID, cause: String) {
        if let entry = waiting.remove(id) {
            entry.completion.resume(returning: .failure(.cancelled(entry.address.redacted, cause: cause)))
        } else if let entry = remove(id) {
            let address = entry.transfer.address.redacted
            entry.completion.resume(returning: .failure(.cancelled(address, cause: cause)))
        } else {
            cancelStream(id, cause: cause)
        }
    }

    private func failAll(_ error: TransportError) {
        for id in running.keys.sorted() {
            remove(id)?.completion.resume(returning: .failure(error))
        }
        for id in streams.keys.sorted() {
            endStream(id, with: .failure(error))
        }
    }

    private func close() {
        guard !isClosed else {
            return
        }
        while let next = waiting.popFirst() {
            next.element.completion.resume(
                returning: .failure(.cancelled(next.element.address.redacted, cause: Self.wasShutDown))
            )
        }
        for id in running.keys.sorted() + streams.keys.sorted() {
            cancel(id, cause: Self.wasShutDown)
        }
        isClosed = true
        thread.end()
    }

    private func saturation(_ address: RequestAddress) -> TransportError {
        TransportError(
            code: .saturated,
            message: "the request to \(address.redacted) was not sent",
            cause: "\(waiting.count) requests wait for a free slot already",
            hint: "ask for less at once"
        )
    }

    /// How long the thread may wait; libcurl's own timers and a wake-up end the wait earlier.
    private func patience() -> Int32 {
        let now = clock.now
        let patience = min(.seconds(60), waiting.patience(at: now) ?? .seconds(60), streamPatience(at: now))
        return Int32(Self.milliseconds(patience))
    }

    /// Rounded up, at least 1: libcurl reads 0 as "no limit".
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000) + 1)
    }
}
