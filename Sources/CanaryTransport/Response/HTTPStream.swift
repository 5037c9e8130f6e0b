/// An answer whose body is read while it comes: its head, and the body in pieces.
///
/// There is one reader. At most 256 KiB wait for it; then the peer has to wait, too. The sequence ends where the body
/// does, and throws if that was too early (`truncated`), if the peer was silent for longer than the idle limit
/// (`timedOut`), or if the reader's task was cancelled. Releasing the stream closes its connection.
package final class HTTPStream: Sendable {
    package let status: Int

    /// The fields of the final head in the order received.
    package let headers: [HTTPHeader]

    private let id: TransferID
    private let client: HTTPClient

    init(status: Int, headers: [HTTPHeader], id: TransferID, client: HTTPClient) {
        self.status = status
        self.headers = headers
        self.id = id
        self.client = client
    }

    deinit {
        // The task keeps the client alive until the transfer is out of libcurl's hands; it waits for nothing else.
        Task { [client, id] in await client.release(id) }
    }

    /// Whether the status is one of 200…299.
    package var isSuccess: Bool {
        (200...299).contains(status)
    }

    /// The value of the first field of the given name, whatever its case.
    package func header(_ name: String) -> String? {
        headers.firstValue(of: name)
    }

    /// The bytes that have come since the last call, at least one; waits for them. Nil at the end of the body.
    package func next() async throws(TransportError) -> [UInt8]? {
        try await client.nextBytes(of: id)
    }

    /// Ends the exchange and closes its connection; a reader that waits gets `cancelled`.
    package func cancel() {
        client.thread.cancel(id)
    }
}

extension HTTPStream: AsyncSequence {
    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let stream: HTTPStream

        package func next() async throws(TransportError) -> [UInt8]? {
            try await stream.next()
        }

        package func next(
            isolation actor: isolated (any Actor)?
        ) async throws(TransportError) -> [UInt8]? {
            try await stream.next()
        }
    }

    package func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(stream: self)
    }
}
