import Foundation
import Glibc
import Synchronization

/// A server on loopback that misbehaves as told, over plain sockets, and keeps count of what its peers do.
///
/// Each connection has a thread. In the usual form a closure turns each request into steps:
///
/// ```swift
/// let server = try HostileServer { request in
///     request.target == "/slow" ? [.stall] : [.send(HostileServer.answer(status: 500, body: "no"))]
/// }
/// … server.url("/metrics") …
/// await server.wait { $0.closed == 1 }     // until the peer has gone away
/// ```
///
/// After its steps the connection waits for the next request, unless a step ended it. The other form hands the whole
/// connection to a closure, for peers that do not speak HTTP/1.1. The server stops when it is released.
package final class HostileServer: Sendable {
    /// One thing to do to the peer.
    package enum Step: Sendable {
        /// Sends bytes as they are.
        case send([UInt8])

        /// Sends the bytes over and over, with a pause between, until the peer goes away.
        case sendForever([UInt8], pause: Duration)

        /// Says nothing until the peer goes away.
        case stall

        /// Closes the connection in good order.
        case close

        /// Closes the connection with a reset.
        case reset
    }

    /// A request as received.
    package struct Request: Sendable {
        package let method: String
        package let target: String

        /// Names in lower case.
        package let headers: [(name: String, value: String)]
        package let body: [UInt8]

        /// The number of its connection, from 0.
        package let connection: Int

        package func header(_ name: String) -> String? {
            headers.first { $0.name == name.lowercased() }?.value
        }
    }

    /// What the peers have done so far.
    package struct Log: Sendable {
        package var accepted = 0
        package var closed = 0
        package var requests: [Request] = []

        /// How many connections are open.
        package var open: Int {
            accepted - closed
        }
    }

    private let listener: Listener

    package let port: UInt16

    /// A server that answers requests with steps.
    package convenience init(answer: @escaping @Sendable (Request) -> [Step]) throws {
        try self.init(conversation: { connection in
            while let request = try connection.readRequest() {
                for step in answer(request) {
                    guard try connection.perform(step) else {
                        return
                    }
                }
            }
        })
    }

    /// A server that answers every request in the same way.
    package convenience init(steps: [Step]) throws {
        try self.init(answer: { _ in steps })
    }

    /// A server that leaves its connections to a closure; they are closed when it returns or throws.
    package init(conversation: @escaping @Sendable (HostileConnection) throws -> Void) throws {
        listener = try Listener()
        port = listener.port
        let listener = listener
        Thread.detachNewThread {
            listener.acceptAll(conversation)
        }
    }

    deinit {
        listener.stop()
    }

    /// An `http://127.0.0.1:PORT` URL of the server.
    package func url(_ path: String = "/") -> String {
        "http://127.0.0.1:\(port)\(path)"
    }

    /// What the peers have done so far.
    package var log: Log {
        listener.state.withLock { $0.log }
    }

    /// Returns as soon as the log fulfils the condition; give the test a time limit.
    package func wait(until isFulfilled: @escaping @Sendable (Log) -> Bool) async {
        await listener.wait(until: isFulfilled)
    }

    /// Closes all connections and accepts no more.
    package func stop() {
        listener.stop()
    }

    /// A well-formed answer with `Content-Length`.
    package static func answer(
        status: Int = 200,
        headers: [String] = [],
        body: some Sequence<UInt8>
    ) -> [UInt8] {
        let body = Array(body)
        let lines = ["HTTP/1.1 \(status) Status"] + headers + ["Content-Length: \(body.count)", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8) + body
    }

    /// A well-formed answer with `Content-Length`.
    package static func answer(status: Int = 200, headers: [String] = [], body: String) -> [UInt8] {
        answer(status: status, headers: headers, body: body.utf8)
    }
}

/// The listening socket and the log, shared with the threads so that they do not keep the server alive.
private final class Listener: Sendable {
    struct Waiter {
        let isFulfilled: @Sendable (HostileServer.Log) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    struct State {
        var log = HostileServer.Log()
        var isStopped = false
        var descriptors: Set<Int32> = []
        var waiters: [Waiter] = []
    }

    let state = Mutex(State())
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        let socket = try LoopbackSocket.bound()
        guard listen(socket.descriptor, 1024) == 0 else {
            close(socket.descriptor)
            throw LoopbackSocket.Failure(operation: "listen", number: errno)
        }
        descriptor = socket.descriptor
        port = socket.port
    }

    deinit {
        close(descriptor)
    }

    func acceptAll(_ conversation: @escaping @Sendable (HostileConnection) throws -> Void) {
        while true {
            let peer = accept(descriptor, nil, nil)
            guard peer >= 0 else {
                if errno == EINTR || errno == ECONNABORTED {
                    continue
                }
                return
            }
            let number: Int? = state.withLock { state in
                guard !state.isStopped else {
                    return nil
                }
                state.descriptors.insert(peer)
                state.log.accepted += 1
                return state.log.accepted - 1
            }
            guard let number else {
                close(peer)
                return
            }
            wakeWaiters()
            Thread.detachNewThread { [self] in
                let connection = HostileConnection(descriptor: peer, number: number) { request in
                    self.state.withLock { $0.log.requests.append(request) }
                    self.wakeWaiters()
                }
                // A peer that goes away in the middle is what many tests are about.
                try? conversation(connection)
                state.withLock { state in
                    state.descriptors.remove(peer)
                    state.log.closed += 1
                    close(peer)
                }
                wakeWaiters()
            }
        }
    }

    func stop() {
        state.withLock { state in
            state.isStopped = true
            shutdown(descriptor, Int32(SHUT_RDWR))
            for descriptor in state.descriptors {
                shutdown(descriptor, Int32(SHUT_RDWR))
            }
        }
    }

    func wait(until isFulfilled: @escaping @Sendable (HostileServer.Log) -> Bool) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append(Waiter(isFulfilled: isFulfilled, continuation: continuation)) }
            wakeWaiters()
        }
    }

    private func wakeWaiters() {
        let ready = state.withLock { state in
            let log = state.log
            let ready = state.waiters.filter { $0.isFulfilled(log) }.map(\.continuation)
            state.waiters.removeAll { $0.isFulfilled(log) }
            return ready
        }
        for continuation in ready {
            continuation.resume()
        }
    }
}
