import FlyingFox
import FlyingSocks
import FoundationEssentials
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the servers of a process have in common: a listening socket, a bounded number of connections, and bounds for everything that
/// waits for a peer.
///
/// One request a connection. The server library's own connections have neither deadlines nor a limit, so that only its sockets are
/// used.
struct ConnectionServer: Sendable {
    private let socket: AsyncSocket
    private let pool: any AsyncSocketPool
    /// Connections that are served.
    private let open = ConnectionCount()
    /// Those beyond the limit, which are told so.
    private let turnedAway = ConnectionCount()

    /// Takes a listening socket over, and closes it if it cannot.
    init(_ listener: () throws -> Socket) async throws {
        let listener = try listener()
        do {
            let pool = HTTPServer.defaultPool()
            try await pool.prepare()
            self.pool = pool
            socket = try AsyncSocket(socket: listener, pool: pool)
        } catch {
            try? listener.close()
            throw error
        }
    }

    /// Watches the sockets, until the task is cancelled.
    func turnPool() async {
        // Ends with the task's cancellation.
        try? await pool.run()
    }

    /// Accepts connections until the task is cancelled; each is closed after it was served.
    ///
    /// - Parameters:
    ///   - limit: how many are served at once. As many more are turned away with words, and the rest without.
    ///   - turnAway: tells a peer that there are too many.
    func accept(
        limit: Int,
        turnAway: @escaping @Sendable (AsyncSocket) async -> Void,
        serve: @escaping @Sendable (AsyncSocket) async -> Void
    ) async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                guard let connection = try? await socket.accept() else {
                    // Out of descriptors, or the end.
                    try? await Task.sleep(for: .milliseconds(200))
                    continue
                }
                _ = fcntl(connection.socket.file.rawValue, F_SETFD, FD_CLOEXEC)
                let isServed = open.enter(limit: limit)
                guard isServed || turnedAway.enter(limit: limit) else {
                    try? connection.close()
                    continue
                }
                let (handle, count) = isServed ? (serve, open) : (turnAway, turnedAway)
                group.addTask {
                    await handle(connection)
                    try? connection.close()
                    count.leave()
                }
            }
        }
    }

    /// Notes an answer that is under way.
    func beginAnswer() { open.beginAnswer() }

    /// Notes that it is done.
    func endAnswer() { open.endAnswer() }

    /// Lets answers that are under way go out, within a limit.
    func finishAnswers(within limit: Duration) async {
        let deadline = ContinuousClock.now + limit
        while open.answering > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Stops listening.
    func close() { try? socket.close() }

    /// The result, or nil if it took too long or failed.
    static func within<T: Sendable>(
        _ time: Duration,
        _ body: @escaping @Sendable () async throws -> T
    ) async -> T? {
        await withTaskGroup(of: T?.self) { group in
            group.addTask { try? await body() }
            group.addTask {
                try? await Task.sleep(for: time)
                return nil
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? nil
        }
    }
}

extension AsyncSocket {
    /// Reads the peer's one request.
    func readRequest() async throws -> ControlRequestReader.Step {
        var reader = ControlRequestReader()
        while true {
            let step = reader.add(try await read(atMost: 4096))
            if step != .more { return step }
        }
    }

    /// Says that nothing more comes from us, and takes what is still on its way, so that the peer gets the answer and not a reset.
    func endWriting(draining bytes: Int) async throws {
        shutdown(socket.file.rawValue, Int32(SHUT_WR))
        try await drain(bytes)
    }

    /// Takes what the peer sends, up to a number of bytes, until its end.
    func drain(_ bytes: Int) async throws {
        var left = bytes
        while left > 0 { left -= try await read(atMost: 4096).count }
    }
}

/// Counts connections and answers under way.
private final class ConnectionCount: Sendable {
    private let counts = Mutex((connections: 0, answers: 0))

    func enter(limit: Int) -> Bool {
        counts.withLock { counts in
            guard counts.connections < limit else { return false }
            counts.connections += 1
            return true
        }
    }

    func leave() { counts.withLock { $0.connections -= 1 } }

    func beginAnswer() { counts.withLock { $0.answers += 1 } }

    func endAnswer() { counts.withLock { $0.answers -= 1 } }

    var answering: Int { counts.withLock { $0.answers } }
}
