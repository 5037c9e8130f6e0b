/// What a collector remembers of one target.
struct TargetMemory: Sendable {
    var incarnation = ""
    var baseline: PageReading?
    /// Rounds without an answer since the last one.
    var missed = 0
    /// The version it belongs to, if that was known before it was asked.
    var side: WindowQuality.Side?
    var hasStable = false
    var hasCanary = false
    var mustAnswer = true
    var answer = Answer.none

    /// What it did in this round.
    enum Answer: Sendable {
        case none
        case delta
        case baseline
        case failed
    }

    /// Whether it counts for a version: as it was known to, else as its series say.
    func isOf(_ wanted: WindowQuality.Side) -> Bool {
        if let side { return side == wanted }
        return wanted == .stable ? hasStable : wanted == .canary && hasCanary
    }

    /// The version it counts for, if it is one.
    var knownSide: WindowQuality.Side {
        if let side { return side }
        if hasStable == hasCanary { return .unknown }
        return hasStable ? .stable : .canary
    }
}
