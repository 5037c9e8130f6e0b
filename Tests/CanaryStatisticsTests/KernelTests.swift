import CanaryStatistics
import Foundation
import Testing

@Suite struct KernelTests {
    @Test("gives the oracle's log e-values")
    func oracle() throws {
        for part in try Oracle.cases("kernel") {
            let logE = try Kernel.logE(
                stable: EventCount(x: part.number("x1"), n: part.number("n1")),
                canary: EventCount(x: part.number("x2"), n: part.number("n2")),
                tilt: part.number("s"),
                rho: part.number("rho"),
                delta: part.number("delta")
            )

            #expect(try agrees(logE, part.number("log_e")), "\(part)")
        }
    }

    @Test("gives the same bits in a vector as by itself", arguments: [21, 22])
    func twins(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let stable = EventCount(
                x: Double.random(in: 0...50, using: &generator).rounded(),
                n: Double.random(in: 1...9000, using: &generator)
            )
            let canary = EventCount(
                x: Double.random(in: 0...50, using: &generator).rounded(),
                n: Double.random(in: 1...900, using: &generator)
            )
            let tilt = exp2(Double.random(in: -6...6, using: &generator))
            let rho = Double.random(in: 1...10, using: &generator)
            let delta = Double.random(in: 0...0.1, using: &generator)
            let grid = TiltGrid(tilts: [tilt])
            var sums = NonInferiority()
            sums.add(stable: stable, canary: canary, rho: rho, stableDivisor: 1, canaryDivisor: 1, grid: grid)

            let vector = sums.logN(delta: delta, grid: grid)
            let scalar = Kernel.logE(stable: stable, canary: canary, tilt: tilt, rho: rho, delta: delta)

            #expect(vector.bitPattern == scalar.bitPattern)
        }
    }

    @Test("has a mean of at most one on the null, whatever the stable share", arguments: [(1.0, 1.0), (2.5, 1.7)])
    func mean(stableDivisor: Double, canaryDivisor: Double) {
        var largest = 0.0
        for (n1, n2) in [(4, 1), (9, 3), (3, 6), (12, 2)] {
            for p1 in [0, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8] {
                for (rho, delta) in [(1.0, 0.0), (1.1, 0.0005), (1.25, 0.015), (2, 0.05)] {
                    let p2 = rho * p1 + delta
                    for tilt in [1.05, 1.5, 2, 10, 100] where p2 <= 1 {
                        largest = max(
                            largest,
                            expectation(n1, n2, p1, p2) { x1, x2 in
                                Foundation.exp(
                                    Kernel.logE(
                                        stable: EventCount(x: x1 / stableDivisor, n: Double(n1) / stableDivisor),
                                        canary: EventCount(x: x2 / canaryDivisor, n: Double(n2) / canaryDivisor),
                                        tilt: tilt,
                                        rho: rho,
                                        delta: delta
                                    )
                                )
                            }
                        )
                    }
                }
            }
        }

        #expect(largest <= 1 + 1e-12)
        #expect(largest > 0.99)
    }

    @Test("has a mean of at most one on the reversed null, for effects below one")
    func reversedMean() {
        for p1 in [0, 0.01, 0.1, 0.4] {
            for tilt in [0.02, 0.5, 0.95] {
                let mean = expectation(8, 4, p1, min(1.25 * p1 + 0.015, 1)) { x1, x2 in
                    Foundation.exp(
                        Kernel.logE(
                            stable: EventCount(x: x1, n: 8),
                            canary: EventCount(x: x2, n: 4),
                            tilt: tilt,
                            rho: 1.25,
                            delta: 0.015
                        )
                    )
                }

                #expect(mean <= 1 + 1e-12)
            }
        }
    }

    private func expectation(
        _ n1: Int,
        _ n2: Int,
        _ p1: Double,
        _ p2: Double,
        of value: (Double, Double) -> Double
    ) -> Double {
        var sum = 0.0
        for x1 in 0...n1 {
            for x2 in 0...n2 {
                sum += binomial(x1, n1, p1) * binomial(x2, n2, p2) * value(Double(x1), Double(x2))
            }
        }
        return sum
    }

    private func binomial(_ k: Int, _ n: Int, _ p: Double) -> Double {
        let choose = (0..<k).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
        return choose * pow(p, Double(k)) * pow(1 - p, Double(n - k))
    }
}
