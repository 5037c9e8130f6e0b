/// Evidence that the canary has more bad events than tolerated: a ratio of counters, or one edge of a histogram.
///
/// The kernel and mixture of the rollback test (statistics text, §3-4) with rho 1 and the tolerance as delta: whatever
/// stable's share is and however it moves, the mean of the e-value is at most one while the canary's share is at most
/// stable's plus the tolerance, if events are independent given the past. Counts and exposures are divided by the
/// dispersion of stable's own windows with z = 1, because pods are not told apart.
struct CountEvidence: Sendable, Hashable, Codable {
    private(set) var stableTotal = EventCount()
    private(set) var canaryTotal = EventCount()
    private(set) var dispersion: PairDispersion
    private var mixture = RegressionMixture()

    /// - Parameter logSpent: log of the prior's mass that was given out before this count was known; it stays as it is.
    init(logSpent: Double, configuration: EngineConfiguration, grid: TiltGrid) {
        dispersion = PairDispersion(configuration: configuration)
        add(mass: logSpent, grid: grid)
    }

    /// Takes in a window of the history.
    mutating func learn(_ stable: EventCount?) {
        dispersion.add(stable)
    }

    mutating func endHistory() {
        dispersion.endHistory()
    }

    /// Judges a window with the dispersion `phi` of the past, then learns from it.
    ///
    /// Without data of both versions, or while the canary warms up, evidence stays as it is.
    mutating func judge(
        stable: EventCount?,
        canary: EventCount?,
        phi: Double,
        tolerance: Double,
        isWarming: Bool,
        logMass: Double,
        grid: TiltGrid
    ) {
        if let stable, let canary, !isWarming {
            mixture.add(
                stable: stable,
                canary: canary,
                rho: 1,
                delta: tolerance,
                divisors: RegressionDivisors(phi1: phi, phi2: phi, z: 1),
                grid: grid,
                logMass: logMass
            )
            stableTotal.x += stable.x
            stableTotal.n += stable.n
            canaryTotal.x += canary.x
            canaryTotal.n += canary.n
        } else {
            add(mass: logMass, grid: grid)
        }
        dispersion.add(stable)
    }

    /// Log evidence, with the prior's unspent mass as cash.
    func logE(grid: TiltGrid, logUnspent: Double) -> Double {
        mixture.logE(grid: grid, logUnspent: logUnspent)
    }

    /// Adds prior mass to bets that start now, without evidence.
    private mutating func add(mass: Double, grid: TiltGrid) {
        mixture.add(
            stable: EventCount(),
            canary: EventCount(),
            rho: 1,
            delta: 0,
            divisors: RegressionDivisors(phi1: 1, phi2: 1, z: 1),
            grid: grid,
            logMass: mass
        )
    }
}
