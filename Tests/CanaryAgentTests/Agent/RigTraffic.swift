import CanaryTelemetry
import Synchronization

/// What the traffic of an agent's rig is like at present, of all services and of both versions alike.
final class RigTraffic: Sendable {
    private struct State {
        var failures = 0.004
        var isLost = false
    }

    private let state = Mutex(State())

    /// A round without telemetry.
    static let loss = WindowQuality(unusable: .nothingScraped)

    /// Requests of both versions in one window.
    let requests = 12_000

    /// The share of requests that fail.
    var failures: Double { state.withLock { $0.failures } }

    /// Whether nothing can be measured any more.
    var isLost: Bool { state.withLock { $0.isLost } }

    func fail(_ share: Double) { state.withLock { $0.failures = share } }

    func lose() { state.withLock { $0.isLost = true } }
}
