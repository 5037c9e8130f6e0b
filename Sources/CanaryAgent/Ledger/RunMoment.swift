package import CanaryCore
package import CanaryJournal

/// When a journal was begun, as far as its name tells.
package enum RunMoment {
    /// The moment in a name that `RunID` has made, as `run-20260101T003000-250`; nil of another name.
    package static func of(run: String) -> Timestamp? {
        var rest = run.utf8[...]
        guard run.hasPrefix("run-") else { return nil }
        rest = rest.dropFirst(4)
        let digits = Array(rest.prefix(19))
        guard digits.count == 19, digits[8] == UInt8(ascii: "T"), digits[15] == UInt8(ascii: "-") else { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: digits[range], as: UTF8.self) }
        return Timestamp(
            iso8601: "\(text(0..<4))-\(text(4..<6))-\(text(6..<8))T\(text(9..<11)):\(text(11..<13)):\(text(13..<15))"
                + ".\(text(16..<19))Z"
        )
    }

    /// The moment in the file's name, else its last change; the beginning of time if neither is known.
    package static func of(_ file: JournalFile) -> Timestamp {
        of(run: file.runID) ?? Timestamp(milliseconds: FileStamp(file.path).map { $0.modified / 1_000_000 } ?? 0)
    }
}
