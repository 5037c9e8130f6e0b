import CanaryStatistics
import Foundation
import Testing

@Suite struct RegressionMixtureTests {
    @Test("collects the oracle's evidence over windows, in both directions and with divisors")
    func traces() throws {
        for trace in try Oracle.cases("traces") {
            let phi1 = try trace.number("phi1")
            let phi2 = try trace.number("phi2")
            let changes = try Set(trace.numbers("step_change_at"))
            let expected = try #require(trace["regression"] as? [String: Any])
            let margins = try trace.objects("noninferiority")
            let up = TiltGrid.regression()
            let down = TiltGrid.nonInferiority()
            var prior = StartPrior()
            var mixture = RegressionMixture()
            var sums = NonInferiority()
            for (index, row) in try trace.rows("windows").enumerated() {
                let stable = EventCount(x: row[0], n: row[2])
                let canary = EventCount(x: row[1], n: row[3])
                let mass = prior.next(seconds: 5, isFirstAfterWeightChange: changes.contains(Double(index)))

                try mixture.add(
                    stable: stable,
                    canary: canary,
                    rho: expected.number("rho"),
                    delta: expected.number("delta"),
                    divisors: RegressionDivisors(phi1: phi1, phi2: phi2, z: 1),
                    grid: up,
                    logMass: mass
                )
                sums.add(
                    stable: stable,
                    canary: canary,
                    rho: 1.25,
                    stableDivisor: 1 + (phi1 - 1) * 1.15,
                    canaryDivisor: phi2,
                    grid: down
                )

                let place: Comment = "\(trace["name"] ?? ""), phi \(phi1), window \(index)"
                let logE = mixture.logE(grid: up, logUnspent: prior.logUnspent)
                #expect(try agrees(logE, expected.numbers("log_e")[index]), place)
                for margin in margins {
                    #expect(try margin.number("rho") == 1.25)
                    let logN = try sums.logN(delta: margin.number("delta"), grid: down)
                    #expect(try agrees(logN, margin.numbers("log_e")[index]), place)
                }
            }
        }
    }

    @Test("never gives out more prior mass than there is")
    func prior() {
        var prior = StartPrior()
        var given = 0.0
        for index in 0..<200 {
            given += Foundation.exp(prior.next(seconds: 600, isFirstAfterWeightChange: index % 2 == 0))
        }

        #expect(given <= 1 + 1e-12)
        #expect(prior.logUnspent == -.infinity)
        #expect(prior.next(seconds: 5, isFirstAfterWeightChange: true) == -.infinity)
    }

    @Test("survives windows of any length", arguments: [0, -5, 1e9, Double.nan, .infinity])
    func oddSeconds(seconds: Double) {
        var prior = StartPrior()
        for _ in 0..<4 {
            #expect(!prior.next(seconds: seconds, isFirstAfterWeightChange: false).isNaN)
        }
        #expect(!prior.logUnspent.isNaN)
    }

    @Test("has one margin a step that is left, and one more for a last step below 100 %")
    func ladder() {
        #expect(MarginLadder.shares(steps: [0.05, 0.1, 0.25, 0.5, 1]) == [0.1, 0.25, 0.5, 1])
        #expect(MarginLadder.shares(steps: [0.05, 0.5]) == [0.5, 0.5])
        #expect(MarginLadder.shares(steps: [1]) == [1])
        #expect(MarginLadder.shares(steps: []) == [1])
        #expect(agrees(MarginLadder.errorDelta(share: 0.1, budget: 0.0015), 0.015))
        #expect(MarginLadder.errorDelta(share: 0.01, budget: 0.0015) == 0.02)
    }

    @Test("keeps the bits of a plain loop over effect sizes", arguments: [31, 32])
    func twin(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let grid = TiltGrid.regression()
        let divisors = RegressionDivisors(phi1: 1.7, phi2: 2.9, z: 0.5)
        var mixture = RegressionMixture()
        var prior = StartPrior()
        var sums = [Double](repeating: -.infinity, count: 16)
        for index in 0..<200 {
            let stable = EventCount(
                x: Double.random(in: 0...9, using: &generator).rounded(),
                n: Double.random(in: 0...900, using: &generator).rounded()
            )
            let canary = EventCount(
                x: Double.random(in: 0...3, using: &generator).rounded(),
                n: index % 7 == 0 ? 0 : Double.random(in: 1...90, using: &generator).rounded()
            )
            let mass = prior.next(seconds: 5, isFirstAfterWeightChange: index == 50)

            mixture.add(
                stable: stable,
                canary: canary,
                rho: 1.1,
                delta: 0.0005,
                divisors: divisors,
                grid: grid,
                logMass: mass
            )
            for (lane, tilt) in grid.tilts.enumerated() {
                let divisor = 1 + 0.5 * (2.9 - 1) * TiltGrid.clusterFactor(tilt)
                let logE = Kernel.logE(
                    stable: EventCount(x: stable.x / divisors.stable, n: stable.n / divisors.stable),
                    canary: EventCount(x: canary.x / divisor, n: canary.n / divisor),
                    tilt: tilt,
                    rho: 1.1,
                    delta: 0.0005
                )
                sums[lane] = LogSum.add(sums[lane], mass) + logE
            }

            let vector = mixture.logE(grid: grid, logUnspent: prior.logUnspent)
            let scalar = LogSum.add(plainSum(sums.map { $0 - Elementary.log(16) }), prior.logUnspent)
            #expect(vector.bitPattern == scalar.bitPattern)
        }
    }

    /// The sum over sixteen lanes in the order of the vector form.
    private func plainSum(_ values: [Double]) -> Double {
        let largest = values.max() ?? -.infinity
        let sums = (0..<8).map { Elementary.exp(values[$0] - largest) + Elementary.exp(values[$0 + 8] - largest) }
        let total = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]))
        return largest + Elementary.log(total)
    }
}
