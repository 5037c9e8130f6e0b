import CCurl

/// Answers that are read while they come.
extension HTTPClient {
    /// Sends a request and returns once the head of the answer is there, whatever its status.
    ///
    /// The deadline of the request is for the head alone; after that there is only the idle limit: a peer that sends
    /// nothing for so long has gone. `maximumBytes` does not count. The stream has a connection of its own, speaks
    /// HTTP/1.1 and takes none of the places of other requests.
    ///
    /// - Parameter idle: at least a millisecond, at most a week.
    package func stream(_ request: HTTPRequest, idle: Duration) async throws(TransportError) -> HTTPStream {
        let address = try RequestAddress(request.url)
        let id = makeID()
        let deadline = ContinuousClock.now.advanced(by: min(max(request.deadline, .zero), Self.longest))
        let result: Result<ResponseHead, TransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { opening in
                // From here on a cancellation is noticed by the thread after this job.
                if Task.isCancelled {
                    opening.resume(returning: .failure(.cancelled(address.redacted, cause: Self.taskCancelled)))
                } else {
                    open(request, at: address, id: id, deadline: deadline, idle: idle, opening)
                }
            }
        } onCancel: {
            thread.cancel(id)
        }
        let head = try result.get()
        return HTTPStream(status: head.status, headers: head.headers, id: id, client: self)
    }

    /// The bytes of a stream that have come since the last call; nil at its end.
    func nextBytes(of id: TransferID) async throws(TransportError) -> [UInt8]? {
        let result: Result<[UInt8]?, TransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                read(id, reader)
            }
        } onCancel: {
            thread.cancel(id)
        }
        return try result.get()
    }

    /// Forgets a stream that nobody reads any more.
    func release(_ id: TransferID) {
        cancelStream(id, cause: "its reader went away")
    }

    // MARK: - What the thread tells

    /// Takes note that a stream's transfer ended.
    func endStream(_ id: TransferID, _ result: CURLcode) {
        guard let failure = streams[id]?.transfer.failure(result) else {
            return endStream(id, with: .success(()))
        }
        endStream(id, with: .failure(failure))
    }

    func endStream(_ id: TransferID, with end: Result<Void, TransportError>) {
        guard let stream = streams[id], stream.end == nil else {
            return
        }
        withdraw(stream.transfer)
        streams[id]?.end = end
        serve(id)
    }

    /// Takes a stream out of the table; whoever waits gets `cancelled`.
    func cancelStream(_ id: TransferID, cause: String) {
        guard let stream = streams.removeValue(forKey: id) else {
            return
        }
        withdraw(stream.transfer)
        let error = TransportError.cancelled(stream.transfer.address.redacted, cause: cause)
        stream.opening?.resume(returning: .failure(error))
        stream.reader?.resume(returning: .failure(error))
    }

    /// Hands out what has arrived, and gives up the streams that are late.
    func serveStreams() {
        guard !streams.isEmpty else {
            return
        }
        let now = ContinuousClock.now
        for (id, stream) in streams {
            if let deadline = stream.deadline, deadline <= now {
                endStream(id, with: .failure(stream.lateness))
            } else {
                serve(id)
            }
        }
    }

    /// The time to the earliest deadline of a stream.
    func streamPatience(at now: ContinuousClock.Instant) -> Duration {
        let earliest = streams.values.compactMap(\.deadline).min()
        return earliest.map { max(.zero, now.duration(to: $0)) } ?? .seconds(60)
    }

    // MARK: - Private

    private func open(
        _ request: HTTPRequest,
        at address: RequestAddress,
        id: TransferID,
        deadline: ContinuousClock.Instant,
        idle: Duration,
        _ opening: OpenStream.Opening
    ) {
        do throws(TransportError) {
            guard !isClosed else {
                throw .cancelled(address.redacted, cause: Self.wasShutDown)
            }
            guard streams.count < maximumStreams else {
                throw .tooManyStreams(address.redacted, count: streams.count)
            }
            let transfer = try begin(
                request,
                id: id,
                to: address,
                deadline: deadline,
                sink: .stream(capacity: OpenStream.capacity)
            )
            streams[id] = OpenStream(
                transfer: transfer,
                idle: min(max(idle, .milliseconds(1)), Self.longest),
                headDeadline: deadline,
                opening: opening
            )
        } catch {
            opening.resume(returning: .failure(error))
        }
    }

    private func read(_ id: TransferID, _ reader: OpenStream.Reader) {
        guard let stream = streams[id], stream.reader == nil else {
            let error = TransportError(code: .cancelled, message: "the stream was cancelled, or has another reader")
            return reader.resume(returning: .failure(error))
        }
        streams[id]?.reader = reader
        serve(id)
    }

    /// Gives those who wait for a stream what there is for them.
    private func serve(_ id: TransferID) {
        guard var stream = streams[id] else {
            return
        }
        if let opening = stream.opening {
            if stream.transfer.head.isComplete {
                stream.opening = nil
                streams[id] = stream
                opening.resume(returning: .success(stream.transfer.head))
            } else if case .failure(let error) = stream.end {
                streams[id] = nil
                return opening.resume(returning: .failure(error))
            }
        }
        if let reader = stream.reader, let ready = stream.ready {
            streams[id]?.reader = nil
            // What libcurl kept back comes now, and waits for the next call.
            if stream.end == nil {
                stream.transfer.resume()
            }
            reader.resume(returning: ready)
        }
    }
}
