/// Logarithm and exponential built of + − × ÷ and bit operations only, in a fixed order.
///
/// IEEE 754 fixes the result of each of these operations, and Swift never contracts them, so every function here gives
/// the same bits on every machine, at every vector width and with every C library. That is what lets a journal be
/// replayed bit for bit. The scalar functions in this file and the vector ones in `Elementary+SIMD8.swift` are twins:
/// same operations, same order, same bits.
///
/// Errors, measured against the C library: at most 2 ulp.
///
/// The method: reduce the argument to within a factor √2 of one (logarithm) or to |r| ≤ ln 2 / 2 (exponential), then a
/// Taylor series: the one of 2·artanh(f/(2+f)) in ten terms, the one of exp in fourteen.
package enum Elementary {
    /// Bits of 1 minus bits of √½: moves the exponent's boundary from powers of two to √½ times them.
    static let exponentOffset: UInt64 = 0x0009_5F61_9980_C433
    /// 2^52 + 1023: turns a biased exponent that was put into a mantissa back into a number.
    static let exponentBias = 0x1p52 + 1023
    /// The leading 32 bits of ln 2, so that products with an exponent are exact.
    static let ln2High = 0x1.62e42feep-1
    /// ln 2 less `ln2High`.
    static let ln2Low = 0x1.a39ef35793c76p-33
    /// 1 / ln 2.
    static let log2e = 0x1.71547652b82fep0
    /// Added and subtracted, rounds to the nearest integer and leaves it in the low bits.
    static let roundingMagic = 0x1.8p52

    /// The natural logarithm. Minus infinity at zero, NaN below.
    package static func log(_ x: Double) -> Double {
        let isTiny = x < 0x1p-1022
        let scaled = isTiny ? x * 0x1p54 : x
        let shift = isTiny ? 54.0 : 0.0
        var result = reducedLog(scaled, correction: 0, shift: shift)
        result = x == 0 ? -.infinity : result
        result = x < 0 ? .nan : result
        result = x == .infinity ? x : result
        return x != x ? x : result
    }

    /// log(1 + x) without cancellation near zero. Minus infinity at -1, NaN below.
    package static func log1p(_ x: Double) -> Double {
        let sum = 1 + x
        let part = sum - 1
        let lost = (1 - (sum - part)) + (x - part)
        var result = reducedLog(sum, correction: lost / sum, shift: 0)
        result = x == -1 ? -.infinity : result
        result = x < -1 ? .nan : result
        result = x == .infinity ? x : result
        return x != x ? x : result
    }

    /// e to the power of x. Zero and infinity where a double can hold no better.
    package static func exp(_ x: Double) -> Double {
        var clamped = x > 710 ? 710 : x
        clamped = clamped < -746 ? -746 : clamped
        let magic = clamped * log2e + roundingMagic
        let k = magic - roundingMagic
        let reduced = 1 + reducedExpm1(clamped, multiple: k)
        let exponent = magic.bitPattern &- roundingMagic.bitPattern
        let half = ((exponent &+ 4096) &>> 1) &- 2048
        let first = Double(bitPattern: (half &+ 1023) &<< 52)
        let second = Double(bitPattern: ((exponent &- half) &+ 1023) &<< 52)
        let result = (reduced * first) * second
        return x != x ? x : result
    }

    /// exp(x) - 1 without cancellation near zero.
    package static func expm1(_ x: Double) -> Double {
        var clamped = x > 40 ? 40 : x
        clamped = clamped < -40 ? -40 : clamped
        let magic = clamped * log2e + roundingMagic
        let k = magic - roundingMagic
        let reduced = reducedExpm1(clamped, multiple: k)
        let exponent = magic.bitPattern &- roundingMagic.bitPattern
        let scale = Double(bitPattern: (exponent &+ 1023) &<< 52)
        let small = reduced * scale + (scale - 1)
        let result = x > 40 ? exp(x) : small
        return x != x ? x : result
    }

    /// The square root, by one Newton step from an exponential of half the logarithm. NaN below zero.
    package static func squareRoot(_ x: Double) -> Double {
        guard x > 0, x < .infinity else { return x == 0 || x == .infinity ? x : .nan }
        let guess = exp(0.5 * log(x))
        return 0.5 * (guess + x / guess)
    }

    /// log of a positive normal number whose relative error is `correction`, less `shift` times ln 2.
    private static func reducedLog(_ x: Double, correction: Double, shift: Double) -> Double {
        let biased = (x.bitPattern &+ exponentOffset) &>> 52
        let k = (Double(bitPattern: biased | 0x4330_0000_0000_0000) - exponentBias) - shift
        let f = Double(bitPattern: x.bitPattern &- ((biased &- 1023) &<< 52)) - 1
        let s = f / (2 + f)
        let z = s * s
        let z2 = z * z
        let z4 = z2 * z2
        let z8 = z4 * z4
        let p0 = 2.0 / 3.0 + z * (2.0 / 5.0)
        let p1 = 2.0 / 7.0 + z * (2.0 / 9.0)
        let p2 = 2.0 / 11.0 + z * (2.0 / 13.0)
        let p3 = 2.0 / 15.0 + z * (2.0 / 17.0)
        let p4 = 2.0 / 19.0 + z * (2.0 / 21.0)
        let series = z * (((p0 + p1 * z2) + (p2 + p3 * z2) * z4) + p4 * z8)
        let square = 0.5 * f * f
        return k * ln2High - ((square - (s * (square + series) + (k * ln2Low + correction))) - f)
    }

    /// exp(x - k ln 2) - 1 for |x - k ln 2| up to ln 2 / 2.
    private static func reducedExpm1(_ x: Double, multiple k: Double) -> Double {
        let high = x - k * ln2High
        let low = k * ln2Low
        let r = high - low
        let lost = (high - r) - low
        let r2 = r * r
        let r4 = r2 * r2
        let r8 = r4 * r4
        let p0 = 1.0 / 2.0 + r * (1.0 / 6.0)
        let p1 = 1.0 / 24.0 + r * (1.0 / 120.0)
        let p2 = 1.0 / 720.0 + r * (1.0 / 5040.0)
        let p3 = 1.0 / 40320.0 + r * (1.0 / 362880.0)
        let p4 = 1.0 / 3628800.0 + r * (1.0 / 39916800.0)
        let p5 = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
        let series = ((p0 + p1 * r2) + (p2 + p3 * r2) * r4) + (p4 + p5 * r2) * r8
        return r + (r2 * series + lost)
    }
}
