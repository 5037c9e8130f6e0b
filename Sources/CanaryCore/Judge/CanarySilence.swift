import CanaryStatistics

/// Time without any canary request although its weight is above zero.
struct CanarySilence: Sendable, Hashable, Codable {
    private var silentSeconds = 0.0

    /// Feeds one window and says why the telemetry cannot be judged any more, after five silent minutes.
    mutating func feed(_ window: WindowCounts) -> Reason? {
        if window.canary.tally.requests > 0 {
            silentSeconds = 0
            return nil
        }
        silentSeconds += window.seconds.isFinite ? max(window.seconds, 0) : 0
        guard silentSeconds >= Self.limitSeconds else { return nil }
        return Reason("no-canary-requests", "no canary request was seen for \(Phrase.duration(silentSeconds))")
    }

    private static let limitSeconds = 300.0
}
