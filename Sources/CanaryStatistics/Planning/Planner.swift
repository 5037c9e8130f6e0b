/// Says before a rollout what each step will need and how small a regression can be seen (§12).
///
/// Estimates for equal, steady traffic without bursts: they promise nothing, and no decision reads them.
package struct Planner: Sendable, Hashable {
    /// The engine needs about this many times the lower bound.
    package static let excess = 1.5...2.5
    /// Measured ratio of a rollback's requests to the lower bound, for errors, rounded up (§14: 1.7 to 3).
    private static let rollbackExcess = 2.5

    private let configuration: EngineConfiguration

    /// Plans with the margins, guarantees and steps of a configuration.
    package init(configuration: EngineConfiguration) {
        self.configuration = configuration
    }

    /// Canary requests that any valid test needs on average to prove an error margin of equal versions (n2 of §12).
    ///
    /// - Parameters:
    ///   - errorShare: failure share p of both versions.
    ///   - share: canary share w of the traffic meanwhile.
    ///   - delta: difference of the margin; its ratio is the configured one.
    /// - Returns: a lower bound; infinity where nothing can be proved.
    package func canaryRequests(errorShare: Double, share: Double, delta: Double) -> Double {
        let p = Self.cut(errorShare)
        let ratio = Self.exposureRatio(share)
        let rho = configuration.errorBudgetRatio
        let rate = Self.minimum(from: 0, to: p) { q in
            ratio * Self.divergence(p, q) + Self.divergence(p, rho * q + delta)
        }
        return rate > 0 ? -Elementary.log(configuration.falsePromotion) / rate : .infinity
    }

    /// What each margin of the ladder needs at the present traffic.
    ///
    /// Steps are estimated one by one; evidence carries over, so later ones usually take less.
    ///
    /// - Parameters:
    ///   - errorShare: present failure share of the stable version.
    ///   - requestsPerSecond: present traffic of the service.
    ///   - windowSeconds: length of a window; a step lasts at least the dwell.
    package func steps(errorShare: Double, requestsPerSecond: Double, windowSeconds: Double) -> [StepEstimate] {
        let shares = configuration.steps.isEmpty ? [1] : configuration.steps
        return MarginLadder.shares(steps: configuration.steps).enumerated().map { index, next in
            let share = shares[min(index, shares.count - 1)]
            let delta = MarginLadder.errorDelta(
                share: next,
                budget: configuration.errorBudget,
                cap: configuration.errorBudgetCap
            )
            let needed = canaryRequests(errorShare: errorShare, share: share, delta: delta)
            let perSecond = requestsPerSecond * share
            let dwell = Double(configuration.dwellWindows) * max(windowSeconds, 0)
            func seconds(_ factor: Double) -> Double {
                let requests = max(needed * factor, configuration.requestsPerStep)
                return perSecond > 0 ? max(requests / perSecond, dwell) : .infinity
            }
            return StepEstimate(
                step: index,
                share: share,
                nextShare: next,
                delta: delta,
                leastRequests: needed,
                requests: ConfidenceInterval(
                    lower: needed * Self.excess.lowerBound,
                    upper: needed * Self.excess.upperBound
                ),
                seconds: ConfidenceInterval(
                    lower: seconds(Self.excess.lowerBound),
                    upper: seconds(Self.excess.upperBound)
                )
            )
        }
    }

    /// The smallest additional failure share that would probably be rolled back within a time. An estimate.
    ///
    /// It asks which difference makes the lower bound log(1/alpha_R)/KL, times the excess measured for this engine,
    /// fit into the canary's requests of that time.
    ///
    /// - Parameters:
    ///   - errorShare: failure share of the stable version.
    ///   - share: canary share of the traffic.
    ///   - requestsPerSecond: traffic of the service.
    ///   - seconds: time under watch.
    /// - Returns: the difference of failure shares, `nil` if not even a canary that always fails would be seen.
    package func smallestVisibleIncrease(
        errorShare: Double,
        share: Double,
        requestsPerSecond: Double,
        seconds: Double
    ) -> Double? {
        let p = Self.cut(errorShare)
        let requests = requestsPerSecond * Self.cut(share) * seconds
        let needed = -Elementary.log(configuration.falseRollback) * Self.rollbackExcess
        guard requests > 0, requests * regressionRate(from: p, to: 1, share: share) >= needed else { return nil }
        var low = 0.0
        var high = 1 - p
        for _ in 0..<60 {
            let middle = low + (high - low) / 2
            if requests * regressionRate(from: p, to: p + middle, share: share) >= needed {
                high = middle
            } else {
                low = middle
            }
        }
        return high
    }

    /// Evidence of a regression per canary request at best.
    private func regressionRate(from p1: Double, to p2: Double, share: Double) -> Double {
        let rho = configuration.errorRatio
        let delta = configuration.errorDelta
        let highest = (p2 - delta) / rho
        guard highest > p1 else { return 0 }
        let ratio = Self.exposureRatio(share)
        return Self.minimum(from: p1, to: min(highest, 1)) { q in
            ratio * Self.divergence(p1, q) + Self.divergence(p2, rho * q + delta)
        }
    }

    /// Stable requests for each canary request.
    private static func exposureRatio(_ share: Double) -> Double {
        let share = min(max(share, 1e-6), 1)
        return (1 - share) / share
    }

    /// The smallest value of a convex function on an interval, ends included.
    private static func minimum(from low: Double, to high: Double, of value: (Double) -> Double) -> Double {
        var left = low
        var right = high
        for _ in 0..<120 {
            let third = (right - left) / 3
            if value(left + third) < value(right - third) {
                right -= third
            } else {
                left += third
            }
        }
        return min(value(left), min(value(low), value(high)))
    }

    /// Kullback-Leibler divergence of two Bernoulli distributions, with 0 ln 0 = 0.
    private static func divergence(_ a: Double, _ b: Double) -> Double {
        let b = min(max(b, 0), 1)
        let ones = a > 0 ? a * (Elementary.log(a) - Elementary.log(b)) : 0
        let zeros = a < 1 ? (1 - a) * (Elementary.log1p(-a) - Elementary.log1p(-b)) : 0
        return ones + zeros
    }

    private static func cut(_ share: Double) -> Double {
        share > 0 ? min(share, 1) : 0
    }
}

/// What one step of a rollout will probably need.
package struct StepEstimate: Sendable, Hashable {
    /// Index of the step.
    package let step: Int
    /// Canary share of the step.
    package let share: Double
    /// Canary share that its margin has to be good for.
    package let nextShare: Double
    /// Difference of the error margin.
    package let delta: Double
    /// Lower bound of the canary requests needed (n2).
    package let leastRequests: Double
    /// Canary requests to expect: 1.5 to 2.5 times the bound.
    package let requests: ConfidenceInterval
    /// Seconds to expect at the present traffic, the dwell included; infinity without traffic.
    package let seconds: ConfidenceInterval
}
