extension JSONCursor {
    /// Calls `body` at each element of an array.
    mutating func forEachElement(
        _ what: StaticString,
        _ body: (inout JSONCursor) throws(RecordedWindowError) -> Void
    ) throws(RecordedWindowError) {
        guard take(UInt8(ascii: "[")) else { throw failure("\(what) must be an array") }
        if take(UInt8(ascii: "]")) { return }
        repeat { try body(&self) } while try hasNext(closing: UInt8(ascii: "]"), what)
    }

    /// Calls `body` at each value of an object, with its key; the body reads or skips the value.
    mutating func forEachKey(
        _ what: StaticString,
        _ body: (inout JSONCursor, JSONCursor.Text) throws(RecordedWindowError) -> Void
    ) throws(RecordedWindowError) {
        guard take(UInt8(ascii: "{")) else { throw failure("\(what) must be an object") }
        if take(UInt8(ascii: "}")) { return }
        repeat {
            let key = try text("a key")
            try expect(UInt8(ascii: ":"), "a colon")
            try body(&self, key)
        } while try hasNext(closing: UInt8(ascii: "}"), what)
    }
}
