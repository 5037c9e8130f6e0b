extension PrometheusScanner {
    /// A sample: `[1795398502.994,"12"]`, the time in seconds and the value as text.
    mutating func sample() throws(Stop) -> (time: Int64, value: Double) {
        if let plain = plainSample() { return plain }
        try expect(UInt8(ascii: "["), "a sample: [time, \"value\"]")
        let time = try time()
        try expect(UInt8(ascii: ","), "a comma")
        let place = position
        let text = try text("a value")
        guard !text.hasEscapes, let value = DecimalNumber.parse(base, text.start, text.end) else {
            throw bad("a value that is not a number", at: place)
        }
        try expect(UInt8(ascii: "]"), "the end of a sample")
        return (time, value)
    }

    /// A time in seconds, in milliseconds.
    mutating func time() throws(Stop) -> Int64 {
        let range = try bareWord()
        guard let seconds = DecimalNumber.parse(base, range.lowerBound, range.upperBound),
            seconds.magnitude < 9_000_000_000_000
        else { throw bad("a time that is not a number of seconds", at: range.lowerBound) }
        return Int64((seconds * 1000).rounded())
    }

    /// A sample without blanks, with up to three digits behind the point of its time and a value of up to 15 digits:
    /// nearly every one. Nil, and nothing read, for any other.
    @inline(__always)
    private mutating func plainSample() -> (time: Int64, value: Double)? {
        var index = position
        // The shortest is [0,"0"]; what is read below is looked at only within the piece.
        guard index &+ 40 <= end, base[index] == UInt8(ascii: "[") else { return nil }
        index &+= 1

        var time: Int64 = 0
        let timeStart = index
        while true {
            let digit = base[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            time = time &* 10 &+ Int64(digit)
            index &+= 1
            guard index &- timeStart <= 12 else { return nil }
        }
        guard index > timeStart else { return nil }
        var scale: Int64 = 1000
        if base[index] == UInt8(ascii: ".") {
            index &+= 1
            while true {
                let digit = base[index] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                guard scale > 1 else { return nil }
                time = time &* 10 &+ Int64(digit)
                scale /= 10
                index &+= 1
            }
            guard scale < 1000 else { return nil }
        }
        guard base[index] == UInt8(ascii: ","), base[index &+ 1] == UInt8(ascii: "\"") else { return nil }
        index &+= 2

        var value: Int64 = 0
        let valueStart = index
        while true {
            let digit = base[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ Int64(digit)
            index &+= 1
            guard index &- valueStart <= 15 else { return nil }
        }
        guard index > valueStart, base[index] == UInt8(ascii: "\""), base[index &+ 1] == UInt8(ascii: "]") else {
            return nil
        }
        position = index &+ 2
        return (time &* scale, Double(value))
    }
}
