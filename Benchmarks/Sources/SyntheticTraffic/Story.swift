/// What is wrong with the canary, and what goes on around both versions.
///
/// The numbers are those of the simulator's scenarios, and two more: +1 pp, and bursts of 30 % errors. Those take a canary
/// with few pods above the absolute bar of 20 %; they were the simulator's own until the bar was seen to fire on them.
package struct Story: Sendable, Hashable {
    package let name: String
    /// Whether the canary is as good as stable, so that a rollback is wrong; else a promotion is.
    package let isEqual: Bool
    let canary: Condition
    let surroundings: Surroundings

    enum Surroundings: Sendable, Hashable {
        case calm
        /// From 180 s after the canary's first request, for 120 to 180 s, everybody fails 20 % and is 3x slower.
        case sharedOutage
        /// Each pod has an episode of 10 to 20 s about every 1200 s: this share of errors, 3x slower.
        case podBursts(errors: Double)
    }

    package static let calm = Story("equal, calm")
    package static let sharedOutage = Story("equal, shared outage", in: .sharedOutage)
    package static let podBursts = Story("equal, pod bursts 20 %", in: .podBursts(errors: 0.20))
    package static let hardPodBursts = Story("equal, pod bursts 30 %", in: .podBursts(errors: 0.30))
    package static let errors5 = Story("+5 pp errors", Condition(additionalErrors: 0.05))
    package static let errors1 = Story("+1 pp errors", Condition(additionalErrors: 0.01))
    package static let latency = Story("latency 1.5x", Condition(slowdown: 1.5))
    package static let slowTail = Story("slow tail 3x", Condition(tailSlowdown: 3))
    package static let dead = Story("dead", Condition(additionalErrors: 1))

    package static let all = [calm, sharedOutage, podBursts, hardPodBursts, errors5, errors1, latency, slowTail, dead]

    private init(_ name: String, _ canary: Condition? = nil, in surroundings: Surroundings = .calm) {
        self.name = name
        isEqual = canary == nil
        self.canary = canary ?? Condition()
        self.surroundings = surroundings
    }
}

/// How a pod answers, compared with a healthy one.
struct Condition: Sendable, Hashable {
    /// On top of the base rate, as a share of the requests.
    var additionalErrors = 0.0
    /// Share of failures that an episode raises to.
    var leastErrors = 0.0
    var slowdown = 1.0
    /// On the slow mode alone.
    var tailSlowdown = 1.0

    /// The same pod in an episode.
    func suffering(errors: Double, slowdown factor: Double) -> Condition {
        var worse = self
        worse.leastErrors = errors
        worse.slowdown *= factor
        return worse
    }
}
