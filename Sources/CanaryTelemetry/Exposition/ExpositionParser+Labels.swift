/// The labels of one line.
extension ExpositionParser {
    /// Reads labels from after `{` to after `}`: their set without `le`, and the value of `le`.
    ///
    /// Most lines carry the labels of the line before: then one comparison replaces the walk.
    mutating func readLabels(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ position: inout Int,
        _ end: Int
    ) throws(ExpositionError) -> (set: Int, bound: Double?) {
        if previousSet >= 0, labelSets.length(of: previousSet) > 0,
            labelSets.isPrefix(previousSet, of: base + position, end &- position)
        {
            let after = position &+ labelSets.length(of: previousSet)
            if after < end, base[after] == UInt8(ascii: "}") {
                position = after &+ 1
                return (previousSet, nil)
            }
            if let bound = readFinalBound(base, after, &position, end) { return (previousSet, bound) }
        }
        return try readNewLabels(base, start, &position, end)
    }

    /// `,le="…"}` at `place`; anything else leaves the position alone.
    @inline(__always)
    private func readFinalBound(
        _ base: UnsafePointer<UInt8>,
        _ place: Int,
        _ position: inout Int,
        _ end: Int
    ) -> Double? {
        guard ByteScan.starts(base + place, end &- place, with: ",le=\"") else { return nil }
        let value = place &+ 5
        var close = value
        while close < end, base[close] != UInt8(ascii: "\"") { close &+= 1 }
        guard close &+ 1 < end, base[close &+ 1] == UInt8(ascii: "}") else { return nil }
        guard let bound = DecimalNumber.parse(base, value, close) else { return nil }
        position = close &+ 2
        return bound
    }

    private mutating func readNewLabels(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ position: inout Int,
        _ end: Int
    ) throws(ExpositionError) -> (set: Int, bound: Double?) {
        let first = position
        let walk = try walkLabels(base, start, &position, end)
        guard let le = walk.bound else {
            previousSet = try intern(base + first, walk.end &- first)
            return (previousSet, nil)
        }
        guard let bound = DecimalNumber.parse(base, le.value.lowerBound, le.value.upperBound) else {
            throw malformed("a bucket's 'le' that is not a number", start, le.value.lowerBound)
        }
        if le.next == walk.end || le.pair.upperBound == walk.end {
            // Last or alone: the text before it, without its comma.
            previousSet = try intern(base + first, max(le.previousEnd, first) &- first)
            return (previousSet, bound)
        }
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: UnsafeBufferPointer(start: base + first, count: le.pair.lowerBound &- first))
        scratch.append(contentsOf: UnsafeBufferPointer(start: base + le.next, count: walk.end &- le.next))
        let count = scratch.count
        let set = scratch.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { labelSets.intern($0, count, limit: limits.labelSets) } ?? nil
        }
        guard let set else { throw tooMany("label sets", limits.labelSets) }
        previousSet = set
        return (set, bound)
    }

    /// What a walk over labels found.
    struct Walk {
        /// After the last label's closing quote.
        var end: Int
        var bound: Bound?
    }

    /// Where `le` stands.
    struct Bound {
        var pair: Range<Int>
        var value: Range<Int>
        /// After the label before it.
        var previousEnd: Int
        /// Where the label after it begins, or its own end.
        var next: Int
    }

    /// Checks labels from after `{` to after `}`.
    mutating func walkLabels(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ position: inout Int,
        _ end: Int
    ) throws(ExpositionError) -> Walk {
        let first = position
        var walk = Walk(end: position, bound: nil)
        labelNames.removeAll(keepingCapacity: true)
        while true {
            Self.skipBlanks(base, &position, end)
            guard position < end else { throw malformed("the line ends inside its labels", start, position) }
            if base[position] == UInt8(ascii: "}") { break }
            let pairStart = position
            if walk.bound != nil, walk.bound?.next == walk.bound?.pair.upperBound { walk.bound?.next = pairStart }
            let value = try readPair(base, start, &position, end)
            if let name = labelNames.last, name.count == 2, base[name.lowerBound] == UInt8(ascii: "l"),
                base[name.lowerBound &+ 1] == UInt8(ascii: "e")
            {
                walk.bound = Bound(
                    pair: pairStart..<position,
                    value: value,
                    previousEnd: walk.end,
                    next: position
                )
            }
            walk.end = position
            Self.skipBlanks(base, &position, end)
            if position < end, base[position] == UInt8(ascii: ",") {
                position &+= 1
            } else if position >= end || base[position] != UInt8(ascii: "}") {
                throw malformed("expected ',' or '}' after a label", start, position)
            }
        }
        guard position &- first <= limits.labelBytes else {
            throw ExpositionError(
                code: .tooLarge,
                line: line,
                column: first &- start &+ 1,
                message: "labels of more than \(limits.labelBytes) bytes"
            )
        }
        position &+= 1
        return walk
    }

    /// `name="value"`; where the value stands.
    private mutating func readPair(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ position: inout Int,
        _ end: Int
    ) throws(ExpositionError) -> Range<Int> {
        let name = position
        while position < end, LabelWalker.isNameByte(base[position]) { position &+= 1 }
        guard name < position, base[name] &- UInt8(ascii: "0") > 9 else {
            throw malformed("expected a label's name", start, name)
        }
        let range = name..<position
        for other in labelNames where other.count == range.count {
            if ByteScan.areSame(base + other.lowerBound, base + name, range.count) {
                throw malformed("a label twice", start, name)
            }
        }
        labelNames.append(range)
        guard labelNames.count <= limits.labels else { throw tooMany("labels in a line", limits.labels) }
        Self.skipBlanks(base, &position, end)
        guard position < end, base[position] == UInt8(ascii: "=") else {
            throw malformed("expected '=' after a label's name", start, position)
        }
        position &+= 1
        Self.skipBlanks(base, &position, end)
        guard position < end, base[position] == UInt8(ascii: "\"") else {
            throw malformed("expected '\"' before a label's value", start, position)
        }
        position &+= 1
        let value = position
        while position < end, base[position] != UInt8(ascii: "\"") {
            if base[position] == UInt8(ascii: "\\") {
                position &+= 1
                guard position < end, Self.isEscape(base[position]) else {
                    throw malformed("an unknown escape in a label's value", start, position &- 1)
                }
            }
            position &+= 1
        }
        guard position < end else { throw malformed("a label's value without its closing '\"'", start, value &- 1) }
        position &+= 1
        return value..<(position &- 1)
    }

    @inline(__always)
    private static func isEscape(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "n")
    }
}
