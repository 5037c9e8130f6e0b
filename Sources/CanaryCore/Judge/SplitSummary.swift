import CanaryStatistics

/// Requests of both versions since the first judged window.
struct SplitSummary: Sendable, Hashable, Codable {
    var stable = 0.0
    var canary = 0.0

    mutating func feed(_ window: WindowCounts) {
        stable += window.stable.tally.requests
        canary += window.canary.tally.requests
    }
}
