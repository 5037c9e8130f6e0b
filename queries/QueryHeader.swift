/// The comment header of a query file: `# key: value`, a line a key.
struct QueryHeader: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        var key: String
        var value: String
        var line: Int
    }

    /// In the order of the file; lines without a colon are free text.
    private(set) var entries: [Entry] = []
    /// What follows the header, with the number of its first line.
    private(set) var body = ""
    private(set) var bodyLine = 1

    /// Every key that means something.
    static let keys = ["asks", "unit", "labels", "kind", "direction", "of", "view"]

    init(_ text: String) {
        // A carriage return and a new line are one character to Swift.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(Substring(line.last == "\r" ? line.dropLast() : line))
        }
        var first = 0
        while first < lines.count {
            let line = Self.trimmed(lines[first])
            guard line.first == "#" || line.isEmpty else { break }
            let words = line.dropFirst().split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if words.count == 2 {
                let key = Self.trimmed(words[0])
                entries.append(Entry(key: key, value: Self.trimmed(words[1]), line: first + 1))
            }
            first += 1
        }
        bodyLine = first + 1
        body = lines[first...].joined(separator: "\n")
        while let last = body.last, last.isWhitespace { body.removeLast() }
    }

    /// The first entry of a key.
    func entry(_ key: String) -> Entry? { entries.first { $0.key == key } }

    static func trimmed(_ text: some StringProtocol) -> String {
        var view = Substring(text)
        while let first = view.first, first.isWhitespace { view.removeFirst() }
        while let last = view.last, last.isWhitespace { view.removeLast() }
        return String(view)
    }
}
