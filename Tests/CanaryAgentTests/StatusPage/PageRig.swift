import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import Synchronization

/// A status page of a run that is over, replayed as far as a test wants.
struct PageRig: Sendable {
    let board = StatusBoard(version: "9.9.9")
    /// Everything that the run showed.
    let progress: [RunProgress]
    private let limits: StatusServer.Limits

    /// - Parameter name: of the canary.
    init(name: String = "demo4", limits: StatusServer.Limits = PageRig.quick) async {
        var spec = RunRig.spec
        spec.name = name
        let rig = RunRig(spec: spec)
        await rig.run()
        progress = rig.observer.progress
        self.limits = limits
    }

    /// Deadlines that a test can wait for.
    static var quick: StatusServer.Limits {
        var limits = StatusServer.Limits()
        limits.pause = .milliseconds(100)
        limits.silence = .milliseconds(300)
        return limits
    }

    /// The same with little patience for requests.
    static var impatient: StatusServer.Limits {
        var limits = quick
        limits.reading = .milliseconds(300)
        return limits
    }

    /// Shows the run up to its first comparison.
    func showStep() {
        for progress in progress {
            board.observe(progress)
            if case .analyzing(let state) = progress.rollout.phase, state.windows > 2 { return }
        }
    }

    /// Shows the run to its end.
    func showAll() {
        for progress in progress { board.observe(progress) }
    }

    /// Serves the page while `body` asks; gives how long the end took.
    @discardableResult
    func serve(
        at address: String = "127.0.0.1:0",
        _ body: @Sendable (UInt16) async throws -> Void
    ) async throws -> Duration {
        let server = try await StatusServer(try ListenAddress(address), board, limits: limits)
        let ended = Mutex(ContinuousClock.now)
        try await server.serving {
            try await body(server.address.port)
            ended.withLock { $0 = .now }
        }
        return ended.withLock { $0 }.duration(to: .now)
    }
}
