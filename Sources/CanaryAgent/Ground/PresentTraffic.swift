import CanaryCore
package import CanaryTelemetry

/// The traffic as it is now, from two rounds of scraping, without changing anything.
package struct PresentTraffic: Sendable {
    private let options: RunOptions

    package init(options: RunOptions) {
        self.options = options
    }

    /// The second round's window, one interval after the first; roles as the weights say.
    package func window() async throws(AgentError) -> Window {
        let ground = try await RunGround.open(options)
        // Without a readable route the names are taken as they stand.
        let found = try? await ground.store(ground.spec, .asNamed).read()
        let window = await Self.window(of: ground, found.map { Roles(found: $0.weights) } ?? .asNamed)
        await ground.close()
        return window
    }

    static func window(
        of ground: RunGround,
        _ roles: Roles,
        pause: Duration? = nil
    ) async -> Window {
        let source = ground.source(roles)
        let start = ContinuousClock.now
        _ = await source.observe(seconds: 0)
        // A cancelled pause gives a short second round, which is as good as any.
        try? await Task.sleep(for: pause ?? ground.spec.pace.interval)
        return await source.observe(seconds: start.duration(to: .now).inSeconds)
    }
}
