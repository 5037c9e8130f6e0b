/// Binomial probabilities that stay accurate where factorials would cancel: Loader's saddle-point form (2000).
///
/// log P(k) = S(n) − S(k) − S(n−k) − D(k, np) − D(n−k, nq) + ½ log(n / (2π k (n−k))), with S the error of Stirling's formula and D the
/// deviance. No large terms are subtracted from each other, so the relative error is about 1e-13 for any n.
package enum BinomialMass {
    /// log P(X = k) for X ~ Binomial(trials, p); minus infinity where that cannot be.
    package static func log(_ k: Double, trials n: Double, probability p: Double) -> Double {
        guard k >= 0, k <= n, p >= 0, p <= 1 else { return -.infinity }
        if p == 0 { return k == 0 ? 0 : -.infinity }
        if p == 1 { return k == n ? 0 : -.infinity }
        if k == 0 { return n * Elementary.log1p(-p) }
        if k == n { return n * Elementary.log(p) }
        let stirling = stirlingError(n) - stirlingError(k) - stirlingError(n - k)
        let deviance = deviance(k, n * p) + deviance(n - k, n * (1 - p))
        return stirling - deviance - 0.5 * Elementary.log(twoPi * k * ((n - k) / n))
    }

    /// P(X ≤ k) for X ~ Binomial(trials, p).
    ///
    /// Summed from k away from the mean, so that the terms fall and the sum ends early.
    /// - Complexity: O(√trials).
    package static func atMost(_ k: Int, trials n: Int, probability p: Double) -> Double {
        guard k >= 0 else { return 0 }
        guard k < n else { return 1 }
        guard p > 0 else { return 1 }
        guard p < 1 else { return 0 }
        return Double(k) <= Double(n) * p
            ? sum(from: k, trials: n, probability: p, isUpward: false)
            : 1 - sum(from: k + 1, trials: n, probability: p, isUpward: true)
    }

    /// P(X ≥ k) for X ~ Binomial(trials, p).
    package static func atLeast(_ k: Int, trials n: Int, probability p: Double) -> Double {
        guard k > 0 else { return 1 }
        guard k <= n, p > 0 else { return 0 }
        guard p < 1 else { return 1 }
        return Double(k) >= Double(n) * p
            ? sum(from: k, trials: n, probability: p, isUpward: true)
            : 1 - sum(from: k - 1, trials: n, probability: p, isUpward: false)
    }

    private static func sum(from k: Int, trials: Int, probability p: Double, isUpward: Bool) -> Double {
        let n = Double(trials)
        let odds = p / (1 - p)
        var at = Double(k)
        var term = Elementary.exp(log(at, trials: n, probability: p))
        var total = term
        while term > total * 1e-17, isUpward ? at < n : at > 0 {
            term *= isUpward ? (n - at) / (at + 1) * odds : at / (n - at + 1) / odds
            at += isUpward ? 1 : -1
            total += term
        }
        return min(total, 1)
    }

    /// log k! less Stirling's formula for it.
    static func stirlingError(_ k: Double) -> Double {
        guard k >= 8 else {
            guard k > 0 else { return 0 }
            return LogGamma.logGamma(k + 1) - ((k + 0.5) * Elementary.log(k) - k + halfLogTwoPi)
        }
        let inverse = 1 / k
        let square = inverse * inverse
        var series = -691.0 / 360360.0 + square / 156
        series = 1.0 / 1188.0 + square * series
        series = -1.0 / 1680.0 + square * series
        series = 1.0 / 1260.0 + square * series
        series = -1.0 / 360.0 + square * series
        series = 1.0 / 12.0 + square * series
        return inverse * series
    }

    /// x log(x/m) + m − x, by a series where the two are close.
    private static func deviance(_ x: Double, _ mean: Double) -> Double {
        let difference = x - mean
        guard difference.magnitude < 0.1 * (x + mean) else { return x * Elementary.log(x / mean) + mean - x }
        let ratio = difference / (x + mean)
        let square = ratio * ratio
        var sum = difference * ratio
        var power = 2 * x * ratio
        var order = 1.0
        // Each term is at most a hundredth of the one before.
        while order < 20 {
            power *= square
            let next = sum + power / (2 * order + 1)
            if next == sum { break }
            sum = next
            order += 1
        }
        return sum
    }

    private static let twoPi = 0x1.921fb54442d18p2
    private static let halfLogTwoPi = 0x1.d67f1c864beb5p-1
}
