import FlyingFox
import FlyingSocks
import Foundation

/// Serves the pages of a simulated mesh over HTTP on the loopback interface, one path a pod.
///
/// `http://127.0.0.1:PORT/POD/stats/prometheus`. `GET /` lists the URLs, `GET /truth` answers with the truth so far as
/// JSON. A page shows the state of the mesh at the moment of the request.
package actor MeshServer {
    private var mesh: SimulatedMesh
    private var server: HTTPServer?
    private var serving: Task<Void, any Error>?
    private var urls: [String] = []
    private var pace: Pace?
    private let port: UInt16

    /// - Parameter port: 0 lets the system choose.
    package init(mesh: SimulatedMesh, port: UInt16 = 0) {
        self.mesh = mesh
        self.port = port
    }

    /// Listens, and returns the URL of each pod's page, stable pods first; the same URLs if it listens already.
    package func start() async throws(MeshServerError) -> [String] {
        if server != nil { return urls }
        do {
            let configuration = HTTPServer.Configuration(
                address: try .inet(ip4: "127.0.0.1", port: port),
                timeout: Self.handlerTimeoutSeconds,
                pool: PromptSocketPool(base: HTTPServer.defaultPool()),
                logger: .disabled
            )
            let server = HTTPServer(
                config: configuration,
                handler: ClosureHTTPHandler { [weak self] request in
                    await self?.answer(request) ?? HTTPResponse(statusCode: .serviceUnavailable)
                }
            )
            self.server = server
            // Ended by `stop`, which also awaits it.
            serving = Task { try await server.run() }
            try await server.waitUntilListening(timeout: Self.listenTimeoutSeconds)
            guard case .ip4(_, let port)? = await server.listeningAddress else {
                throw MeshServerError(message: "the simulated mesh has no IPv4 address to listen on")
            }
            urls = mesh.pods.map { "http://127.0.0.1:\(port)/\($0)\(Self.pagePath)" }
            return urls
        } catch {
            await stop()
            if let error = error as? MeshServerError { throw error }
            throw MeshServerError(message: "the simulated mesh cannot listen on 127.0.0.1", cause: "\(error)")
        }
    }

    /// Lets virtual time pass; see `SimulatedMesh.advance(by:canaryShare:)`.
    package func advance(by seconds: Double, canaryShare: Double) {
        mesh.advance(by: seconds, canaryShare: canaryShare)
    }

    /// Whether somebody else resets the weights now; see `SimulatedMesh.secondWriterStrike()`.
    package func secondWriterStrike() -> Bool {
        mesh.secondWriterStrike()
    }

    /// What really happened so far.
    package var truth: MeshTruth { mesh.truth }

    /// Virtual seconds since the start.
    package var now: Double { mesh.now }

    /// Names of all pods, the stable ones first.
    package var pods: [String] { mesh.pods }

    /// Closes the socket and every connection; pages can no longer be read.
    package func stop() async {
        let (server, serving) = (self.server, self.serving)
        self.server = nil
        self.serving = nil
        await server?.stop(timeout: 0)
        serving?.cancel()
        // A server that is stopped ends with an error about its closed socket.
        _ = await serving?.result
    }

    // MARK: - Wall-clock mode

    /// Runs virtual time along a clock until the task is cancelled: the mode of `haldane simulate`.
    ///
    /// Each tick asks for the canary's share and applies it from then on; a page that is read between ticks is brought
    /// up to its moment first. A clock that jumped (a suspended machine) advances virtual time by at most one hour.
    ///
    /// - Parameters:
    ///   - speed: virtual seconds a second; negative or not a number is 0, more than 10,000 is 10,000.
    ///   - tick: the longest time between two questions; at least a millisecond.
    ///   - canaryShare: the canary's share in force, 0...1; nil keeps the last one (at first 0), e.g. while a
    ///     file cannot be read.
    ///   - onForeignWrite: performs the foreign write of the scenario `second-writer`.
    /// - Throws: `CancellationError`, or what the clock throws.
    package func run<C: Clock>(
        speed: Double,
        on clock: C,
        tick: Duration = .milliseconds(100),
        canaryShare: @Sendable () async -> Double?,
        onForeignWrite: @Sendable () async -> Void = {}
    ) async throws where C.Duration == Duration {
        let tick = max(tick, .milliseconds(1))
        let start = clock.now
        var pace = Pace(speed: MeshConfiguration.limited(speed, to: 10_000, otherwise: 0)) {
            start.duration(to: clock.now)
        }
        pace.share = await canaryShare() ?? 0
        self.pace = pace
        defer { self.pace = nil }
        var deadline = start
        while true {
            // A late tick is not made up for.
            deadline = max(deadline.advanced(by: tick), clock.now)
            try await clock.sleep(until: deadline, tolerance: nil)
            try Task.checkCancellation()
            catchUp()
            if let share = await canaryShare() {
                catchUp()
                self.pace?.share = share
            }
            if mesh.secondWriterStrike() { await onForeignWrite() }
        }
    }

    private func catchUp() {
        guard let pace else { return }
        let elapsed = pace.elapsed()
        let length = elapsed - pace.reached
        guard length > .zero else { return }
        self.pace?.reached = elapsed
        let (seconds, attoseconds) = length.components
        let virtual = (Double(seconds) + Double(attoseconds) * 1e-18) * pace.speed
        mesh.advance(by: min(virtual, 3600), canaryShare: pace.share)
    }

    // MARK: - Answers

    private func answer(_ request: HTTPRequest) -> HTTPResponse {
        guard request.method == .GET else { return HTTPResponse(statusCode: .methodNotAllowed) }
        if request.path == "/" { return Self.text(Array((urls.joined(separator: "\n") + "\n").utf8)) }
        catchUp()
        if request.path == "/truth" { return truthResponse() }
        guard request.path.hasPrefix("/"), request.path.hasSuffix(Self.pagePath) else {
            return HTTPResponse(statusCode: .notFound)
        }
        let pod = request.path.dropFirst().dropLast(Self.pagePath.count)
        guard let page = mesh.page(of: String(pod)) else { return HTTPResponse(statusCode: .notFound) }
        return Self.text(page)
    }

    private func truthResponse() -> HTTPResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let body = try? encoder.encode(mesh.truth) else {
            // Only numbers that JSON cannot spell could be in the way; the truth has none.
            return HTTPResponse(statusCode: .internalServerError)
        }
        return HTTPResponse(statusCode: .ok, headers: [.contentType: "application/json"], body: body)
    }

    private static func text(_ bytes: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            statusCode: .ok,
            headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: HTTPBodySequence(data: Data(bytes), suggestedBufferSize: max(bytes.count, 1))
        )
    }

    private static let pagePath = "/stats/prometheus"
    private static let handlerTimeoutSeconds = 15.0
    private static let listenTimeoutSeconds = 5.0
}

/// How virtual time follows a clock.
private struct Pace: Sendable {
    let speed: Double
    /// Time on the clock since the start.
    let elapsed: @Sendable () -> Duration
    /// The part of it that virtual time has followed.
    var reached = Duration.zero
    /// The canary's share in force.
    var share = 0.0

    init(speed: Double, elapsed: @escaping @Sendable () -> Duration) {
        self.speed = speed
        self.elapsed = elapsed
    }
}

/// Why the simulated mesh cannot be served.
package struct MeshServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence.
    package let message: String
    package let cause: String?

    package init(message: String, cause: String? = nil) {
        self.message = message
        self.cause = cause
    }

    package var description: String { cause.map { "\(message): \($0)" } ?? message }
}
