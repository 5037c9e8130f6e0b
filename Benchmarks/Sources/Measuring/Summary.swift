import CanaryStatistics

/// Numbers that sum up repeated measurements.
package enum Summary {
    /// The middle of the values, the lower one of two; nil without values.
    package static func median(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.sorted()[(values.count - 1) / 2]
    }

    /// The one-sided 95 % upper bound of a share after `hits` of `trials` (Clopper and Pearson 1934): the share at
    /// which so few hits, or fewer, have a chance of 5 %. 1 without trials.
    package static func upperBound(hits: Int, trials: Int) -> Double {
        guard trials > 0, hits < trials else { return 1 }
        var low = Double(hits) / Double(trials)
        var high = 1.0
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if chance(ofAtMost: hits, trials: trials, share: middle) > 0.05 { low = middle } else { high = middle }
        }
        return high
    }

    private static func chance(ofAtMost hits: Int, trials: Int, share: Double) -> Double {
        guard share > 0 else { return 1 }
        guard share < 1 else { return 0 }
        let n = Double(trials)
        return (0...max(hits, 0)).reduce(0) { sum, hit in
            let k = Double(hit)
            let logWays = LogGamma.logGamma(n + 1) - LogGamma.logGamma(k + 1) - LogGamma.logGamma(n - k + 1)
            return sum + Elementary.exp(logWays + k * Elementary.log(share) + (n - k) * Elementary.log1p(-share))
        }
    }
}

extension Double {
    /// With this many digits after the point, without a locale.
    package func text(_ digits: Int) -> String {
        guard isFinite, magnitude < 1e12 else { return "-" }
        var scale = 1
        for _ in 0..<max(digits, 0) { scale *= 10 }
        let whole = Int((magnitude * Double(scale)).rounded())
        let sign = self < 0 && whole > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let fraction = String(whole % scale)
        return "\(sign)\(whole / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
    }
}

extension Double? {
    /// As the number, or a dash.
    package func text(_ digits: Int) -> String { map { $0.text(digits) } ?? "-" }
}
