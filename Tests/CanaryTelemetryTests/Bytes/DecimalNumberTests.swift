import CanaryTelemetry
import Testing

@Suite struct DecimalNumberTests {
    private func parse(_ text: String) -> Double? {
        Array(text.utf8 + [0]).withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return nil }
            return DecimalNumber.parse(base, 0, buffer.count - 1)
        }
    }

    @Test(
        "numbers of every written form are read to the nearest double",
        arguments: [
            ("0", 0), ("-0", -0.0), ("+5", 5), ("1e3", 1000), ("1E-3", 0.001), ("1.5e+2", 150), (".5", 0.5), ("5.", 5),
            ("34563.968767653917893767356872559", 34563.968767653917893767356872559),
            ("123456789012345678901234567890", 1.2345678901234568e29),
            ("18446744073709551616", 18_446_744_073_709_551_616), ("9999999999999999999", 1e19),
            ("9007199254740993", 9_007_199_254_740_992), ("2.2250738585072014e-308", 2.2250738585072014e-308),
            ("4.9e-324", Double.leastNonzeroMagnitude), ("1e-400", 0), ("1e400", .infinity),
            ("1.63674343458e+09", 1636743434.58),
            ("0.1", 0.1), ("000012", 12), ("1e99999999999999999999", .infinity),
            ("+Inf", .infinity), ("-inf", -.infinity), ("Infinity", .infinity),
        ] as [(String, Double)]
    )
    func forms(text: String, expected: Double) {
        #expect(parse(text)?.bitPattern == expected.bitPattern)
    }

    @Test("NaN is read in any case", arguments: ["NaN", "nan", "NAN", "+nan"])
    func nan(text: String) {
        #expect(parse(text)?.isNaN == true)
    }

    @Test(
        "what is no number is refused",
        arguments: ["", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "1_000", "1,5", "in", "infinit", " 1", "1 "]
    )
    func refused(text: String) {
        #expect(parse(text) == nil)
    }

    @Test("the shortest text of any double gives the same bits", arguments: [11, 12] as [UInt64])
    func roundTrip(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(parse(value.description)?.bitPattern == value.bitPattern)
        }
    }

    @Test("random decimal texts are read as the standard library reads them", arguments: [21, 22] as [UInt64])
    func agreesWithLibrary(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<20_000 {
            let whole = random.next() >> UInt64.random(in: 0...63, using: &random)
            let fraction = random.next() >> UInt64.random(in: 0...63, using: &random)
            let exponent = Int.random(in: -40...40, using: &random)
            let text = "\(whole).\(fraction)e\(exponent)"
            #expect(parse(text) == Double(text), "\(text)")
        }
    }
}
