import Foundation

/// A VirtualService file with one pair of weights, told apart into the weights and everything else.
struct RouteText: Sendable, Equatable {
    /// Stable's weight, then the canary's.
    var weights: [Int]
    /// The file with each weight's digits taken out: two files with the same skeleton differ in nothing but weights.
    var skeleton: String

    init(_ text: String) {
        weights = []
        skeleton = ""
        var rest = text[...]
        while let key = rest.range(of: "weight: ") {
            let digits = rest[key.upperBound...].prefix { $0.isASCII && $0.isNumber }
            weights.append(Int(digits) ?? -1)
            skeleton += rest[..<key.upperBound]
            rest = rest[digits.endIndex...]
        }
        skeleton += rest
    }

    /// Why this is not the original with other weights of the same sum; nil if it is.
    func fault(comparedWith original: RouteText) -> String? {
        if skeleton != original.skeleton { return "something other than weights differs:\n\(skeleton)" }
        if weights.count != 2 || weights.contains(where: { $0 < 0 }) { return "weights \(weights)" }
        if weights.reduce(0, +) != original.weights.reduce(0, +) { return "the sum of \(weights) is another" }
        return nil
    }
}
