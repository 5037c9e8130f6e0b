/// Reads recorded windows: JSON Lines of the format `haldane.windows/1`.
///
/// Give it the lines in order, without or with their newlines. Unknown keys are ignored, wrong types are refused with
/// line and column. `bounds` of a window, if given, stand for that window only and come before its pods.
///
/// - Complexity: O(length of the line); nothing is kept but the bounds.
package struct RecordedWindowReader: Sendable {
    /// The longest line, in bytes.
    package static let longestLine = 16_777_216

    /// The most pods of one side of a window.
    package static let mostPods = 10_000

    /// The most different responses of one pod.
    package static let mostResponses = 1_000

    /// The bounds of the header; nil before it.
    package private(set) var bounds: LatencyBounds?

    /// How many lines were read.
    package private(set) var lineNumber: Int

    /// A reader that wants a header first.
    package init() {
        bounds = nil
        lineNumber = 0
    }

    /// A reader of windows that come without a header, as in a journal; `lineNumber` numbers the next line.
    package init(bounds: LatencyBounds, startingAt lineNumber: Int = 1) {
        self.bounds = bounds
        self.lineNumber = lineNumber - 1
    }

    package mutating func read(line: Span<UInt8>) throws(RecordedWindowError) -> RecordedLine {
        // Results instead of rethrowing: the standard library's closures do not carry typed errors here.
        let result: Result<RecordedLine, RecordedWindowError> = line.withUnsafeBufferPointer { buffer in
            readResult(buffer)
        }
        return try result.get()
    }

    package mutating func read(line: [UInt8]) throws(RecordedWindowError) -> RecordedLine {
        let result = line.withUnsafeBufferPointer { readResult($0) }
        return try result.get()
    }

    package mutating func read(line: ArraySlice<UInt8>) throws(RecordedWindowError) -> RecordedLine {
        let result = line.withUnsafeBufferPointer { readResult($0) }
        return try result.get()
    }

    package mutating func read(line: UnsafeRawBufferPointer) throws(RecordedWindowError) -> RecordedLine {
        let result = line.withMemoryRebound(to: UInt8.self) { readResult($0) }
        return try result.get()
    }

    private mutating func readResult(
        _ buffer: UnsafeBufferPointer<UInt8>
    ) -> Result<RecordedLine, RecordedWindowError> {
        lineNumber += 1
        do throws(RecordedWindowError) {
            guard let base = buffer.baseAddress else { return .success(.blank) }
            guard buffer.count <= Self.longestLine else {
                throw RecordedWindowError(
                    line: lineNumber,
                    column: Self.longestLine + 1,
                    message: "a line of more than \(Self.longestLine) bytes"
                )
            }
            return .success(try read(base, buffer.count))
        } catch {
            return .failure(error)
        }
    }

    private mutating func read(_ base: UnsafePointer<UInt8>, _ count: Int) throws(RecordedWindowError) -> RecordedLine {
        var cursor = JSONCursor(base: base, count: count, line: lineNumber)
        cursor.skipBlanks()
        guard cursor.position < count else { return .blank }
        var decoder = RecordedLineDecoder(bounds: bounds)
        let line = try decoder.decode(&cursor)
        if case .header(let found) = line { bounds = found }
        return line
    }
}
