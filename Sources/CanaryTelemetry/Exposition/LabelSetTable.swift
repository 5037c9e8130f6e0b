/// The distinct label sets of a page, each stored once.
///
/// A set is the text between the braces without `le`, so all buckets of a histogram, its sum and its count, and the
/// counter beside it share one. Sets are found by hash and then compared byte for byte.
///
/// - Complexity: O(length) for a lookup; one copy of each set's text.
package struct LabelSetTable: Sendable {
    private(set) var text: [UInt8] = []
    private var starts: [Int] = [0]
    private var hashes: [UInt64] = []
    private var slots: [Int32] = Array(repeating: -1, count: 64)

    init() {}

    /// How many sets there are; their names are `0..<count`.
    package var count: Int { hashes.count }

    /// Where a set's text lies in `text`.
    func range(of set: Int) -> Range<Int> { starts[set]..<starts[set + 1] }

    /// A set's text.
    package func bytes(of set: Int) -> ArraySlice<UInt8> { text[range(of: set)] }

    /// Whether a set's text is a prefix of the bytes.
    @inline(__always)
    func isPrefix(_ set: Int, of bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let start = starts[set]
        let length = starts[set &+ 1] &- start
        guard length <= count else { return false }
        return text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return length == 0 }
            return ByteScan.areSame(base + start, bytes, length)
        }
    }

    /// The length of a set's text.
    @inline(__always)
    func length(of set: Int) -> Int { starts[set &+ 1] &- starts[set] }

    /// The set with this text, added if it is new; nil if it is new and there are `limit` already.
    mutating func intern(_ bytes: UnsafePointer<UInt8>, _ count: Int, limit: Int) -> Int? {
        let hash = Self.hash(bytes, count)
        let mask = slots.count &- 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 {
            let set = Int(slots[slot])
            if hashes[set] == hash, length(of: set) == count, isPrefix(set, of: bytes, count) { return set }
            slot = (slot &+ 1) & mask
        }
        guard hashes.count < limit else { return nil }
        let set = hashes.count
        text.append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
        starts.append(text.count)
        hashes.append(hash)
        slots[slot] = Int32(truncatingIfNeeded: set)
        if hashes.count &* 2 > slots.count { grow() }
        return set
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        let mask = slots.count - 1
        for (set, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(truncatingIfNeeded: set)
        }
    }

    private static func hash(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: count) ^ 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index &+ 8 <= count {
            let word = UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self)
            hash = mix(hash ^ word)
            index &+= 8
        }
        var tail: UInt64 = 0
        while index < count {
            tail = tail &<< 8 | UInt64(bytes[index])
            index &+= 1
        }
        return mix(hash ^ tail)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }
}
