/// How prior mass is spread over the window in which a regression may have begun (§4).
///
/// Half sits on "bad from the first window", some on each change of weight, the rest decays geometrically. What is not
/// spent stays as cash, so evidence never falls below a floor.
package struct StartPrior: Sendable, Hashable, Codable {
    private let first: Double
    private let step: Double
    private let anyTime: Double
    private let meanSeconds: Double
    /// Windows so far.
    private var windows = 0
    /// Mass given out so far.
    private var spent = 0.0

    /// Mass on the first window, on each change of weight, and on any time with a mean in seconds.
    package init(first: Double = 0.5, step: Double = 0.05, anyTime: Double = 0.3, meanSeconds: Double = 1800) {
        self.first = first
        self.step = step
        self.anyTime = anyTime
        self.meanSeconds = meanSeconds
    }

    /// Log of the mass that has not been given out.
    package var logUnspent: Double { Elementary.log(1 - spent) }

    /// Gives out the mass of the next window and returns its logarithm.
    ///
    /// - Parameters:
    ///   - seconds: length of the window.
    ///   - isFirstAfterWeightChange: adds the step mass. Without meaning in the very first window.
    package mutating func next(seconds: Double, isFirstAfterWeightChange: Bool) -> Double {
        var mass: Double
        if windows == 0 {
            mass = first
        } else {
            let ratio = seconds / meanSeconds
            let hazard = ratio > 0 ? min(ratio, 1) : 0
            let age = windows - 1
            let survival = age == 0 ? 1 : Elementary.exp(Double(age) * Elementary.log1p(-hazard))
            mass = anyTime * hazard * survival
            if isFirstAfterWeightChange {
                mass += step
            }
        }
        mass = min(mass, 1 - spent)
        spent += mass
        windows &+= 1
        return Elementary.log(mass)
    }
}
