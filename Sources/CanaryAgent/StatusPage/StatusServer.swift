import CanaryCore
import FlyingSocks
import FoundationEssentials

/// Serves the status page of a run, or of an agent, over HTTP: read-only, one request a connection, everything bounded.
///
/// The run waits for none of it.
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
    private let server: ConnectionServer

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
            server = try await ConnectionServer { listening.socket }
        } catch {
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
            group.addTask { await server.turnPool() }
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
            await server.finishAnswers(within: limits.ending)
            group.cancelAll()
            try await group.waitForAll()
            server.close()
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

    private func accept() async {
        await server.accept(limit: limits.connections) { connection in
            site.count(503)
            await turnAway(connection)
        } serve: { connection in
            await serve(connection)
        }
    }

    /// Tells that there are too many, in a way that the peer gets to read it: the rest of its request is taken first, within limits.
    private func turnAway(_ connection: AsyncSocket) async {
        _ = await ConnectionServer.within(limits.ending) {
            try await connection.write(Data(Self.crowded.bytes(isHead: false)))
            try await connection.endWriting(draining: 1 << 16)
        }
    }

    private func serve(_ connection: AsyncSocket) async {
        switch await ConnectionServer.within(limits.reading, { try await connection.readRequest() }) {
        case .request(let request):
            server.beginAnswer()
            defer { server.endAnswer() }
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
            _ = await ConnectionServer.within(limits.ending) {
                try await connection.endWriting(draining: 1 << 20)
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
        _ = await ConnectionServer.within(limits.writing) { try await connection.write(bytes) }
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
            group.addTask { try? await connection.drain(1 << 16) }
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
        await ConnectionServer.within(limits.writing) { try await connection.write(Data(bytes)) } != nil
    }

    private static func event(_ name: String, id: Int, _ data: String) -> [UInt8] {
        var text = "id: \(id)\nevent: \(name)\n"
        for line in data.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            text += "data: \(line)\n"
        }
        return Array((text + "\n").utf8)
    }

    private static let crowded: PageAnswer = {
        var answer = PageAnswer(503, "too many connections at once")
        answer.fields = [PageAnswer.Field(name: "Retry-After", value: "1")]
        return answer
    }()
}
