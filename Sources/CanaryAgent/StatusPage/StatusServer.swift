import CanaryCore
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

/// Serves the status page of a run, or of an agent, over HTTP: read-only, one request a connection, everything bounded.
///
/// The run waits for none of it. The server library's own connections have neither deadlines nor a limit, so that only its
/// sockets are used.
package struct StatusServer: Sendable {
    /// The bounds of a server.
    package struct Limits: Sendable, Hashable {
        package var connections = 64
        package var streams = 16
        /// For the whole request to come in.
        package var reading = Duration.seconds(5)
        /// For an answer, or one event, to go out.
        package var writing = Duration.seconds(10)
        /// For answers and last events that are under way when the run ends.
        package var ending = Duration.milliseconds(800)
        /// Between two events of a stream.
        package var pause = Duration.seconds(1)
        /// After which a silent stream shows that it lives.
        package var silence = Duration.seconds(10)

        package init() {}
    }

    /// Where it listens; the port is the real one.
    package let address: ListenAddress
    private let site: any PageSite
    private let limits: Limits
    private let socket: AsyncSocket
    private let pool: any AsyncSocketPool
    private let open = Visitors()
    private let turnedAway = Visitors()

    package var url: String { "http://\(address)/" }

    /// Listens for the page of a run; nobody is answered before `serving`.
    package init(_ address: ListenAddress, _ board: StatusBoard, limits: Limits = Limits()) async throws(AgentError) {
        try await self.init(address, serving: RunSite(board), limits)
    }

    /// Listens for the page of an agent. Probes in a cluster come over the pod's address, so that it has to listen at `0.0.0.0`
    /// or `[::]` there.
    package init(_ address: ListenAddress, _ site: AgentSite, limits: Limits = Limits()) async throws(AgentError) {
        try await self.init(address, serving: site, limits)
    }

    private init(_ address: ListenAddress, serving site: any PageSite, _ limits: Limits) async throws(AgentError) {
        let listening = try ListeningSocket(address)
        self.address = ListenAddress(host: address.host, port: listening.port)
        self.site = site
        self.limits = limits
        do {
            let pool = HTTPServer.defaultPool()
            try await pool.prepare()
            socket = try AsyncSocket(socket: listening.socket, pool: pool)
            self.pool = pool
        } catch {
            try? listening.socket.close()
            throw AgentError("the status page cannot listen at \(address)", cause: "\(error)", exitCode: .usage)
        }
    }

    /// Runs `body` while the page is served, and for `linger` after it unless a signal comes.
    ///
    /// - Parameter onLinger: is called before the page outlives the run.
    package func serving<T: Sendable>(
        linger: Duration = .zero,
        onLinger: () -> Void = {},
        _ body: () async throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await turnPool() }
            group.addTask { await accept() }
            group.addTask { await site.attend() }
            let result: Result<T, any Error>
            do {
                result = .success(try await body())
                if linger > .zero, !site.isInterrupted {
                    onLinger()
                    await wait(linger)
                }
            } catch {
                result = .failure(error)
            }
            site.close()
            await finish()
            group.cancelAll()
            try await group.waitForAll()
            try? socket.close()
            return try result.get()
        }
    }

    private func wait(_ linger: Duration) async {
        let inbox = RunInbox()
        // A signal ends the waiting, and nothing else is left to be done.
        try? await SignalWatch.run(inbox: inbox, onInterrupt: .keep) {
            let deadline = ContinuousClock.now + linger
            while !inbox.isUrgent, !Task.isCancelled, ContinuousClock.now < deadline {
                try? await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Lets answers and last events go out, within a limit.
    private func finish() async {
        let deadline = ContinuousClock.now + limits.ending
        while open.answering > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func turnPool() async {
        // Ends with the task's cancellation.
        try? await pool.run()
    }

    private func accept() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                guard let connection = try? await socket.accept() else {
                    // Out of descriptors, or the end.
                    try? await Task.sleep(for: .milliseconds(200))
                    continue
                }
                _ = fcntl(connection.socket.file.rawValue, F_SETFD, FD_CLOEXEC)
                guard open.enter(limit: limits.connections) else {
                    site.count(503)
                    guard turnedAway.enter(limit: limits.connections) else {
                        try? connection.close()
                        continue
                    }
                    group.addTask {
                        await turnAway(connection)
                        try? connection.close()
                        turnedAway.leave()
                    }
                    continue
                }
                group.addTask {
                    await serve(connection)
                    try? connection.close()
                    open.leave()
                }
            }
        }
    }

    /// Tells that there are too many, in a way that the peer gets to read it: the rest of its request is taken first, within limits.
    private func turnAway(_ connection: AsyncSocket) async {
        _ = await Self.within(limits.ending) {
            try await connection.write(Data(Self.crowded.bytes(isHead: false)))
            shutdown(connection.socket.file.rawValue, Int32(SHUT_WR))
            try await Self.drain(connection, bytes: 1 << 16)
        }
    }

    private func serve(_ connection: AsyncSocket) async {
        switch await Self.within(limits.reading, { try await Self.read(connection) }) {
        case .request(let request):
            open.beginAnswer()
            defer { open.endAnswer() }
            let isHead = request.method == "HEAD"
            if let refusal = PageGuard.refusal(of: request, isLoopback: address.isLoopback) {
                return await send(refusal, isHead: isHead, to: connection)
            }
            switch await site.reply(to: request) {
            case .answer(let answer): await send(answer, isHead: isHead, to: connection)
            case .stream(let stream): await follow(stream, to: connection)
            }
        case .refused(let status, let words):
            await send(PageAnswer(status, words), to: connection)
            _ = await Self.within(limits.ending) {
                shutdown(connection.socket.file.rawValue, Int32(SHUT_WR))
                try await Self.drain(connection, bytes: 1 << 20)
            }
        case .more, nil:
            site.count(408)
            let words = "the request did not come in within \(Phrase.duration(limits.reading.inSeconds))"
            _ = try? connection.socket.write(Data(PageAnswer(408, words).bytes(isHead: false)))
        }
    }

    private func send(_ answer: PageAnswer, isHead: Bool = false, to connection: AsyncSocket) async {
        site.count(answer.status)
        let bytes = Data(answer.bytes(isHead: isHead))
        _ = await Self.within(limits.writing) { try await connection.write(bytes) }
    }

    // MARK: Streams

    private func follow(_ stream: PageStream, to connection: AsyncSocket) async {
        guard site.beginStream(limit: limits.streams) else {
            var answer = PageAnswer(503, "\(limits.streams) browsers follow this page already")
            answer.fields = [PageAnswer.Field(name: "Retry-After", value: "10")]
            return await send(answer, to: connection)
        }
        defer { site.endStream() }
        site.count(200)
        await withTaskGroup(of: Void.self) { group in
            // Nothing more is expected from the client but its end.
            group.addTask { try? await Self.drain(connection, bytes: 1 << 16) }
            group.addTask { await feed(stream, to: connection) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Tells of changes, at most one in `pause`, until the end of what is followed.
    private func feed(_ stream: PageStream, to connection: AsyncSocket) async {
        let head = PageAnswer(200, "text/event-stream; charset=utf-8", []).head(length: nil)
        guard await write(head + Array("retry: 2000\n\n".utf8), to: connection) else { return }
        // The page was made before the stream began.
        var told: Int?
        let pause = limits.pause * stream.calm
        var lastEvent = ContinuousClock.now - pause
        var lastWrite = ContinuousClock.now
        while !Task.isCancelled {
            let now = ContinuousClock.now
            if stream.isOver() {
                let event = Self.event("finished", id: stream.revision(), await stream.last())
                _ = await write(event, to: connection)
                return
            }
            let revision = stream.revision()
            if revision != told, lastEvent.duration(to: now) >= pause {
                guard await write(Self.event("changed", id: revision, "\(revision)"), to: connection) else { return }
                (told, lastEvent, lastWrite) = (revision, now, now)
            } else if lastWrite.duration(to: now) >= limits.silence {
                guard await write(Array(": nothing new\n\n".utf8), to: connection) else { return }
                lastWrite = now
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func write(_ bytes: [UInt8], to connection: AsyncSocket) async -> Bool {
        await Self.within(limits.writing) { try await connection.write(Data(bytes)) } != nil
    }

    private static func event(_ name: String, id: Int, _ data: String) -> [UInt8] {
        var text = "id: \(id)\nevent: \(name)\n"
        for line in data.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            text += "data: \(line)\n"
        }
        return Array((text + "\n").utf8)
    }

    // MARK: Bytes

    private static func read(_ connection: AsyncSocket) async throws -> ControlRequestReader.Step {
        var reader = ControlRequestReader()
        while true {
            let step = reader.add(try await connection.read(atMost: 4096))
            if step != .more { return step }
        }
    }

    /// Takes what is still on its way, so that the peer gets the answer and not a reset.
    private static func drain(_ connection: AsyncSocket, bytes: Int) async throws {
        var left = bytes
        while left > 0 { left -= try await connection.read(atMost: 4096).count }
    }

    /// The result, or nil if it took too long or failed.
    private static func within<T: Sendable>(
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

    private static let crowded: PageAnswer = {
        var answer = PageAnswer(503, "too many connections at once")
        answer.fields = [PageAnswer.Field(name: "Retry-After", value: "1")]
        return answer
    }()
}

/// Counts connections and answers under way.
private final class Visitors: Sendable {
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
