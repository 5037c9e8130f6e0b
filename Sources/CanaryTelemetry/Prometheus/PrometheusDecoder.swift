/// Reads an answer of `/api/v1/query` or `/api/v1/query_range` piece by piece and hands out its series one by one.
///
/// Only the series at hand and an unfinished token are kept, so an answer may be larger than memory. Members that are
/// not known are checked and skipped. The order of members is free. After an error further pieces are refused with it.
///
/// ```swift
/// var decoder = PrometheusDecoder()
/// for try await piece in stream { try decoder.feed(piece) { series in … } }
/// let summary = try decoder.finish { series in … }
/// ```
///
/// - Complexity: O(bytes); some hundred megabytes a second.
package struct PrometheusDecoder: Sendable {
    let limits: PrometheusLimits
    var summary = PrometheusSummary()
    var series = PrometheusSeries()
    var draft = LabelDraft()

    var stack: [Frame] = []
    var phase = Phase.start
    var key = Key.unknown
    var hasData = false
    var hasResult = false
    var declaredType: PrometheusSummary.ResultType?
    var hasUnknownType = false
    var foundType: PrometheusSummary.ResultType?
    /// Whether the series at hand has shown samples, be they none.
    var hasSamples = false
    var singleTime: Int64?
    var singleText: String?

    /// What was fed and not read yet.
    private var rest: [UInt8] = []
    /// How many bytes came before `rest`.
    private var passed = 0
    /// Less than this is not looked at again: an unfinished token is scanned when it has doubled, not at each piece.
    private var wanted = 0
    private var failure: PrometheusDecodeError?

    /// A container that is open.
    enum Frame: Sendable {
        case root
        case data
        case result
        case pair
        case series
        case labels
        case samples
        case warnings
        case infos
        case skippedObject
        case skippedArray

        var isObject: Bool {
            switch self {
            case .root, .data, .series, .labels, .skippedObject: true
            default: false
            }
        }
    }

    /// What comes next.
    enum Phase: Sendable {
        case start
        case firstKey
        case key
        case value
        case firstElement
        case element
        case after
        case end
    }

    /// The member whose value comes next.
    enum Key: Sendable {
        case unknown
        case status, data, errorType, error, warnings, infos, isPartial
        case resultType, result
        case metric, value, values, histograms
    }

    package init(limits: PrometheusLimits = PrometheusLimits()) {
        self.limits = limits
    }

    /// Reads a piece; `body` gets each series that ends in it.
    package mutating func feed(
        _ piece: [UInt8],
        _ body: (PrometheusSeries) -> Void
    ) throws(PrometheusDecodeError) {
        try piece.withUnsafeBufferPointer { (bytes) throws(PrometheusDecodeError) in try feed(bytes, body) }
    }

    /// Reads a piece; `body` gets each series that ends in it.
    package mutating func feed(
        _ piece: UnsafeBufferPointer<UInt8>,
        _ body: (PrometheusSeries) -> Void
    ) throws(PrometheusDecodeError) {
        if let failure { throw failure }
        rest.append(contentsOf: piece)
        guard rest.count >= wanted else { return }
        try read(body)
    }

    /// Ends the answer; `body` gets the series that were put off.
    ///
    /// - Throws: if it is not complete, or its parts contradict each other.
    package mutating func finish(
        _ body: (PrometheusSeries) -> Void
    ) throws(PrometheusDecodeError) -> PrometheusSummary {
        if let failure { throw failure }
        if !rest.isEmpty { try read(body) }
        guard phase == .end else {
            let isEmpty = passed == 0 && rest.isEmpty
            throw refuse(.truncated, isEmpty ? "the answer is empty" : "the answer ends in the middle", rest.count)
        }
        try conclude()
        return summary
    }

    private mutating func read(_ body: (PrometheusSeries) -> Void) throws(PrometheusDecodeError) {
        var bytes: [UInt8] = []
        swap(&bytes, &rest)
        var done = 0
        var stop: PrometheusScanner.Stop?
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var scanner = PrometheusScanner(base: base, end: buffer.count, position: 0)
            do throws(PrometheusScanner.Stop) {
                while try advance(&scanner, &done, body) {}
            } catch {
                stop = error
            }
        }
        if case .bad(let code, let message, let place)? = stop { throw refuse(code, message, place) }
        let left = bytes.count - done
        guard left <= limits.tokenBytes else {
            throw refuse(.tooLarge, "a string or number of more than \(limits.tokenBytes) bytes", done)
        }
        bytes.removeFirst(done)
        rest = bytes
        passed += done
        wanted = left < 64 ? 0 : left * 2
    }

    mutating func refuse(_ code: PrometheusDecodeError.Code, _ message: String, _ place: Int) -> PrometheusDecodeError {
        let error = PrometheusDecodeError(code: code, offset: passed + place, message: message)
        failure = error
        rest = []
        return error
    }
}
