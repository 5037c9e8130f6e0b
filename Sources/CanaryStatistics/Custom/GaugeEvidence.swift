/// Evidence that a gauge is worse on the canary than on stable: a sign test by betting.
///
/// Windows in which both versions have the gauge are joined until they last at least a minute; then the canary's mean
/// is compared once with stable's. If stable's history shows that the gauge keeps its level for longer, comparisons are
/// up to ten minutes apart (`GaugePersistence`).
///
/// Under the null hypothesis "not worse than stable by more than the tolerance, comparison by comparison" the canary
/// loses with chance at most one half *given the past*, so for a bet lambda in 0...1 the product
/// of `1 + lambda` for a loss and `1 - lambda` for a win has mean at most one at any time (Waudby-Smith and Ramdas,
/// *Estimating means of bounded random variables by betting*, 2024, for a mean of one half). It is averaged over some
/// bets and over the minute in which the regression may have begun (`StartPrior`).
///
/// This is weaker than a comparison of counts, in two ways. "One half given the past" is an assumption: a gauge that
/// moves slowly on single pods, such as memory, may stay above stable's for many minutes by chance; time between
/// comparisons helps, it does not prove. And the test sees how often the canary is worse, not by how much: it needs at
/// least a dozen minutes. A lasting difference between pods (node, zone) that exceeds the tolerance is a regression to
/// it.
struct GaugeEvidence: Sendable, Hashable, Codable {
    private struct Side: Sendable, Hashable, Codable {
        var sum = 0.0
        var samples = 0.0

        var mean: Double? {
            let mean = sum / samples
            return samples > 0 && mean.isFinite ? mean : nil
        }

        mutating func add(_ other: Side) {
            sum += other.sum
            samples += other.samples
        }
    }

    /// Minutes compared, and those in which the canary was worse.
    private(set) var comparisons = 0
    private(set) var losses = 0
    private var stableTotal = Side()
    private var canaryTotal = Side()
    /// The minute that is being collected.
    private var seconds = 0.0
    /// What is left of the time between two comparisons.
    private var pauseSeconds = 0.0
    private let spacingSeconds: Double
    private var stable = Side()
    private var canary = Side()
    /// By bet: log of the sum over start times of prior mass times the product since then.
    private var sums = [Double](repeating: -.infinity, count: Self.bets.count)
    /// Mass given out while a minute is being collected: bets on it start with the next one.
    private var logPending: Double
    private let isHigherBetter: Bool

    /// - Parameters:
    ///   - logSpent: log of the prior's mass that was given out before the gauge was known.
    ///   - history: stable's readings before the comparison with their lengths in seconds, oldest first.
    init(isHigherBetter: Bool, logSpent: Double, history: [(reading: CustomReading?, seconds: Double)]) {
        self.isHigherBetter = isHigherBetter
        logPending = logSpent
        var persistence = GaugePersistence()
        for (reading, seconds) in history {
            guard let side = Self.side(reading?.stable), let mean = side.mean else { continue }
            persistence.add(mean: mean, samples: side.samples, seconds: seconds)
        }
        spacingSeconds = Double(persistence.spacing) * Self.spanSeconds
    }

    /// Whether decoded evidence can be gone on with.
    var isSound: Bool { sums.count == Self.bets.count }

    /// Means over all minutes compared and the one being collected; nil before the first window with both versions.
    var stableMean: Double? { stableTotal.mean }
    var canaryMean: Double? { canaryTotal.mean }

    /// Judges a window. Returns whether both versions had data.
    mutating func judge(_ reading: CustomReading?, tolerance: Double, isWarming: Bool, seconds: Double, logMass: Double)
        -> Bool
    {
        logPending = LogSum.add(logPending, logMass)
        let left = Self.side(reading?.stable)
        let right = Self.side(reading?.canary)
        guard let left, let right else { return false }
        if isWarming { return true }
        stableTotal.add(left)
        canaryTotal.add(right)
        let length = seconds > 0 && seconds < .infinity ? seconds : 0
        if pauseSeconds > 0 {
            pauseSeconds -= length
            return true
        }
        if stable.samples == 0 { startMinute() }
        stable.add(left)
        canary.add(right)
        self.seconds += length
        if self.seconds >= Self.spanSeconds { compare(tolerance: tolerance) }
        return true
    }

    /// Log evidence, with the prior's unspent mass as cash.
    func logE(logUnspent: Double) -> Double {
        let weight = Elementary.log(Double(Self.bets.count))
        return LogSum.add(LogSum.add(LogSum.of(sums.map { $0 - weight }), logPending), logUnspent)
    }

    /// Moves mass to the bets while nothing of the minute is known.
    private mutating func startMinute() {
        for index in sums.indices { sums[index] = LogSum.add(sums[index], logPending) }
        logPending = -.infinity
    }

    private mutating func compare(tolerance: Double) {
        defer {
            pauseSeconds = max(spacingSeconds - seconds, 0)
            seconds = 0
            (stable, canary) = (Side(), Side())
        }
        guard let before = stable.mean, let now = canary.mean else { return }
        let slack = before.magnitude * tolerance
        let bar = isHigherBetter ? before - slack : before + slack
        guard bar.isFinite else { return }
        let isLoss = isHigherBetter ? now < bar : now > bar
        comparisons &+= 1
        if isLoss { losses &+= 1 }
        for (index, bet) in Self.bets.enumerated() { sums[index] += isLoss ? bet.logLoss : bet.logWin }
    }

    private static func side(_ value: CustomValue?) -> Side? {
        guard case .level(let mean, let samples) = value, mean.magnitude < hugeLevel, samples > 0, samples.isCustomCount
        else { return nil }
        return Side(sum: mean * samples, samples: samples)
    }

    /// The least time between two comparisons.
    static let spanSeconds = 60.0
    /// No level of anything.
    private static let hugeLevel = 1e200

    private struct Bet: Sendable {
        var logLoss: Double
        var logWin: Double
    }

    private static let bets = [0.15, 0.3, 0.45, 0.6, 0.8, 0.95].map { bet in
        Bet(logLoss: Elementary.log1p(bet), logWin: Elementary.log1p(-bet))
    }
}
