/// One sample, valid only while it is handed over.
struct ExpositionSample {
    /// The name's bytes.
    let name: UnsafeBufferPointer<UInt8>

    /// Its labels without `le`, in the parser's table.
    let labelSet: Int

    /// The value of `le`, if the sample has one.
    let upperBound: Double?

    let value: Double

    /// As written: milliseconds in the text format, seconds in OpenMetrics.
    let timestamp: Double?

    /// The line, from 1.
    let line: Int
}

/// Who takes the samples of a page, one by one.
protocol ExpositionSink {
    /// A throw refuses the page; the parser gives it the line.
    mutating func receive(_ sample: ExpositionSample, _ labelSets: borrowing LabelSetTable) throws(ExpositionError)
}
