/// The vector twins of `Elementary`: eight doubles at a time, the same bits in each lane.
///
/// Lanes are chosen by masks and bitwise operations rather than branches. Every operand has an explicit type: a vector
/// compared or combined with a plain number would compile to a loop over the lanes.
extension Elementary {
    /// The natural logarithm of each lane.
    @inline(__always)
    package static func log(_ x: SIMD8<Double>) -> SIMD8<Double> {
        let tiny = x .< SIMD8<Double>(repeating: 0x1p-1022)
        let scaled = choose(tiny, x * splat(0x1p54), x)
        let shift = choose(tiny, splat(54), splat(0))
        var result = reducedLog(scaled, correction: splat(0), shift: shift)
        result = choose(x .== splat(0), splat(-.infinity), result)
        result = choose(x .< splat(0), splat(.nan), result)
        result = choose(x .== splat(.infinity), x, result)
        return choose(x .!= x, x, result)
    }

    /// log(1 + x) of each lane.
    @inline(__always)
    package static func log1p(_ x: SIMD8<Double>) -> SIMD8<Double> {
        let sum = splat(1) + x
        let part = sum - splat(1)
        let lost = (splat(1) - (sum - part)) + (x - part)
        var result = reducedLog(sum, correction: lost / sum, shift: splat(0))
        result = choose(x .== splat(-1), splat(-.infinity), result)
        result = choose(x .< splat(-1), splat(.nan), result)
        result = choose(x .== splat(.infinity), x, result)
        return choose(x .!= x, x, result)
    }

    /// e to the power of each lane.
    @inline(__always)
    package static func exp(_ x: SIMD8<Double>) -> SIMD8<Double> {
        var clamped = choose(x .> splat(710), splat(710), x)
        clamped = choose(clamped .< splat(-746), splat(-746), clamped)
        let magic = clamped * splat(log2e) + splat(roundingMagic)
        let k = magic - splat(roundingMagic)
        let reduced = splat(1) + reducedExpm1(clamped, multiple: k)
        let exponent = bits(magic) &- bits(splat(roundingMagic))
        let half = ((exponent &+ whole(4096)) &>> whole(1)) &- whole(2048)
        let first = number((half &+ whole(1023)) &<< whole(52))
        let second = number(((exponent &- half) &+ whole(1023)) &<< whole(52))
        let result = (reduced * first) * second
        return choose(x .!= x, x, result)
    }

    /// exp(x) - 1 of each lane.
    @inline(__always)
    package static func expm1(_ x: SIMD8<Double>) -> SIMD8<Double> {
        var clamped = choose(x .> splat(40), splat(40), x)
        clamped = choose(clamped .< splat(-40), splat(-40), clamped)
        let magic = clamped * splat(log2e) + splat(roundingMagic)
        let k = magic - splat(roundingMagic)
        let reduced = reducedExpm1(clamped, multiple: k)
        let exponent = bits(magic) &- bits(splat(roundingMagic))
        let scale = number((exponent &+ whole(1023)) &<< whole(52))
        let small = reduced * scale + (scale - splat(1))
        let result = choose(x .> splat(40), exp(x), small)
        return choose(x .!= x, x, result)
    }

    /// `a` where the mask is set, `b` elsewhere.
    @inline(__always)
    static func choose(_ mask: SIMDMask<SIMD8<Int64>>, _ a: SIMD8<Double>, _ b: SIMD8<Double>) -> SIMD8<Double> {
        let selected = unsafeBitCast(mask, to: SIMD8<UInt64>.self)
        return number((selected & bits(a)) | (~selected & bits(b)))
    }

    /// Minus the absolute value of each lane.
    @inline(__always)
    static func negativeMagnitude(_ x: SIMD8<Double>) -> SIMD8<Double> {
        number(bits(x) | whole(0x8000_0000_0000_0000))
    }

    @inline(__always)
    static func splat(_ value: Double) -> SIMD8<Double> {
        SIMD8<Double>(repeating: value)
    }

    @inline(__always)
    private static func whole(_ value: UInt64) -> SIMD8<UInt64> {
        SIMD8<UInt64>(repeating: value)
    }

    @inline(__always)
    private static func bits(_ value: SIMD8<Double>) -> SIMD8<UInt64> {
        unsafeBitCast(value, to: SIMD8<UInt64>.self)
    }

    @inline(__always)
    private static func number(_ value: SIMD8<UInt64>) -> SIMD8<Double> {
        unsafeBitCast(value, to: SIMD8<Double>.self)
    }

    @inline(__always)
    private static func reducedLog(
        _ x: SIMD8<Double>,
        correction: SIMD8<Double>,
        shift: SIMD8<Double>
    ) -> SIMD8<Double> {
        let biased = (bits(x) &+ whole(exponentOffset)) &>> whole(52)
        let k = (number(biased | whole(0x4330_0000_0000_0000)) - splat(exponentBias)) - shift
        let f = number(bits(x) &- ((biased &- whole(1023)) &<< whole(52))) - splat(1)
        let s = f / (splat(2) + f)
        let z = s * s
        let z2 = z * z
        let z4 = z2 * z2
        let z8 = z4 * z4
        let p0 = splat(2.0 / 3.0) + z * splat(2.0 / 5.0)
        let p1 = splat(2.0 / 7.0) + z * splat(2.0 / 9.0)
        let p2 = splat(2.0 / 11.0) + z * splat(2.0 / 13.0)
        let p3 = splat(2.0 / 15.0) + z * splat(2.0 / 17.0)
        let p4 = splat(2.0 / 19.0) + z * splat(2.0 / 21.0)
        let front = (p0 + p1 * z2) + (p2 + p3 * z2) * z4
        let series = z * (front + p4 * z8)
        let square = splat(0.5) * f * f
        let small = s * (square + series) + (k * splat(ln2Low) + correction)
        return k * splat(ln2High) - ((square - small) - f)
    }

    @inline(__always)
    private static func reducedExpm1(_ x: SIMD8<Double>, multiple k: SIMD8<Double>) -> SIMD8<Double> {
        let high = x - k * splat(ln2High)
        let low = k * splat(ln2Low)
        let r = high - low
        let lost = (high - r) - low
        let r2 = r * r
        let r4 = r2 * r2
        let r8 = r4 * r4
        let p0 = splat(1.0 / 2.0) + r * splat(1.0 / 6.0)
        let p1 = splat(1.0 / 24.0) + r * splat(1.0 / 120.0)
        let p2 = splat(1.0 / 720.0) + r * splat(1.0 / 5040.0)
        let p3 = splat(1.0 / 40320.0) + r * splat(1.0 / 362880.0)
        let p4 = splat(1.0 / 3628800.0) + r * splat(1.0 / 39916800.0)
        let p5 = splat(1.0 / 479001600.0) + r * splat(1.0 / 6227020800.0)
        let front = (p0 + p1 * r2) + (p2 + p3 * r2) * r4
        let series = front + (p4 + p5 * r2) * r8
        return r + (r2 * series + lost)
    }
}
