/// Searching and comparing bytes, 64 at a time.
///
/// Comparisons of whole vectors with explicit types become instructions; the mask is looked at as eight words, because
/// bitwise work on 64 byte lanes does not.
package enum ByteScan {
    /// The index of the first newline in `start..<end`, or `end`.
    @inline(__always)
    package static func newline(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        let newlines = SIMD64<UInt8>(repeating: 10)
        while index &+ 64 <= end {
            let block: SIMD64<UInt8> = UnsafeRawPointer(base + index).loadUnaligned(as: SIMD64<UInt8>.self)
            let mask: SIMDMask<SIMD64<Int8>> = block .== newlines
            let words: SIMD8<UInt64> = unsafeBitCast(mask, to: SIMD8<UInt64>.self)
            if anyBit(of: words) != 0 {
                return index &+ firstByte(of: words)
            }
            index &+= 64
        }
        return scalarNewline(base, index, end)
    }

    /// The scalar twin of `newline`.
    @inline(__always)
    package static func scalarNewline(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end, base[index] != 10 { index &+= 1 }
        return index
    }

    /// Whether `count` bytes are the same.
    @inline(__always)
    package static func areSame(_ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        var index = 0
        while index &+ 64 <= count {
            let one: SIMD64<UInt8> = UnsafeRawPointer(left + index).loadUnaligned(as: SIMD64<UInt8>.self)
            let other: SIMD64<UInt8> = UnsafeRawPointer(right + index).loadUnaligned(as: SIMD64<UInt8>.self)
            let mask: SIMDMask<SIMD64<Int8>> = one .!= other
            let words: SIMD8<UInt64> = unsafeBitCast(mask, to: SIMD8<UInt64>.self)
            if anyBit(of: words) != 0 { return false }
            index &+= 64
        }
        while index &+ 8 <= count {
            let one = UnsafeRawPointer(left + index).loadUnaligned(as: UInt64.self)
            let other = UnsafeRawPointer(right + index).loadUnaligned(as: UInt64.self)
            if one != other { return false }
            index &+= 8
        }
        return scalarAreSame(left + index, right + index, count &- index)
    }

    /// The scalar twin of `areSame`.
    @inline(__always)
    package static func scalarAreSame(
        _ left: UnsafePointer<UInt8>,
        _ right: UnsafePointer<UInt8>,
        _ count: Int
    ) -> Bool {
        var index = 0
        while index < count {
            if left[index] != right[index] { return false }
            index &+= 1
        }
        return true
    }

    /// Whether the bytes are those of a literal.
    @inline(__always)
    static func equals(_ base: UnsafePointer<UInt8>, _ count: Int, _ literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount && areSame(base, literal.utf8Start, count)
    }

    /// Whether the bytes begin with a literal.
    @inline(__always)
    static func starts(_ base: UnsafePointer<UInt8>, _ count: Int, with literal: StaticString) -> Bool {
        count >= literal.utf8CodeUnitCount && areSame(base, literal.utf8Start, literal.utf8CodeUnitCount)
    }

    @inline(__always)
    private static func anyBit(of words: SIMD8<UInt64>) -> UInt64 {
        let low: UInt64 = (words[0] | words[1]) | (words[2] | words[3])
        let high: UInt64 = (words[4] | words[5]) | (words[6] | words[7])
        return low | high
    }

    @inline(__always)
    private static func firstByte(of words: SIMD8<UInt64>) -> Int {
        var lane = 0
        while lane < 7, words[lane] == 0 { lane &+= 1 }
        let word = UInt64(littleEndian: words[lane])
        return lane &* 8 &+ word.trailingZeroBitCount &>> 3
    }
}
