import CanaryStatistics
import Foundation
import Testing

@Suite struct ElementaryTests {
    static let specials: [Double] = [
        0, -0.0, 1, -1, 2, 0.5, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
        .leastNormalMagnitude, .leastNormalMagnitude / 2, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        .ulpOfOne,
        -.ulpOfOne, 1 + .ulpOfOne, 1 - .ulpOfOne / 2, 0.5.squareRoot(), 2.0.squareRoot(), 709.78, 709.79, 710, -745.1,
        -745.2, -746, 1e300, 40, -40, 0.34657359, -0.34657359,
    ]

    @Test("gives the same bits in a vector as one by one, at every length", arguments: [1, 2, 3, 4])
    func twins(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for length in [0, 1, 7, 8, 9, 16, 17, 31, 64, 129] {
            var values = (0..<length).map { _ in Double.random(in: -800...800, using: &generator) }
            values += (0..<length).map { _ in Double(bitPattern: generator.next()) }
            values += (0..<length).map { _ in Double.random(in: -1e-3...1e-3, using: &generator) }
            values += (0..<length).map { _ in exp2(Double.random(in: -60...60, using: &generator)) }
            values += Self.specials

            #expect(vectorBits(values) { Elementary.log($0) } == values.map { bits(Elementary.log($0)) })
            #expect(vectorBits(values) { Elementary.log1p($0) } == values.map { bits(Elementary.log1p($0)) })
            #expect(vectorBits(values) { Elementary.exp($0) } == values.map { bits(Elementary.exp($0)) })
            #expect(vectorBits(values) { Elementary.expm1($0) } == values.map { bits(Elementary.expm1($0)) })
            let shifted = values.reversed().map { $0 }
            let sums = zip(values, shifted).map { bits(LogSum.add($0, $1)) }
            #expect(pairBits(values, shifted) { LogSum.add($0, $1) } == sums)
        }
    }

    @Test("agrees with the C library to two units in the last place", arguments: [11, 12, 13])
    func accuracy(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        var worst: [String: Double] = [:]
        func compare(_ name: String, _ value: Double, _ expected: Double) {
            worst[name] = max(worst[name] ?? 0, unitsApart(value, expected))
        }

        for _ in 0..<100_000 {
            let wide = exp2(Double.random(in: -1074...1023, using: &generator))
            let near = Double.random(in: 0.4...2.5, using: &generator)
            let small = exp2(Double.random(in: -60...0, using: &generator)) * (Bool.random(using: &generator) ? 1 : -1)
            let exponent = Double.random(in: -708...709, using: &generator)
            compare("log", Elementary.log(wide), Foundation.log(wide))
            compare("log", Elementary.log(near), Foundation.log(near))
            compare("log1p", Elementary.log1p(small), Foundation.log1p(small))
            compare("log1p", Elementary.log1p(near), Foundation.log1p(near))
            compare("log1p", Elementary.log1p(wide), Foundation.log1p(wide))
            compare("exp", Elementary.exp(exponent), Foundation.exp(exponent))
            compare("exp", Elementary.exp(small), Foundation.exp(small))
            compare("expm1", Elementary.expm1(small), Foundation.expm1(small))
            compare("expm1", Elementary.expm1(exponent), Foundation.expm1(exponent))
            compare("squareRoot", Elementary.squareRoot(wide), wide.squareRoot())
        }

        print(worst)
        for (name, units) in worst {
            #expect(units <= 2, "\(name)")
        }
    }

    @Test("keeps to IEEE conventions at the ends")
    func ends() {
        #expect(Elementary.log(0) == -.infinity)
        #expect(Elementary.log(-1).isNaN)
        #expect(Elementary.log(.infinity) == .infinity)
        #expect(Elementary.log(1) == 0)
        #expect(Elementary.log1p(-1) == -.infinity)
        #expect(Elementary.log1p(-2).isNaN)
        #expect(Elementary.log1p(1e-300) == 1e-300)
        #expect(Elementary.exp(-.infinity) == 0)
        #expect(Elementary.exp(.infinity) == .infinity)
        #expect(Elementary.exp(0) == 1)
        #expect(Elementary.exp(.nan).isNaN)
        #expect(Elementary.exp(-740) > 0)
        #expect(Elementary.expm1(-1e9) == -1)
        #expect(Elementary.expm1(1e-20) == 1e-20)
        #expect(Elementary.squareRoot(0) == 0)
        #expect(Elementary.squareRoot(-1).isNaN)
    }

    private func bits(_ value: Double) -> UInt64 {
        value.isNaN ? 0x7FF8_0000_0000_0000 : value.bitPattern
    }

    private func vectorBits(_ values: [Double], _ function: (SIMD8<Double>) -> SIMD8<Double>) -> [UInt64] {
        pairBits(values, values) { first, _ in function(first) }
    }

    private func pairBits(
        _ first: [Double],
        _ second: [Double],
        _ function: (SIMD8<Double>, SIMD8<Double>) -> SIMD8<Double>
    ) -> [UInt64] {
        stride(from: 0, to: first.count, by: 8).flatMap { start in
            var a = SIMD8<Double>(repeating: 0)
            var b = SIMD8<Double>(repeating: 0)
            let used = min(8, first.count - start)
            for lane in 0..<used {
                a[lane] = first[start + lane]
                b[lane] = second[start + lane]
            }
            let result = function(a, b)
            return (0..<used).map { bits(result[$0]) }
        }
    }

    private func unitsApart(_ value: Double, _ expected: Double) -> Double {
        value == expected ? 0 : abs(value - expected) / expected.ulp
    }
}
