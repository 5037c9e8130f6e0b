import CanaryStatistics
import Foundation
import Testing

@Suite struct LogGammaTests {
    @Test("agrees with the C library", arguments: [1e-6, 0.1, 0.5, 1, 1.5, 2, 3.25, 7.99, 8, 20, 171, 1e4, 1e9])
    func logGamma(x: Double) {
        #expect(agrees(LogGamma.logGamma(x), Foundation.lgamma(x), tolerance: 2e-13))
    }

    @Test(
        "gives the beta function of small and large arguments",
        arguments: [
            (1.0, 1.0), (0.2, 19.8), (10, 10), (0.5, 0.5), (1000, 20), (3, 1e5),
        ]
    )
    func logBeta(x: Double, y: Double) {
        let expected = Foundation.lgamma(x) + Foundation.lgamma(y) - Foundation.lgamma(x + y)

        #expect(agrees(LogGamma.logBeta(x, y), expected, tolerance: 1e-10))
        #expect(agrees(LogGamma.logBeta(y, x), expected, tolerance: 1e-10))
    }

    @Test(
        "ends for numbers that are their own successors",
        .timeLimit(.minutes(1)),
        arguments: [0x1p54, 0x1p61, 1e300]
    )
    func huge(x: Double) {
        #expect(LogGamma.logBeta(x, 3).isFinite)
        #expect(LogGamma.logBeta(0.5, x).isFinite)
        #expect(LogGamma.logBeta(x, x).isFinite)
    }

    @Test("is infinite at zero and no number below")
    func ends() {
        #expect(LogGamma.logGamma(0) == .infinity)
        #expect(LogGamma.logGamma(-1).isNaN)
        #expect(LogGamma.logBeta(0, 1).isNaN)
    }
}
