extension SeededStream {
    /// How many of `trials` independent trials succeed.
    ///
    /// Exact up to rounding for any number of trials: inversion below a mean of 10, above it Hörmann's transformed rejection
    /// (BTRS, 1993), whose acceptance test uses the exact ratio of probabilities. Nothing is approximated by a normal
    /// distribution. Fewer than one trial and a probability of 0, below it or not a number give 0.
    ///
    /// - Complexity: O(1) on average.
    package mutating func binomial(_ trials: Int, probability: Double) -> Int {
        guard trials > 0, probability > 0 else { return 0 }
        guard probability < 1 else { return trials }
        guard probability <= 0.5 else { return trials - binomial(trials, probability: 1 - probability) }
        let drawn =
            Double(trials) * probability < Self.leastRejectionMean
            ? inverted(Double(trials), probability) : rejected(Double(trials), probability)
        // Beyond 2^53 a Double may round up past the number of trials.
        return min(Int(exactly: drawn) ?? trials, trials)
    }

    /// Splits a number of equal things at random over weights; what is left by rounding goes to the last weight above 0.
    ///
    /// The parts add up to `count`, and each is binomial. Weights of 0, below it or not a number get nothing; without any
    /// usable weight everything stays in the first part.
    package mutating func multinomial(_ count: Int, weights: [Double]) -> [Int] {
        var parts = [Int](repeating: 0, count: weights.count)
        var rest = weights.reduce(0) { $0 + ($1 > 0 ? $1 : 0) }
        var left = max(count, 0)
        guard let last = weights.lastIndex(where: { $0 > 0 }), rest < .infinity else {
            if !parts.isEmpty { parts[0] = left }
            return parts
        }
        for index in 0..<last where weights[index] > 0 && left > 0 {
            parts[index] = binomial(left, probability: weights[index] / rest)
            left -= parts[index]
            rest -= weights[index]
        }
        parts[last] = left
        return parts
    }

    /// Sequential search from 0 (inversion of the cumulative sum).
    private mutating func inverted(_ n: Double, _ p: Double) -> Double {
        let odds = p / (1 - p)
        let atZero = Elementary.exp(n * Elementary.log1p(-p))
        while true {
            var rest = uniform()
            var probability = atZero
            var k = 0.0
            while k <= n {
                if rest < probability { return k }
                rest -= probability
                probability *= odds * (n - k) / (k + 1)
                k += 1
                // What is beyond here is rounding; draw again.
                if k > Self.farthestInversion { break }
            }
        }
    }

    /// Transformed rejection with squeeze, for p up to one half and a mean of at least 10.
    private mutating func rejected(_ n: Double, _ p: Double) -> Double {
        let deviation = (n * p * (1 - p)).squareRoot()
        let b = 1.15 + 2.53 * deviation
        let a = -0.0873 + 0.0248 * b + 0.01 * p
        let centre = n * p + 0.5
        let squeeze = 0.92 - 4.2 / b
        let alpha = (2.83 + 5.1 / b) * deviation
        var logMode: Double?
        while true {
            let u = uniform() - 0.5
            let v = uniform()
            let edge = 0.5 - u.magnitude
            guard edge > 0 else { continue }
            let k = ((2 * a / edge + b) * u + centre).rounded(.down)
            guard k >= 0, k <= n else { continue }
            if edge >= 0.07, v <= squeeze { return k }
            let mode: Double
            if let known = logMode {
                mode = known
            } else {
                mode = BinomialMass.log(((n + 1) * p).rounded(.down), trials: n, probability: p)
                logMode = mode
            }
            let bound = BinomialMass.log(k, trials: n, probability: p) - mode
            if Elementary.log(v * alpha / (a / (edge * edge) + b)) <= bound { return k }
        }
    }

    private static let leastRejectionMean = 10.0
    /// Below a mean of 10 the chance of more than this is under 1e-60.
    private static let farthestInversion = 200.0
}
