/// Sums of numbers that are kept as logarithms, in a fixed order.
package enum LogSum {
    /// log(exp(a) + exp(b)). Minus infinity stands for zero.
    package static func add(_ a: Double, _ b: Double) -> Double {
        let larger = a > b ? a : b
        let smaller = a > b ? b : a
        let result = larger + Elementary.log1p(Elementary.exp(smaller - larger))
        return larger == -.infinity ? larger : result
    }

    /// The same for each of eight lanes, with the bits of the scalar form.
    @inline(__always)
    package static func add(_ a: SIMD8<Double>, _ b: SIMD8<Double>) -> SIMD8<Double> {
        let larger = Elementary.choose(a .> b, a, b)
        let result = larger + Elementary.log1p(Elementary.exp(Elementary.negativeMagnitude(a - b)))
        return Elementary.choose(larger .== Elementary.splat(-.infinity), larger, result)
    }

    /// log of the sum over all sixteen lanes.
    @inline(__always)
    package static func of(_ values: Lanes) -> Double {
        let order = values.low .> values.high
        let largest = maximum(Elementary.choose(order, values.low, values.high))
        if largest == -.infinity {
            return largest
        }
        let shift = Elementary.splat(largest)
        let sums = Elementary.exp(values.low - shift) + Elementary.exp(values.high - shift)
        return largest + Elementary.log(sum(sums))
    }

    /// log of the sum over a list, from the first to the last. Minus infinity for an empty list.
    package static func of(_ values: [Double]) -> Double {
        var largest = -Double.infinity
        for value in values where value > largest {
            largest = value
        }
        if largest == -.infinity {
            return largest
        }
        var total = 0.0
        for value in values {
            total += Elementary.exp(value - largest)
        }
        return largest + Elementary.log(total)
    }

    /// log of a weighted mean: of the sum of `weights[i] * exp(values[i])` (§9). Shorter lists end the sum.
    ///
    /// This is how metrics are combined: a weighted average of e-values is an e-value whatever their dependence (Vovk
    /// and Wang, *E-values: calibration, combination and applications*).
    package static func mean(of values: [Double], weights: [Double]) -> Double {
        of(zip(values, weights).map { value, weight in value + Elementary.log(weight) })
    }

    @inline(__always)
    private static func maximum(_ v: SIMD8<Double>) -> Double {
        var largest = v[0]
        for lane in 1..<8 where v[lane] > largest {
            largest = v[lane]
        }
        return largest
    }

    @inline(__always)
    private static func sum(_ v: SIMD8<Double>) -> Double {
        ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]))
    }
}
