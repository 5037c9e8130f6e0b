/// A text by lines, as YAML counts them: it also breaks at a lone carriage return, NEL, LS and PS.
struct SourceText: Sendable, Hashable {
    let bytes: [UInt8]
    /// Offsets of the first byte of each line.
    private let starts: [Int]

    init(_ text: String) {
        bytes = Array(text.utf8)
        var starts = [0]
        var index = 0
        while index < bytes.count {
            let length = Self.breakLength(at: index, in: bytes)
            index += max(1, length)
            if length > 0 { starts.append(index) }
        }
        self.starts = starts
    }

    var lineCount: Int { starts.count }

    /// The length in bytes of the line break at an offset; 0 if there is none.
    private static func breakLength(at index: Int, in bytes: [UInt8]) -> Int {
        switch bytes[index] {
        case 0x0A:
            return 1
        case 0x0D:
            return index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : 1
        case 0xC2:
            return index + 1 < bytes.count && bytes[index + 1] == 0x85 ? 2 : 0
        case 0xE2:
            let isBreak =
                index + 2 < bytes.count && bytes[index + 1] == 0x80
                && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9)
            return isBreak ? 3 : 0
        default:
            return 0
        }
    }

    /// The bytes of a line without and with its break; nil if there is no such line.
    func range(line: Int) -> (content: Range<Int>, end: Int)? {
        guard line >= 1, line <= starts.count else { return nil }
        let start = starts[line - 1]
        let end = line < starts.count ? starts[line] : bytes.count
        var index = start
        while index < end, Self.breakLength(at: index, in: bytes) == 0 { index += 1 }
        return (start..<index, end)
    }

    /// A line without its break; empty if there is no such line.
    func line(_ number: Int) -> String {
        range(line: number).map { String(decoding: bytes[$0.content], as: UTF8.self) } ?? ""
    }

    /// The break that ends a line; nil for the last one.
    func lineBreak(after number: Int) -> ArraySlice<UInt8>? {
        guard let range = range(line: number), range.content.upperBound < range.end else { return nil }
        return bytes[range.content.upperBound..<range.end]
    }

    /// The offset of a place; nil if the line is shorter.
    func offset(line: Int, column: Int) -> Int? {
        guard let range = range(line: line), column >= 1 else { return nil }
        var index = range.content.lowerBound
        var left = column - 1
        while left > 0 {
            guard index < range.content.upperBound else { return nil }
            index += 1
            while index < range.content.upperBound, bytes[index] & 0xC0 == 0x80 { index += 1 }
            left -= 1
        }
        return index
    }

    /// Whether these characters stand at an offset.
    func hasText(_ text: String, at offset: Int) -> Bool {
        bytes[min(offset, bytes.count)...].starts(with: text.utf8)
    }
}
