import CanaryStatistics
import Testing

@Suite("Binomial sampling")
struct BinomialSamplerTests {
    /// The chi-square distance of 20,000 draws from the exact probabilities, with outcomes expected less than 10 times
    /// pooled, and its degrees of freedom.
    private func distance(trials: Int, probability: Double, seed: UInt64) -> (chiSquare: Double, freedom: Double) {
        let draws = 20_000
        var random = SeededStream(seed: seed)
        var counts: [Int: Int] = [:]
        for _ in 0..<draws { counts[random.binomial(trials, probability: probability), default: 0] += 1 }
        let mean = Double(trials) * probability
        let reach = 8 * (mean * (1 - probability)).squareRoot() + 20
        let low = max(Int(mean - reach), 0)
        let high = min(Int(mean + reach), trials)
        #expect(counts.keys.allSatisfy { $0 >= low && $0 <= high })
        var (chiSquare, cells, expected, observed) = (0.0, 0.0, 0.0, 0.0)
        for k in low...high {
            let mass =
                BinomialMass.atMost(k, trials: trials, probability: probability)
                - BinomialMass.atMost(k - 1, trials: trials, probability: probability)
            expected += mass * Double(draws)
            observed += Double(counts[k] ?? 0)
            guard expected >= 10 else { continue }
            chiSquare += (observed - expected) * (observed - expected) / expected
            (cells, expected, observed) = (cells + 1, 0, 0)
        }
        return (chiSquare, max(cells - 1, 1))
    }

    @Test(
        "draws have the exact distribution, by inversion and by rejection",
        arguments: [
            (1, 0.3), (5, 0.5), (20, 0.05), (200, 0.04), (1000, 0.0099), (19, 0.5), (20, 0.5), (40, 0.25), (40, 0.75),
            (100, 0.1), (100, 0.9), (300, 0.5), (1000, 0.02), (5000, 0.3), (100_000, 0.001), (2_000_000, 0.158),
        ],
        [UInt64(1), 2]
    )
    func distribution(_ parameters: (trials: Int, probability: Double), seed: UInt64) {
        let (chiSquare, freedom) = distance(trials: parameters.trials, probability: parameters.probability, seed: seed)

        // Wilson and Hilferty: the cube root of a chi-square is about normal. 32 tests, so 4.5 deviations.
        let score = ((chiSquare / freedom).cubeRoot - (1 - 2 / (9 * freedom))) / (2 / (9 * freedom)).squareRoot()
        #expect(score < 4.5, "chi-square \(chiSquare) of \(freedom), seed \(seed)")
    }

    @Test("absurd numbers give something between nothing and everything")
    func absurd() {
        var random = SeededStream(seed: 4)
        for trials in [Int.min, -1, 0, 1, 7, 1 << 53, (1 << 53) + 1, .max] {
            for probability in [-1, 0, 1e-307, 1e-300, 1e-18, 1e-9, 0.5, 1 - 1e-16, 1, 2, .infinity, -.infinity, .nan] {
                let drawn = random.binomial(trials, probability: probability)
                #expect(drawn >= 0 && drawn <= max(trials, 0))
            }
        }
        #expect(random.binomial(.max, probability: 1) == .max)
    }

    @Test("large counts have the right mean and variance")
    func large() {
        var random = SeededStream(seed: 5)
        let (n, p) = (1_000_000_000_000, 0.3)
        var (sum, squares) = (0.0, 0.0)
        for _ in 0..<20_000 {
            let z =
                (Double(random.binomial(n, probability: p)) - Double(n) * p) / (Double(n) * p * (1 - p)).squareRoot()
            sum += z
            squares += z * z
        }
        #expect((sum / 20_000).magnitude < 4 / 20_000.0.squareRoot())
        #expect((squares / 20_000 - 1).magnitude < 4 * (2 / 20_000.0).squareRoot())
    }

    @Test("a multinomial split loses nothing, and each part is binomial")
    func multinomial() {
        var random = SeededStream(seed: 6)
        var sums = [0, 0, 0, 0]
        for _ in 0..<2000 {
            let parts = random.multinomial(100, weights: [0.5, 0, 0.3, 0.2])
            #expect(parts.reduce(0, +) == 100)
            for index in parts.indices { sums[index] += parts[index] }
        }
        #expect(sums[1] == 0)
        #expect((Double(sums[0]) / 200_000 - 0.5).magnitude < 0.005)
        #expect((Double(sums[2]) / 200_000 - 0.3).magnitude < 0.005)
        #expect(random.multinomial(5, weights: []) == [])
        #expect(random.multinomial(5, weights: [0, .nan]) == [5, 0])
        #expect(random.multinomial(-5, weights: [1, 1]) == [0, 0])
        #expect(random.multinomial(5, weights: [.infinity, 1]) == [5, 0])
    }
}

extension Double {
    /// By Newton's method, for positive numbers of moderate size.
    fileprivate var cubeRoot: Double {
        var root = Swift.max(self, 1e-9)
        for _ in 0..<100 { root = (2 * root + self / (root * root)) / 3 }
        return root
    }
}
