/// Lines of which the less important ones go first when a terminal has too few rows.
struct FrameLines {
    private var lines: [(text: String, rank: Int)] = []

    /// Adds a line.
    ///
    /// - Parameter rank: 0 stays as long as possible; of the others the highest rank goes first, and of equal ones the last.
    mutating func add(_ text: String, rank: Int = 0) { lines.append((text, rank)) }

    mutating func add(_ texts: [String], rank: Int = 0) {
        for text in texts { add(text, rank: rank) }
    }

    var count: Int { lines.count }

    /// How many lines are of rank 0.
    var needed: Int { lines.count { $0.rank == 0 } }

    /// The lines that fit into so many rows.
    func fitted(to rows: Int) -> [String] {
        guard lines.count > rows else { return lines.map(\.text) }
        let kept = lines.indices.sorted { (lines[$0].rank, $0) < (lines[$1].rank, $1) }.prefix(max(rows, 0)).sorted()
        return kept.map { lines[$0].text }
    }
}
