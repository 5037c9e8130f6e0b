import CanaryCore
import FlyingSocks
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Serves a run to operators on this machine: HTTP on a Unix socket beside the journal, for its owner only.
///
/// `GET /v1/status` answers `haldane.status/1`; `POST /v1/command` with `{"verb","reason","actor"}` answers `haldane.command/1`
/// when the run has taken the command up. Requests, connections and times are bounded, and the run waits for none of it.
package struct ControlChannel: Sendable {
    /// The bounds of a channel.
    package struct Limits: Sendable, Hashable {
        package var connections = 16
        /// For the whole request to come in.
        package var reading = Duration.seconds(5)
        /// For the run to take a command up.
        package var answering = Duration.milliseconds(4500)
        package var writing = Duration.seconds(2)
        /// For answers that are under way when the run ends.
        package var ending = Duration.seconds(1)

        package init() {}
    }

    private let desk: RunDesk
    private let place: ControlPlace
    private let limits: Limits
    private let server: ConnectionServer

    /// Runs `body` while the run is served in `folder`, whose lock the caller holds.
    ///
    /// A channel that cannot be opened is warned of; the run goes on without it.
    package static func serving<T>(
        _ desk: RunDesk?,
        in folder: String,
        limits: Limits = Limits(),
        _ body: () async -> T
    ) async -> T {
        guard let desk else { return await body() }
        let channel: ControlChannel
        do {
            channel = try await ControlChannel(desk, ControlPlace(folder: folder), limits)
        } catch {
            desk.warnOf(error)
            let result = await body()
            desk.close()
            return result
        }
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await channel.server.turnPool() }
            group.addTask { await channel.accept() }
            let result = await body()
            desk.close()
            // Nobody new finds it; whoever waits for an answer gets it.
            channel.place.clear()
            await channel.server.finishAnswers(within: channel.limits.ending)
            group.cancelAll()
            await group.waitForAll()
            channel.server.close()
            return result
        }
    }

    private init(_ desk: RunDesk, _ place: ControlPlace, _ limits: Limits) async throws(AgentError) {
        let path = try place.prepare()
        do {
            server = try await ConnectionServer {
                let listener = try Socket(domain: Int32(AF_UNIX), type: .stream)
                do {
                    _ = fcntl(listener.file.rawValue, F_SETFD, FD_CLOEXEC)
                    try listener.bind(to: .unix(path: path))
                    // Nobody can connect before `listen`.
                    guard chmod(path, 0o600) == 0 else { throw SocketError.makeFailed("chmod") }
                    try listener.listen(maxPendingConnection: 16)
                    return listener
                } catch {
                    try? listener.close()
                    throw error
                }
            }
        } catch {
            place.clear()
            throw AgentError(
                "operators cannot reach this run: its control socket \(path) could not be opened",
                cause: Self.words(error),
                hint: "`haldane status` and `watch` read the journal; the other verbs need the socket"
            )
        }
        self.desk = desk
        self.place = place
        self.limits = limits
    }

    private func accept() async {
        await server.accept(limit: limits.connections) { connection in
            _ = try? connection.socket.write(Data(Self.crowded.bytes))
        } serve: { connection in
            await serve(connection)
        }
    }

    private func serve(_ connection: AsyncSocket) async {
        let limits = self.limits
        let step = await ConnectionServer.within(limits.reading) { try await connection.readRequest() }
        let response: ControlResponse
        switch step {
        case .request(let request):
            server.beginAnswer()
            response = await answer(request)
            _ = await ConnectionServer.within(limits.writing) { try await connection.write(Data(response.bytes)) }
            server.endAnswer()
        case .refused(let status, let words):
            response = ControlResponse(status, refusing: words)
            _ = await ConnectionServer.within(limits.writing) {
                try await connection.write(Data(response.bytes))
                try await connection.endWriting(draining: 1 << 20)
            }
        case .more, nil:
            response = ControlResponse(408, refusing: "the request did not come in within \(limits.reading)")
            _ = try? connection.socket.write(Data(response.bytes))
        }
    }

    private func answer(_ request: ControlRequest) async -> ControlResponse {
        switch (request.method, request.path) {
        case ("GET", "/v1/status"):
            guard let status = desk.status() else { return ControlResponse(503, refusing: "the run has not begun yet") }
            return ControlResponse(200, status)
        case ("POST", "/v1/command"):
            do {
                let answer = await desk.ask(try ControlCommand.decode(request.body), patience: limits.answering)
                switch answer.result {
                case .accepted: return ControlResponse(200, json: answer)
                case .pending: return ControlResponse(202, json: answer)
                case .refused: return ControlResponse(409, json: answer)
                }
            } catch {
                return ControlResponse(400, refusing: error.description)
            }
        case (_, "/v1/status"), (_, "/v1/command"):
            return ControlResponse(405, refusing: "\(request.path) is not asked with \(request.method.prefix(20))")
        default:
            return ControlResponse(404, refusing: "there is only /v1/status and /v1/command")
        }
    }

    private static func words(_ error: any Error) -> String {
        if case .failed(let call, _, let message) = error as? SocketError { "\(call): \(message)" } else { "\(error)" }
    }

    private static let crowded = ControlResponse(503, refusing: "too many connections at once")
}
