/// A stream of reproducible chance: the same seed and lanes give the same numbers on every machine.
///
/// xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64 from a mix of the seed and the lanes, so that streams
/// of neighbouring lanes have nothing to do with each other. Not for secrets.
package struct SeededStream: RandomNumberGenerator, Sendable, Hashable {
    private var s0: UInt64
    private var s1: UInt64
    private var s2: UInt64
    private var s3: UInt64

    /// - Parameter lanes: numbers that tell streams of one seed apart, e.g. the run and what is drawn.
    package init(seed: UInt64, lanes: UInt64...) {
        var mixer = Self.mixed(seed &+ Self.increment)
        for (index, lane) in lanes.enumerated() {
            mixer = Self.mixed(mixer ^ Self.mixed(lane &+ Self.increment &* UInt64(truncatingIfNeeded: index + 2)))
        }
        func word(_ number: UInt64) -> UInt64 { Self.mixed(mixer &+ Self.increment &* number) }
        // Four successive values of SplitMix64 are never all zero, which is the one state that xoshiro must not have.
        (s0, s1, s2, s3) = (word(1), word(2), word(3), word(4))
    }

    package mutating func next() -> UInt64 {
        let result = Self.rotated(s1 &* 5, 7) &* 9
        let shifted = s1 &<< 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = Self.rotated(s3, 45)
        return result
    }

    /// A number in 0..<1, one of 2^53 equally far apart.
    package mutating func uniform() -> Double {
        Double(next() &>> 11) * 0x1p-53
    }

    /// A number in 0..<count without bias; 0 if there is nothing to choose from.
    package mutating func below(_ count: Int) -> Int {
        guard count > 1 else { return 0 }
        let bound = UInt64(count)
        // The lowest products that would make some results likelier are drawn again (Lemire 2019).
        let threshold = (0 &- bound) % bound
        while true {
            let product = next().multipliedFullWidth(by: bound)
            if product.low >= threshold { return Int(truncatingIfNeeded: product.high) }
        }
    }

    /// Different elements, at most `count`, each choice equally likely.
    package mutating func choose<Element>(_ count: Int, of elements: [Element]) -> [Element] {
        var pool = elements
        let taken = min(max(count, 0), pool.count)
        for position in 0..<taken {
            pool.swapAt(position, position + below(pool.count - position))
        }
        return Array(pool.prefix(taken))
    }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func rotated(_ value: UInt64, _ bits: UInt64) -> UInt64 {
        (value &<< bits) | (value &>> (64 - bits))
    }

    /// The output function of SplitMix64 (Steele, Lea and Flood 2014).
    private static func mixed(_ input: UInt64) -> UInt64 {
        var value = input
        value = (value ^ (value &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value &>> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value &>> 31)
    }
}
