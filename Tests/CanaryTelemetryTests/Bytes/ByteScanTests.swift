import CanaryTelemetry
import Testing

@Suite struct ByteScanTests {
    @Test(
        "vector and scalar newline scans agree at every length, offset and content",
        arguments: [1, 2, 3] as [UInt64]
    )
    func newline(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for length in 0...300 {
            let rare = UInt8.random(in: 1...40, using: &random)
            let bytes = (0..<length).map { _ -> UInt8 in
                let byte = UInt8.random(in: 0...255, using: &random)
                return byte % rare == 0 ? 10 : byte
            }
            bytes.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                for start in [0, 1, length / 2, length] where start <= length {
                    #expect(ByteScan.newline(base, start, length) == ByteScan.scalarNewline(base, start, length))
                }
            }
        }
    }

    @Test("vector and scalar comparisons agree wherever a single byte differs")
    func sameness() {
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 200] {
            let left = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
            for changed in -1..<length {
                var right = left
                if changed >= 0 { right[changed] ^= 0x80 }
                left.withUnsafeBufferPointer { left in
                    right.withUnsafeBufferPointer { right in
                        guard let one = left.baseAddress, let other = right.baseAddress else { return }
                        let isSame = ByteScan.areSame(one, other, length)
                        #expect(isSame == ByteScan.scalarAreSame(one, other, length))
                        #expect(isSame == (changed < 0))
                    }
                }
            }
        }
    }
}
