/// What became of each request of one pod: answered with 200 or 503, and in which bucket of time.
///
/// The n-th request of a pod has always the same fate under the same behaviour, whenever somebody looks, so that no count ever
/// falls. Fates are spread evenly over the requests, by multiples of the golden ratio.
struct AnswerCounts: Sendable {
    private(set) var total = 0
    /// By bucket, not cumulative: first the good ones, then the bad ones.
    private(set) var cells = [Int](repeating: 0, count: 2 * AnswerTable.buckets)

    /// Counts requests up to a number; fewer than before change nothing.
    ///
    /// - Complexity: O(new requests), some nanoseconds each.
    mutating func advance(to requests: Int, _ table: AnswerTable) {
        guard requests > total else { return }
        var position = UInt64(total) &* Self.goldenRatio
        cells.withUnsafeMutableBufferPointer { cells in
            table.cells.withUnsafeBufferPointer { table in
                for _ in total..<requests {
                    position &+= Self.goldenRatio
                    cells[Int(table[Int(position >> AnswerTable.shift)])] += 1
                }
            }
        }
        total = requests
    }

    /// Requests in each bucket, not cumulative.
    func buckets(good: Bool) -> ArraySlice<Int> {
        good ? cells[..<AnswerTable.buckets] : cells[AnswerTable.buckets...]
    }

    private static let goldenRatio: UInt64 = 0x9E37_79B9_7F4A_7C15
}

/// A behaviour as a table of fates, all equally likely.
struct AnswerTable: Sendable {
    static let buckets = PodBehaviour.bounds.count + 1
    static let equal = AnswerTable(.equal)
    /// Leaves as many bits as the table has.
    static let shift: UInt64 = 50

    private static let size = 1 << 14

    /// Positions in `AnswerCounts.cells`.
    let cells: [UInt8]

    init(_ behaviour: PodBehaviour) {
        let shares = behaviour.shares
        let bad = Int((Double(Self.size) * behaviour.errors).rounded())
        cells = (0..<Self.size).map { position in
            let isGood = position >= bad
            let place = isGood ? position - bad : position
            let share = (Double(place) + 0.5) / Double(isGood ? Self.size - bad : bad)
            let bucket = shares.firstIndex { share < $0 } ?? Self.buckets - 1
            return UInt8(isGood ? bucket : Self.buckets + bucket)
        }
    }
}
