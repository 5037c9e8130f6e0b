/// Cuts a stream of bytes into lines of bounded length.
struct LineBuffer {
    private var bytes: [UInt8] = []
    /// What comes before it has been handed out.
    private var start = 0
    /// What comes before it has no line break.
    private var scanned = 0
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes in bytes; false if a line grows beyond the limit.
    mutating func append(_ more: [UInt8]) -> Bool {
        if start > 0 {
            bytes.removeFirst(start)
            scanned -= start
            start = 0
        }
        bytes += more
        // A line break that has come already bounds the first line; the rest is looked at when it is next.
        return bytes.count <= limit || bytes[scanned...].contains(0x0A)
    }

    /// The next complete line, without its break; nil if none is complete.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = bytes[scanned...].firstIndex(of: 0x0A) else {
            scanned = bytes.count
            return nil
        }
        defer {
            start = end + 1
            scanned = end + 1
        }
        return bytes[start..<end]
    }

    /// Whether bytes of an unfinished line are left.
    var hasRest: Bool {
        start < bytes.count
    }
}
