import CanaryTelemetry

/// Restarts of pods in the last five minutes, per side: a crash takes its data with it, so the counts alone would not show it.
struct RestartMonitor: Sendable, Hashable, Codable {
    private struct Round: Sendable, Hashable, Codable {
        var endsAt: Double
        var stable: Int
        var canary: Int
    }

    private var rounds: [Round] = []
    private var elapsed = 0.0

    /// Feeds a window and says why the canary must not be advanced now: it restarted more than once more often than stable.
    mutating func feed(_ window: Window) -> Reason? {
        elapsed += window.seconds.isFinite ? max(window.seconds, 0) : 0
        rounds.removeAll { $0.endsAt <= elapsed - Self.spanSeconds }
        let restarted = Set(window.quality.restarts)
        if !restarted.isEmpty {
            let round = Round(
                endsAt: elapsed,
                stable: window.stable.count { restarted.contains($0.pod) },
                canary: window.canary.count { restarted.contains($0.pod) }
            )
            rounds.append(round)
        }
        if rounds.count > Self.limit { rounds.removeFirst() }
        let stable = rounds.reduce(0) { $0 + $1.stable }
        let canary = rounds.reduce(0) { $0 + $1.canary }
        guard canary > stable + 1 else { return nil }
        return Reason(
            "restarts",
            "the canary's pods restarted \(canary) times in the last 5 min, stable's \(stable) times: no step up until that is over"
        )
    }

    /// Whether a decoded monitor can be gone on with.
    var isSound: Bool {
        rounds.count <= Self.limit
            && rounds.allSatisfy { (0...Self.mostPods).contains($0.stable) && (0...Self.mostPods).contains($0.canary) }
    }

    private static let mostPods = 1_000_000_000
    private static let spanSeconds = 300.0
    private static let limit = 10_000
}
