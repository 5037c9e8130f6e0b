import Foundation

/// A seeded stream of random numbers: SplitMix64 (Steele, Lea and Flood 2014).
///
/// A stream is opened for a seed, a lane and an index, so that what happens in one quantum of virtual time does not
/// depend on how many numbers were drawn in earlier ones.
struct RandomStream: Sendable, Hashable {
    /// What the numbers are for; lanes of the same seed and index are independent.
    enum Lane: UInt64 {
        case arrivals = 1
        case requests
        case restarts
        case bursts
        case outage
        case pods
    }

    private var state: UInt64

    init(seed: UInt64, lane: Lane, index: UInt64) {
        let base = Self.mixed(seed &+ Self.increment &* lane.rawValue)
        state = Self.mixed(base ^ Self.mixed(index &+ Self.increment))
    }

    /// 64 random bits.
    mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mixed(state)
    }

    /// A number in 0..<1 with 53 random bits.
    mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A standard normal deviate (Box and Muller 1958); always takes two numbers from the stream.
    mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// A position in 0..<count.
    mutating func index(below count: Int) -> Int {
        guard count > 1 else { return 0 }
        return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: count)).high)
    }

    /// A Poisson number, by products of uniforms over chunks of the mean so that no product underflows.
    ///
    /// - Complexity: O(mean).
    mutating func poisson(mean: Double) -> Int {
        guard mean > 0, mean.isFinite else { return 0 }
        var remaining = mean
        var count = 0
        while remaining > 0 {
            let chunk = min(remaining, 16)
            remaining -= chunk
            let limit = exp(-chunk)
            var product = 1 - uniform()
            while product > limit {
                count += 1
                product *= 1 - uniform()
            }
        }
        return count
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mixed(_ input: UInt64) -> UInt64 {
        var value = input
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
