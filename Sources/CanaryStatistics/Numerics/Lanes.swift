/// Sixteen doubles as two vectors of eight: one number for each point of an effect-size grid.
package struct Lanes: Sendable, Hashable, Codable {
    /// The first eight numbers.
    package var low: SIMD8<Double>
    /// The last eight numbers.
    package var high: SIMD8<Double>

    @inline(__always)
    init(low: SIMD8<Double>, high: SIMD8<Double>) {
        self.low = low
        self.high = high
    }

    /// The same number in all lanes.
    @inline(__always)
    package init(repeating value: Double) {
        low = SIMD8(repeating: value)
        high = SIMD8(repeating: value)
    }

    /// Up to sixteen numbers; missing ones are `padding`, further ones are left out.
    package init(_ values: [Double], padding: Double) {
        self.init(repeating: padding)
        for (index, value) in values.prefix(16).enumerated() {
            self[index] = value
        }
    }

    /// The number of one grid point. Outside of 0..<16: reads zero, writes nothing.
    package subscript(index: Int) -> Double {
        get {
            switch index {
            case 0..<8: low[index]
            case 8..<16: high[index - 8]
            default: 0
            }
        }
        set {
            switch index {
            case 0..<8: low[index] = newValue
            case 8..<16: high[index - 8] = newValue
            default: break
            }
        }
    }
}
