/// A sample with its text, for showing pages and for tests; the collector never makes one.
package struct ExpositionRecord: Sendable, Hashable {
    package var name: String

    /// The labels in the order of the page, `le` last.
    package var labels: [Label]

    package var value: Double

    /// As written: milliseconds in the text format, seconds in OpenMetrics.
    package var timestamp: Double?

    package struct Label: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(name: String, labels: [Label], value: Double, timestamp: Double? = nil) {
        self.name = name
        self.labels = labels
        self.value = value
        self.timestamp = timestamp
    }
}

/// Reads an exposition into records, chunk by chunk.
package struct ExpositionReader: Sendable {
    private var parser: ExpositionParser
    private var records = Records()

    package init(limits: ExpositionLimits = ExpositionLimits(), check: ExpositionCheck = .everyLine) {
        parser = ExpositionParser(limits: limits, check: check)
    }

    /// The samples so far.
    package var samples: [ExpositionRecord] { records.list }

    package mutating func feed(_ chunk: some Sequence<UInt8>) throws(ExpositionError) {
        let bytes = Array(chunk)
        let result: Result<Void, ExpositionError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(ExpositionError) {
                try parser.feed(buffer, to: &records)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    package mutating func finish() throws(ExpositionError) { try parser.finish(to: &records) }

    /// All samples of a page.
    package static func samples(
        of page: [UInt8],
        limits: ExpositionLimits = ExpositionLimits(),
        check: ExpositionCheck = .everyLine
    ) throws(ExpositionError) -> [ExpositionRecord] {
        var reader = ExpositionReader(limits: limits, check: check)
        try reader.feed(page)
        try reader.finish()
        return reader.samples
    }

    private struct Records: ExpositionSink, Sendable {
        var list: [ExpositionRecord] = []

        mutating func receive(
            _ sample: ExpositionSample,
            _ labelSets: borrowing LabelSetTable
        ) throws(ExpositionError) {
            var labels: [ExpositionRecord.Label] = []
            labelSets.bytes(of: sample.labelSet).withUnsafeBufferPointer { bytes in
                var walker = LabelWalker(bytes)
                while let label = walker.next() {
                    labels.append(
                        ExpositionRecord.Label(
                            name: String(decoding: label.name, as: UTF8.self),
                            value: LabelWalker.string(label.value)
                        )
                    )
                }
            }
            if let bound = sample.upperBound {
                labels.append(ExpositionRecord.Label(name: "le", value: bound == .infinity ? "+Inf" : "\(bound)"))
            }
            list.append(
                ExpositionRecord(
                    name: String(decoding: sample.name, as: UTF8.self),
                    labels: labels,
                    value: sample.value,
                    timestamp: sample.timestamp
                )
            )
        }
    }
}
