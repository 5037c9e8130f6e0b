/// The grammar of one line.
extension ExpositionParser {
    /// Reads a line that is neither blank nor longer than allowed, and hands over its sample if it has one.
    mutating func parse(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ sink: inout some ExpositionSink
    ) throws(ExpositionError) {
        var position = start
        Self.skipBlanks(base, &position, end)
        guard position < end else { return }
        if base[position] == UInt8(ascii: "#") { return try checkComment(base, start, position, end) }

        let name = position
        guard Self.isNameStart(base[position]) else { throw notAName(base, start, position, end) }
        while position < end, LabelWalker.isNameByte(base[position]) || base[position] == UInt8(ascii: ":") {
            position &+= 1
        }
        let nameEnd = position
        if nameEnd &- name > 6, ByteScan.starts(base + name, nameEnd &- name, with: "envoy_") { hasSeenEnvoy = true }
        Self.skipBlanks(base, &position, end)

        var set: Int
        var bound: Double?
        if position < end, base[position] == UInt8(ascii: "{") {
            position &+= 1
            (set, bound) = try readLabels(base, start, &position, end)
        } else {
            guard position > nameEnd || position == end else {
                throw malformed("unexpected byte in a name", start, position)
            }
            set = try intern(base + position, 0)
        }
        Self.skipBlanks(base, &position, end)

        let value = try readNumber(base, start, &position, end, "a value")
        Self.skipBlanks(base, &position, end)
        var timestamp: Double?
        if position < end, base[position] != UInt8(ascii: "#") {
            timestamp = try readNumber(base, start, &position, end, "a timestamp")
            Self.skipBlanks(base, &position, end)
        }
        if position < end { try checkExemplar(base, start, &position, end) }

        let sample = ExpositionSample(
            name: UnsafeBufferPointer(start: base + name, count: nameEnd &- name),
            labelSet: set,
            upperBound: bound,
            value: value,
            timestamp: timestamp,
            line: line
        )
        try sink.receive(sample, labelSets)
    }

    mutating func intern(_ bytes: UnsafePointer<UInt8>, _ count: Int) throws(ExpositionError) -> Int {
        guard let set = labelSets.intern(bytes, count, limit: limits.labelSets) else {
            throw tooMany("label sets", limits.labelSets)
        }
        return set
    }

    /// `# {labels} value [timestamp]` after a sample.
    private mutating func checkExemplar(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ position: inout Int,
        _ end: Int
    ) throws(ExpositionError) {
        guard base[position] == UInt8(ascii: "#") else {
            throw malformed("something follows the timestamp", start, position)
        }
        position &+= 1
        Self.skipBlanks(base, &position, end)
        guard position < end, base[position] == UInt8(ascii: "{") else {
            throw malformed("expected '{' of an exemplar", start, position)
        }
        position &+= 1
        _ = try walkLabels(base, start, &position, end)
        Self.skipBlanks(base, &position, end)
        _ = try readNumber(base, start, &position, end, "an exemplar's value")
        Self.skipBlanks(base, &position, end)
        if position < end {
            _ = try readNumber(base, start, &position, end, "an exemplar's timestamp")
            Self.skipBlanks(base, &position, end)
        }
        guard position == end else { throw malformed("something follows the exemplar", start, position) }
    }

    /// Only `# TYPE` has a grammar that is checked; duplicates are normal in merged pages.
    private func checkComment(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ hash: Int,
        _ end: Int
    ) throws(ExpositionError) {
        var position = hash &+ 1
        Self.skipBlanks(base, &position, end)
        guard ByteScan.starts(base + position, end &- position, with: "TYPE ") else { return }
        position &+= 5
        Self.skipBlanks(base, &position, end)
        let name = position
        while position < end, base[position] != 0x20, base[position] != 0x09 { position &+= 1 }
        guard name < position else { throw malformed("a TYPE line without a name", start, position) }
        Self.skipBlanks(base, &position, end)
        let type = position
        while position < end, base[position] != 0x20, base[position] != 0x09 { position &+= 1 }
        let word = UnsafeBufferPointer(start: base + type, count: position &- type)
        guard Self.types.contains(where: { ByteScan.equals(base + type, word.count, $0) }) else {
            throw malformed("a TYPE line without a known type", start, type)
        }
    }

    private func readNumber(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ position: inout Int,
        _ end: Int,
        _ what: StaticString
    ) throws(ExpositionError) -> Double {
        let first = position
        while position < end, base[position] != 0x20, base[position] != 0x09 { position &+= 1 }
        guard first < position else { throw malformed("the line ends before \(what)", start, first) }
        guard let value = DecimalNumber.parse(base, first, position) else {
            throw malformed("\(what) that is not a number", start, first)
        }
        return value
    }

    private func notAName(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ place: Int,
        _ end: Int
    ) -> ExpositionError {
        let first = base[place]
        guard line == 1 || first == UInt8(ascii: "<") else {
            return malformed("a line that does not begin with a name", start, place)
        }
        let message: String
        switch first {
        case UInt8(ascii: "<"): message = "this is HTML or XML, not an exposition of metrics"
        case UInt8(ascii: "{"), UInt8(ascii: "["): message = "this looks like JSON, not an exposition of metrics"
        case 0x1F: message = "these are compressed bytes, not an exposition of metrics"
        default: message = "this is not an exposition of metrics: the first line does not begin with a name"
        }
        return ExpositionError(code: .notExposition, line: line, column: place &- start &+ 1, message: message)
    }

    @inline(__always)
    static func skipBlanks(_ base: UnsafePointer<UInt8>, _ position: inout Int, _ end: Int) {
        while position < end, base[position] == 0x20 || base[position] == 0x09 { position &+= 1 }
    }

    @inline(__always)
    private static func isNameStart(_ byte: UInt8) -> Bool {
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 26 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
    }

    private static var types: [StaticString] {
        [
            "counter", "gauge", "histogram", "summary", "untyped", "unknown", "info", "stateset", "gaugehistogram",
        ]
    }
}
