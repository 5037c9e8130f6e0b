/// Prometheus text 0.0.4 and OpenMetrics text, as bytes in chunks of any size.
///
/// Both are read by one grammar, because an agent's merged page holds Envoy's plain text, its own, and the
/// application's OpenMetrics in one body. `# EOF` is therefore a comment, as `# HELP`, `# TYPE` (which may repeat) and
/// `# UNIT` are. Lines end in LF or CRLF; the last one may lack its end. Anything else that breaks the grammar refuses
/// the page.
///
/// - Complexity: O(bytes); keeps one unfinished line and one copy of each label set.
struct ExpositionParser: Sendable {
    let limits: ExpositionLimits
    let check: ExpositionCheck
    var labelSets = LabelSetTable()

    /// The number of the line being read.
    var line = 0

    /// Whether any `envoy_` line went by.
    var hasSeenEnvoy = false

    /// The set of the line before, and where the labels of the line being read lie.
    var previousSet = -1
    var labelNames: [Range<Int>] = []
    var scratch: [UInt8] = []

    private var carry: [UInt8] = []
    private var bytes = 0
    private var samples = 0

    init(limits: ExpositionLimits, check: ExpositionCheck) {
        self.limits = limits
        self.check = check
    }

    /// Reads a chunk; lines that end in it are handed over.
    mutating func feed(
        _ chunk: UnsafeBufferPointer<UInt8>,
        to sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        guard let base = chunk.baseAddress, !chunk.isEmpty else { return }
        bytes = bytes &+ chunk.count
        guard bytes <= limits.bodyBytes else {
            throw ExpositionError(
                code: .tooLarge,
                line: line + 1,
                column: 1,
                message: "a body of more than \(limits.bodyBytes) bytes"
            )
        }
        var start = 0
        if !carry.isEmpty {
            let end = ByteScan.newline(base, 0, chunk.count)
            carry.append(contentsOf: UnsafeBufferPointer(start: base, count: end))
            try checkLength(carry.count)
            guard end < chunk.count else { return }
            try readCarry(&sink)
            start = end + 1
        }
        let rest = try readLines(base, start, chunk.count, &sink)
        carry.append(contentsOf: UnsafeBufferPointer(start: base + rest, count: chunk.count - rest))
        try checkLength(carry.count)
    }

    /// Reads the last line if it has no newline.
    mutating func finish(to sink: inout some ExpositionSink) throws(ExpositionError) {
        if !carry.isEmpty { try readCarry(&sink) }
    }

    private mutating func readCarry(_ sink: inout some ExpositionSink) throws(ExpositionError) {
        var taken: [UInt8] = []
        swap(&taken, &carry)
        let count = taken.count
        let result: Result<Void, ExpositionError> = taken.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return .success(()) }
            do throws(ExpositionError) {
                try readLine(base, 0, count, &sink)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &carry)
        try result.get()
    }

    /// Reads the whole lines of a chunk; where the unfinished one begins.
    private mutating func readLines(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ count: Int,
        _ sink: inout some ExpositionSink
    ) throws(ExpositionError) -> Int {
        var position = start
        while position < count {
            let end =
                check == .istioOnlyScalar
                ? ByteScan.scalarNewline(base, position, count) : ByteScan.newline(base, position, count)
            guard end < count else { return position }
            try readLine(base, position, end, &sink)
            position = end &+ 1
        }
        return position
    }

    /// Reads one line without its newline.
    @inline(__always)
    private mutating func readLine(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ newline: Int,
        _ sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        line &+= 1
        if newline &- start > limits.lineBytes { try checkLength(newline &- start) }
        var end = newline
        if end > start, base[end &- 1] == 13 { end &-= 1 }
        guard start < end else { return }
        samples &+= 1
        if samples > limits.samples { throw tooMany("lines", limits.samples) }
        if check != .everyLine, try canSkip(base, start, end) { return }
        try parse(base, start, end, &sink)
    }

    @inline(__always)
    private func checkLength(_ count: Int) throws(ExpositionError) {
        // A carried line may still hold its carriage return.
        guard count <= limits.lineBytes &+ 1 else {
            throw ExpositionError(
                code: .tooLarge,
                line: line + 1,
                column: limits.lineBytes + 1,
                message: "a line of more than \(limits.lineBytes) bytes"
            )
        }
    }

    func tooMany(_ what: String, _ limit: Int) -> ExpositionError {
        ExpositionError(code: .tooLarge, line: line, column: 1, message: "more than \(limit) \(what)")
    }

    func malformed(_ message: String, _ start: Int, _ place: Int) -> ExpositionError {
        ExpositionError(code: .malformed, line: line, column: place &- start &+ 1, message: message)
    }
}
