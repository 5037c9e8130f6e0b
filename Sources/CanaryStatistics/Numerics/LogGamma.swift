/// Logarithms of the gamma and beta functions for positive arguments, of the operations of `Elementary` only.
///
/// Stirling's series with seven correction terms above 8; smaller arguments are first moved up by the recurrence
/// Γ(x+1) = xΓ(x). Relative error about 1e-14.
package enum LogGamma {
    private static let halfLogTwoPi = 0x1.d67f1c864beb5p-1

    /// ln Γ(x) for x > 0; infinity at zero, NaN below.
    package static func logGamma(_ x: Double) -> Double {
        if x == .infinity || x == 0 { return .infinity }
        guard x > 0 else { return .nan }
        let (argument, product) = shifted(x)
        let main = (argument - 0.5) * Elementary.log(argument) - argument + halfLogTwoPi
        return main + correction(argument) - Elementary.log(product)
    }

    /// ln B(x, y) for x, y > 0; NaN otherwise.
    ///
    /// The large terms of the three gamma functions are cancelled by hand, so the error stays relative to the result
    /// rather than to ln Γ(x + y).
    package static func logBeta(_ x: Double, _ y: Double) -> Double {
        guard x > 0, y > 0, x < .infinity, y < .infinity else { return .nan }
        // B(x, y) with both arguments moved to a and b: Γ(x) = Γ(a)/product, likewise for y and x + y.
        let (a, productX) = shifted(x)
        let (b, productY) = shifted(y)
        let sum = a + b
        var result = (a - 0.5) * Elementary.log(a / sum) + (b - 0.5) * Elementary.log(b / sum)
        result += halfLogTwoPi - 0.5 * Elementary.log(sum)
        result += correction(a) + correction(b) - correction(sum)
        result -= Elementary.log(productX) + Elementary.log(productY)
        var start = x + y
        var moved = 0.0
        // Counted and not compared: beyond 2^53 a number and its successor are the same.
        for _ in 0..<Int(((a - x) + (b - y)).rounded()) {
            moved += Elementary.log(start)
            start += 1
        }
        return result + moved
    }

    /// An argument of at least 8 and the product that was passed on the way there.
    private static func shifted(_ x: Double) -> (argument: Double, product: Double) {
        var argument = x
        var product = 1.0
        while argument < 8 {
            product *= argument
            argument += 1
        }
        return (argument, product)
    }

    /// Stirling's correction of ln Γ at x of at least 8.
    private static func correction(_ x: Double) -> Double {
        let inverse = 1 / x
        let square = inverse * inverse
        var series = 1.0 / 156.0
        series = -691.0 / 360360.0 + square * series
        series = 1.0 / 1188.0 + square * series
        series = -1.0 / 1680.0 + square * series
        series = 1.0 / 1260.0 + square * series
        series = -1.0 / 360.0 + square * series
        series = 1.0 / 12.0 + square * series
        return inverse * series
    }
}
