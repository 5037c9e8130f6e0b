/// What the requests themselves say of the canary's weight, where nobody wrote the weight down.
///
/// The share is the canary's part of all requests of the last minute, or of as long (up to ten minutes) as it takes to see
/// 1,000 of them, but never of the time before the last change. The step is the largest one of which at least four fifths
/// are reached; 100 % is none of them if there are others, because there is nothing beside it. A step is left only if the share is more than three standard errors of a fair split away from it, so that few
/// requests do not look like changes of weight.
package struct ObservedSplit: Sendable, Hashable {
    /// What one window adds.
    package struct Reading: Sendable, Hashable {
        /// The canary's share of the trailing requests, 0...1; 0 without requests.
        package var share: Double
        /// The index of the step that this is taken for.
        package var step: Int
        /// Whether this is the first window at that step.
        package var isChanged: Bool
        /// Whether stable got none of the trailing requests, and the canary some: nothing is left to compare with.
        package var isAlone: Bool
    }

    private struct Part: Sendable, Hashable {
        var seconds: Double
        var stable: Double
        var canary: Double

        var requests: Double { stable + canary }
    }

    /// Shares of the steps, ascending, 0...1.
    private let steps: [Double]
    private var parts: [Part] = []
    private var step: Int?

    /// - Parameter steps: canary weights in percent, ascending.
    package init(steps: [Double]) {
        let beside = steps.filter { $0 < 100 }
        self.steps = (beside.isEmpty ? steps : beside).map { $0 / 100 }
    }

    /// Takes in the requests of a usable window in which the canary's release has begun.
    package mutating func observe(stable: Int, canary: Int, seconds: Double) -> Reading {
        parts.append(
            Part(
                seconds: seconds.isFinite ? max(seconds, 0) : 0,
                stable: Double(max(stable, 0)),
                canary: Double(max(canary, 0))
            )
        )
        forget()
        let requests = parts.reduce(0) { $0 + $1.requests }
        let stableRequests = parts.reduce(0) { $0 + $1.stable }
        let share = requests > 0 ? (requests - stableRequests) / requests : 0
        let isChanged = move(to: share, requests: requests)
        return Reading(
            share: share,
            step: step ?? 0,
            isChanged: isChanged,
            isAlone: stableRequests == 0 && requests >= Self.leastAlone
        )
    }

    /// Changes the step if the share says so.
    private mutating func move(to share: Double, requests: Double) -> Bool {
        let candidate = steps.lastIndex { share >= Self.reached * $0 }
        guard let present = step else {
            guard requests > 0 else { return false }
            step = candidate ?? 0
            return true
        }
        guard let candidate, candidate != present, steps.indices.contains(present) else { return false }
        let expected = min(max(steps[present], 0), 1)
        let error = (expected * (1 - expected) / max(requests, 1)).squareRoot()
        guard (share - expected).magnitude > Self.standardErrors * error else { return false }
        step = candidate
        parts.removeFirst(max(parts.count - 1, 0))
        return true
    }

    /// Drops what is older than needed.
    private mutating func forget() {
        var seconds = parts.reduce(0) { $0 + $1.seconds }
        var requests = parts.reduce(0) { $0 + $1.requests }
        var dropped = 0
        while parts.count - dropped > 1 {
            let rest = (seconds: seconds - parts[dropped].seconds, requests: requests - parts[dropped].requests)
            let isEnough = rest.seconds >= Self.leastSeconds && rest.requests >= Self.leastRequests
            guard isEnough || rest.seconds >= Self.mostSeconds || parts.count - dropped > Self.mostParts else { break }
            (seconds, requests) = rest
            dropped += 1
        }
        parts.removeFirst(dropped)
    }

    private static let reached = 0.8
    private static let standardErrors = 3.0
    private static let leastSeconds = 60.0
    private static let leastRequests = 1000.0
    private static let mostSeconds = 600.0
    private static let mostParts = 2000
    private static let leastAlone = 30.0
}
