import CanaryStatistics
import Foundation
import Testing

@Suite struct DisplayTests {
    @Test("bounds differences and ratios as the oracle does")
    func sequences() throws {
        for part in try Oracle.cases("confidence_sequences") {
            let phi = try part.number("phi")
            let alpha = try part.number("alpha")
            var difference = DifferenceSequence()
            var ratio = RatioSequence()
            for row in try part.rows("windows") {
                let stable = EventCount(x: row[0], n: row[2])
                let canary = EventCount(x: row[1], n: row[3])
                difference.add(stable: stable, canary: canary, stableDivisor: phi, canaryDivisor: phi)
                ratio.add(stable: stable, canary: canary, stableDivisor: phi, canaryDivisor: phi)
            }

            let differences = difference.interval(alpha: alpha)
            let ratios = ratio.interval(alpha: alpha)

            #expect(try agrees(differences.lower, part.number("difference_low")), "\(part)")
            #expect(try agrees(differences.upper, part.number("difference_high")), "\(part)")
            #expect(try agrees(ratios.lower, part.number("ratio_low")), "\(part)")
            #expect(try agrees(ratios.upper, part.number("ratio_high")), "\(part)")
        }
    }

    @Test("knows nothing before the first window")
    func nothingYet() {
        #expect(DifferenceSequence().interval() == ConfidenceInterval(lower: -1, upper: 1))
        #expect(RatioSequence().interval() == ConfidenceInterval(lower: 0, upper: .infinity))
    }

    @Test("bounds quantiles by the oracle's bucket edges")
    func quantiles() throws {
        for part in try Oracle.cases("quantiles") {
            let interval = try QuantileInterval(
                buckets: part.numbers("hist"),
                bounds: LatencyTests.bounds,
                quantile: part.number("q"),
                alpha: part.number("alpha"),
                mass: part.number("m")
            )

            #expect(try interval.lower == part.number("lower_edge"))
            #expect(try interval.upper == part.number("upper_edge"))
        }
    }

    @Test("leaves the ends of a quantile open that nothing bounds")
    func openQuantile() {
        let none = QuantileInterval(buckets: [0, 0], bounds: [1], quantile: 0.5)
        let some = QuantileInterval(buckets: [1000, 0], bounds: [1], quantile: 0.5)

        #expect(none.lower == nil && none.upper == nil)
        #expect(some.lower == nil && some.upper == 1)
        let difference = QuantileInterval.difference(stable: some, canary: none)
        #expect(difference.lower == -1 && difference.upper == nil)
    }

    @Test("gives the oracle's beta-binomial evidence")
    func betaBinomial() throws {
        for part in try Oracle.cases("beta_binomial") {
            let logE = try BetaBinomial.logE(
                successes: part.number("below"),
                trials: part.number("n"),
                share: part.number("q"),
                mass: part.number("m")
            )

            #expect(try agrees(logE, part.number("log_e")), "\(part)")
        }
    }

    @Test("contradicts a share of none or all by a single exception")
    func certainShares() {
        #expect(BetaBinomial.logE(successes: 0, trials: 500, share: 0) == 0)
        #expect(BetaBinomial.logE(successes: 1, trials: 500, share: 0) == .infinity)
        #expect(BetaBinomial.logE(successes: 500, trials: 500, share: 1) == 0)
        #expect(BetaBinomial.logE(successes: 499, trials: 500, share: 1) == .infinity)
        #expect(BetaBinomial.logE(successes: 3, trials: 0, share: 0.5) == 0)
        #expect(BetaBinomial.logE(successes: 700, trials: 500, share: 0.5).isFinite)
        #expect(BetaBinomial.logE(successes: .nan, trials: 500, share: 0.5).isFinite)
    }

    @Test("keeps the observed share inside its interval, and a far one outside")
    func shareInterval() {
        let interval = BetaBinomial.interval(successes: 250, trials: 1000, alpha: 0.001)

        #expect(interval.lower < 0.25 && interval.upper > 0.25)
        #expect(interval.lower > 0.15 && interval.upper < 0.35)
        #expect(BetaBinomial.interval(successes: 0, trials: 0, alpha: 0.001) == ConfidenceInterval(lower: 0, upper: 1))
        #expect(BetaBinomial.interval(successes: 0, trials: 300, alpha: 0.001).lower == 0)
    }

    @Test("ranks histograms")
    func mannWhitney() {
        #expect(MannWhitney.theta(stable: [5, 5], canary: [5, 5]) == 0.5)
        #expect(MannWhitney.theta(stable: [5, 0], canary: [0, 9]) == 1)
        #expect(MannWhitney.theta(stable: [0, 5], canary: [9, 0]) == 0)
        #expect(MannWhitney.theta(stable: [0, 0], canary: [9, 0]) == nil)
        #expect(MannWhitney.theta(stable: [1], canary: [9, 0]) == nil)
    }
}
