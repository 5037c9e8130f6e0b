/// How wide the columns of the table of objectives are.
struct EvidenceColumns: Sendable, Hashable {
    var name: Int
    var side: Int
    var difference: Int
    var bar: Int

    /// For a terminal that is so wide; at least 60 columns are taken for granted.
    init(width: Int) {
        if width >= 100 {
            let more = min((width - 100) / 4, 6)
            (name, side, difference) = (19 + more, 11 + more, 24 + more)
            bar = min(max(width - Self.fixed - name - 2 * side - difference, 8), 32)
        } else if width >= 79 {
            (name, side, difference) = (10, 10, 23)
            bar = max(width - Self.fixed - 53, 8)
        } else {
            (name, side, difference) = (10, 9, 11)
            bar = max(width - Self.fixed - 39, 3)
        }
    }

    /// Whether an interval stands in the column of differences.
    var hasInterval: Bool { difference >= 23 }

    /// Whether a name of several words has room.
    var hasWords: Bool { name >= 19 }

    /// The column in which the evidence begins.
    var evidence: Int { Self.indent + name + 2 * side + difference }

    /// The sign and its blanks at the beginning of a row.
    static let indent = 4
    /// All that is neither column nor bar: the indent, `safe `, two edges, ` proved`.
    private static let fixed = indent + 5 + 2 + 7
}
