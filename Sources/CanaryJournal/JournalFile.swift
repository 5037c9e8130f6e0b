/// One run's journal in a directory: `<runID>.journal.zst`.
package struct JournalFile: Sendable, Hashable, Comparable {
    /// The run's name, which is the file's name without its suffix.
    package let runID: String
    /// The file's path.
    package let path: String

    /// How the names of journals end.
    package static let suffix = ".journal.zst"

    /// Accepts a run name of 1 to 128 ASCII letters, digits, `.`, `_` and `-` that begins with a letter or digit, so
    /// that no name leaves its directory, hides, or reads as an option.
    init(runID: String, directory: String) throws(JournalError) {
        guard Self.isValid(runID: runID) else {
            throw JournalError(
                .invalidName,
                "a run cannot be named '\(runID.prefix(60).filter { !$0.isNewline })'",
                hint: "1 to 128 letters, digits, '.', '_' and '-', a letter or digit first"
            )
        }
        self.runID = runID
        path = "\(directory)/\(runID)\(Self.suffix)"
    }

    /// The run of a file with this name in `directory`, or nil when no run's journal has such a name.
    init?(fileName: String, directory: String) {
        guard fileName.hasSuffix(Self.suffix) else { return nil }
        let runID = String(fileName.dropLast(Self.suffix.count))
        guard Self.isValid(runID: runID) else { return nil }
        self.runID = runID
        path = "\(directory)/\(fileName)"
    }

    /// Runs sort by name; names begin with the time, so the newest is last.
    package static func < (left: Self, right: Self) -> Bool {
        left.runID.utf8.lexicographicallyPrecedes(right.runID.utf8)
    }

    /// Whether a run may have this name.
    package static func isValid(runID: String) -> Bool {
        guard (1...128).contains(runID.utf8.count), let first = runID.utf8.first, isAlphanumeric(first) else {
            return false
        }
        return runID.utf8.allSatisfy { byte in
            isAlphanumeric(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
