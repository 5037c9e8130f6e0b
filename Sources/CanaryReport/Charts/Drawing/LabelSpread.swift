/// Moves labels apart until none overlaps another.
package enum LabelSpread {
    /// Positions as near to the wanted ones as possible in order, at least `gap` apart and within a range where it is long
    /// enough; nil where it is not.
    ///
    /// Neighbours that would overlap form a block around their mean, which grows until blocks no longer touch.
    package static func positions(_ wanted: [Double], gap: Double, within range: ClosedRange<Double>) -> [Double]? {
        guard !wanted.isEmpty else { return [] }
        guard Double(wanted.count - 1) * gap <= range.upperBound - range.lowerBound else { return nil }
        let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
        var blocks: [(sum: Double, count: Int)] = []
        func top(_ block: (sum: Double, count: Int)) -> Double {
            let length = Double(block.count - 1) * gap
            let start = block.sum / Double(block.count) - length / 2
            return min(max(start, range.lowerBound), range.upperBound - length)
        }
        for index in order {
            blocks.append((min(max(wanted[index], range.lowerBound), range.upperBound), 1))
            while blocks.count > 1 {
                let (before, current) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
                guard top(before) + Double(before.count) * gap > top(current) else { break }
                blocks.removeLast(2)
                blocks.append((before.sum + current.sum, before.count + current.count))
            }
        }
        var result = [Double](repeating: 0, count: wanted.count)
        var position = 0
        for block in blocks {
            for offset in 0..<block.count {
                result[order[position]] = top(block) + Double(offset) * gap
                position += 1
            }
        }
        return result
    }
}
