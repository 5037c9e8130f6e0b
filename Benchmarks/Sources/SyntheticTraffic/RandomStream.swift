import CanaryStatistics

/// A seeded stream of random numbers: SplitMix64 (Steele, Lea and Flood 2014).
struct RandomStream: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// A number in 0..<1 with 53 random bits.
    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((bits ^ (bits >> 31)) >> 11) * 0x1p-53
    }

    /// A waiting time with this mean.
    mutating func exponential(mean: Double) -> Double {
        -mean * Elementary.log(1 - uniform())
    }

    /// A Poisson number: by inversion for small means, by transformed rejection (PTRS, Hörmann 1993) for others.
    ///
    /// - Complexity: O(1).
    mutating func poisson(mean: Double) -> Int {
        guard mean > 0, mean < 1e12 else { return 0 }
        guard mean < 12 else { return rejection(mean) }
        var chance = Elementary.exp(-mean)
        var draw = uniform()
        var count = 0
        while draw > chance, count < 200 {
            draw -= chance
            count += 1
            chance *= mean / Double(count)
        }
        return count
    }

    private mutating func rejection(_ mean: Double) -> Int {
        let b = 0.931 + 2.53 * mean.squareRoot()
        let a = -0.059 + 0.02483 * b
        let logInverse = Elementary.log(1.1239 + 1.1328 / (b - 3.4))
        let squeeze = 0.9277 - 3.6224 / (b - 2)
        let logMean = Elementary.log(mean)
        while true {
            let u = uniform() - 0.5
            let v = uniform()
            let distance = 0.5 - u.magnitude
            guard distance > 0, v > 0 else { continue }
            let count = ((2 * a / distance + b) * u + mean + 0.43).rounded(.down)
            if distance >= 0.07, v <= squeeze { return Int(count) }
            if count < 0 || (distance < 0.013 && v > distance) { continue }
            let left = Elementary.log(v) + logInverse - Elementary.log(a / (distance * distance) + b)
            if left <= count * logMean - mean - LogGamma.logGamma(count + 1) { return Int(count) }
        }
    }
}
