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

    private let configuration: Configuration
    private let thread: CurlThread
    private let clock = ContinuousClock()
    private var waiting = WaitingLine<Waiting>()
    private var running: [TransferID: Running] = [:]
    private var identifiers: [UnsafeMutableRawPointer: TransferID] = [:]
    private var lastID: TransferID = 0
    private var isClosed = false

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
        lastID += 1
        let id = lastID
        let deadline = clock.now.advanced(by: min(max(request.deadline, .zero), .seconds(604_800)))
        let result: Result<HTTPResponse, TransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { completion in
                // From here on a cancellation is noticed by the thread after this job.
                if isClosed {
                    completion.resume(
                        returning: .failure(.cancelled(address.redacted, cause: "the HTTP client was shut down"))
                    )
                } else if Task.isCancelled {
                    completion.resume(
                        returning: .failure(.cancelled(address.redacted, cause: "its task was cancelled"))
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
            cancel(id, cause: "its task was cancelled")
        }
        guard !isClosed, let multi = thread.multi else {
            return 0
        }
        startWaiting()
        let code = multi.perform()
        while let (easy, result) = multi.nextFinished() {
            if let id = identifiers[easy], let entry = remove(id) {
                entry.completion.resume(returning: entry.transfer.outcome(result))
            }
        }
        if code != CURLM_OK {
            failAll(.setup(String(cString: curl_multi_strerror(code))))
        }
        startWaiting()
        return patience()
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
            guard let multi = thread.multi else {
                throw .setup("libcurl has no memory")
            }
            let transfer = try Transfer(
                entry.request,
                id: id,
                to: entry.address,
                within: Self.milliseconds(clock.now.duration(to: deadline)),
                configuration: configuration
            )
            let code = multi.add(transfer.easy.pointer)
            guard code == CURLM_OK else {
                throw .setup(String(cString: curl_multi_strerror(code)))
            }
            running[id] = Running(transfer: transfer, completion: entry.completion)
            identifiers[transfer.easy.pointer] = id
        } catch {
            entry.completion.resume(returning: .failure(error))
        }
    }

    /// Takes a transfer out of libcurl's hands and out of the table.
    private func remove(_ id: TransferID) -> Running? {
        guard let entry = running.removeValue(forKey: id) else {
            return nil
        }
        identifiers[entry.transfer.easy.pointer] = nil
        thread.multi?.remove(entry.transfer.easy.pointer)
        return entry
    }

    private func cancel(_ id: TransferID, cause: String) {
        if let entry = waiting.remove(id) {
            entry.completion.resume(returning: .failure(.cancelled(entry.address.redacted, cause: cause)))
        } else if let entry = remove(id) {
            let address = entry.transfer.address.redacted
            entry.completion.resume(returning: .failure(.cancelled(address, cause: cause)))
        }
    }

    private func failAll(_ error: TransportError) {
        for id in running.keys.sorted() {
            remove(id)?.completion.resume(returning: .failure(error))
        }
    }

    private func close() {
        guard !isClosed else {
            return
        }
        while let next = waiting.popFirst() {
            next.element.completion.resume(
                returning: .failure(.cancelled(next.element.address.redacted, cause: "the HTTP client was shut down"))
            )
        }
        for id in running.keys.sorted() {
            cancel(id, cause: "the HTTP client was shut down")
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
        let longest = Duration.seconds(60)
        return Int32(Self.milliseconds(min(longest, waiting.patience(at: clock.now) ?? longest)))
    }

    /// Rounded up, at least 1: libcurl reads 0 as "no limit".
    private static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return max(1, Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000) + 1)
    }
}
