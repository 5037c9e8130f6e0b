import CanaryStatistics
import Foundation
import Testing

@Suite struct LogSumTests {
    @Test("adds without overflow, and takes minus infinity for zero")
    func add() {
        #expect(agrees(LogSum.add(0, 0), Foundation.log(2)))
        #expect(agrees(LogSum.add(1000, 999), 1000 + Foundation.log1p(Foundation.exp(-1))))
        #expect(LogSum.add(-.infinity, 3) == 3)
        #expect(LogSum.add(-.infinity, -.infinity) == -.infinity)
    }

    @Test("sums sixteen lanes as it sums a list")
    func lanes() {
        let values = (0..<16).map { Double($0) * 1.7 - 9 }

        #expect(agrees(LogSum.of(Lanes(values, padding: 0)), LogSum.of(values), tolerance: 1e-14))
        #expect(agrees(LogSum.of(Lanes([2, 1], padding: -.infinity)), LogSum.of([2, 1]), tolerance: 1e-14))
        #expect(LogSum.of(Lanes(repeating: -.infinity)) == -.infinity)
        #expect(LogSum.of([Double]()) == -.infinity)
    }

    @Test("combines metrics as the oracle does")
    func combination() throws {
        let part = try #require(Oracle.sequential()["combination"] as? [String: Any])

        let mean = try LogSum.mean(of: part.numbers("log_e"), weights: part.numbers("weights"))

        #expect(try agrees(mean, part.number("log_mean")))
    }
}
