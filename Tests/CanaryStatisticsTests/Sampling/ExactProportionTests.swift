import CanaryStatistics
import Testing

@Suite("Exact intervals of a proportion")
struct ExactProportionTests {
    /// Closed forms: none and all; the rest from tables of Clopper and Pearson's interval.
    @Test(
        "agree with the closed forms and the tables",
        arguments: [
            (0, 200, 0.0, 0.018_275), (200, 200, 0.981_725, 1.0), (1, 10, 0.002_529, 0.445_016),
            (5, 10, 0.187_086, 0.812_914), (10, 100, 0.049_005, 0.176_223), (3, 100, 0.006_230, 0.085_176),
        ]
    )
    func interval(events: Int, trials: Int, lower: Double, upper: Double) {
        let proportion = ExactProportion(events: events, trials: trials)

        #expect((proportion.lower - lower).magnitude < 2e-6)
        #expect((proportion.upper - upper).magnitude < 2e-6)
    }

    @Test("nothing is known without trials, and numbers beyond sense are brought inside")
    func edges() {
        #expect(ExactProportion(events: 0, trials: 0).share == nil)
        #expect(ExactProportion(events: 0, trials: 0).upper == 1)
        #expect(ExactProportion(events: 9, trials: 3).share == 1)
        #expect(ExactProportion(events: -9, trials: -3).lower == 0)
    }

    @Test("sums of binomial masses agree with each other from both sides")
    func tails() {
        for (n, p) in [(1, 0.5), (10, 0.1), (100, 0.5), (1000, 0.003), (100_000, 0.2)] {
            let middle = Int(Double(n) * p)
            for k in [0, 1, middle - 1, middle, middle + 1, n - 1, n] {
                let sum =
                    BinomialMass.atMost(k, trials: n, probability: p)
                    + BinomialMass.atLeast(k + 1, trials: n, probability: p)
                #expect((sum - 1).magnitude < 1e-10, "\(k) of \(n)")
            }
        }
        var total = 0.0
        for k in 0...50 { total += Elementary.exp(BinomialMass.log(Double(k), trials: 50, probability: 0.37)) }
        #expect((total - 1).magnitude < 1e-12)
    }
}
