/// Collects the header lines of an answer and refuses too many bytes of them.
///
/// Interim answers (1xx) are replaced by the final one; lines after the final head are trailers and are dropped.
/// The bytes of all of them count, so that an endless row of interim answers ends, too.
struct ResponseHead {
    private(set) var headers: [HTTPHeader] = []
    private(set) var isComplete = false
    private var bytes = 0
    /// Of the last status line that came; 0 before.
    private(set) var status = 0

    /// Takes one line as libcurl gives it; false if the limit is exceeded.
    mutating func append(_ line: some BidirectionalCollection<UInt8>, limit: Int) -> Bool {
        bytes &+= line.count
        guard bytes <= limit else {
            return false
        }
        guard !isComplete else {
            return true
        }
        let text = line.trimmingWhiteSpace
        if text.isEmpty {
            isComplete = status >= 200
        } else if text.starts(with: "HTTP/".utf8) {
            headers = []
            status = Self.status(of: text)
        } else if line.first == 0x20 || line.first == 0x09, !headers.isEmpty {
            headers[headers.count - 1].value += " " + String(decoding: text, as: UTF8.self)
        } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            headers.append(
                HTTPHeader(
                    name: String(decoding: text[..<colon].trimmingWhiteSpace, as: UTF8.self),
                    value: String(decoding: text[text.index(after: colon)...].trimmingWhiteSpace, as: UTF8.self)
                )
            )
        }
        return true
    }

    /// The three digits after the version, 0 if there are none.
    private static func status(of line: some Collection<UInt8>) -> Int {
        line.drop { $0 != 0x20 }.dropFirst().prefix(3).reduce(0) { sum, byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? sum * 10 + Int(byte - UInt8(ascii: "0")) : 0
        }
    }
}
