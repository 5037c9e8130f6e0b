/// The beta-binomial martingale: evidence against "each trial succeeds with this probability" (§7).
///
/// Its expectation is one at the true probability, whatever the number of trials at which one looks, so its reaching
/// 1/alpha rejects the probability at level alpha at any time (Ville's inequality; Howard and Ramdas, *Sequential
/// estimation of quantiles*, 2022).
package enum BetaBinomial {
    /// The log evidence against a success probability.
    ///
    /// - Parameters:
    ///   - successes: successful trials, cut to 0...trials.
    ///   - trials: trials so far; without any the evidence is zero.
    ///   - share: the probability in question, cut to 0...1. Zero and one are contradicted by a single trial of the
    ///     other kind, with infinite evidence, and never by anything else.
    ///   - mass: pseudo-trials of the prior, which is centred on `share`.
    package static func logE(successes: Double, trials: Double, share: Double, mass: Double = 20) -> Double {
        guard trials > 0, trials < .infinity, mass > 0, share == share else { return 0 }
        let hits = min(successes > 0 ? successes : 0, trials)
        let misses = trials - hits
        if share <= 0 { return hits > 0 ? .infinity : 0 }
        if share >= 1 { return misses > 0 ? .infinity : 0 }
        let a = mass * share
        let b = mass * (1 - share)
        let prior = LogGamma.logBeta(a, b)
        let posterior = LogGamma.logBeta(a + hits, b + misses)
        return posterior - prior - hits * Elementary.log(share) - misses * Elementary.log1p(-share)
    }

    /// The probabilities that are not rejected at level alpha, found by bisection on both sides of the observed share.
    package static func interval(
        successes: Double,
        trials: Double,
        alpha: Double,
        mass: Double = 20
    ) -> ConfidenceInterval {
        guard trials > 0, trials < .infinity else { return ConfidenceInterval(lower: 0, upper: 1) }
        let needed = -Elementary.log(alpha)
        let observed = min(successes > 0 ? successes : 0, trials) / trials
        func limit(from inside: Double, to end: Double) -> Double {
            var inside = inside
            var outside = end
            for _ in 0..<60 {
                let middle = inside + (outside - inside) / 2
                if logE(successes: successes, trials: trials, share: middle, mass: mass) < needed {
                    inside = middle
                } else {
                    outside = middle
                }
            }
            return inside
        }
        return ConfidenceInterval(lower: limit(from: observed, to: 0), upper: limit(from: observed, to: 1))
    }
}
