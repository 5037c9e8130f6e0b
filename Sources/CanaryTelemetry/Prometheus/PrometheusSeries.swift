/// One series of an answer: its labels and its samples.
package struct PrometheusSeries: Sendable, Hashable {
    /// The labels as in an exposition, between the braces: `a="b",c="d"`, by name.
    ///
    /// Names that an exposition cannot hold are written as Prometheus escapes them (`U__k8s_2e_pod`). Equal label sets
    /// have equal texts, so this is the identity of a series.
    package var labelText: [UInt8]

    /// When the samples are, in milliseconds since 1970, in the order of the answer.
    package var times: [Int64]

    /// The values, as many as `times`; they may be infinite or not a number.
    package var values: [Double]

    /// Whether the answer also had native histograms for it, which are not read.
    package var hasNativeHistograms: Bool

    package init(
        labelText: [UInt8] = [],
        times: [Int64] = [],
        values: [Double] = [],
        hasNativeHistograms: Bool = false
    ) {
        self.labelText = labelText
        self.times = times
        self.values = values
        self.hasNativeHistograms = hasNativeHistograms
    }

    /// The labels in their braces, as people write them.
    package var text: String { "{" + String(decoding: labelText, as: UTF8.self) + "}" }

    /// Names and values, by name.
    package var labels: [(name: String, value: String)] {
        labelText.withUnsafeBufferPointer { bytes in
            var labels: [(name: String, value: String)] = []
            var walker = LabelWalker(bytes)
            while let label = walker.next() {
                labels.append((String(decoding: label.name, as: UTF8.self), LabelWalker.string(label.value)))
            }
            return labels
        }
    }

    /// The value of a label; nil if the series does not have it.
    package func label(_ name: String) -> String? {
        labelText.withUnsafeBufferPointer { bytes in
            var walker = LabelWalker(bytes)
            while let label = walker.next() {
                if label.name.elementsEqual(name.utf8) { return LabelWalker.string(label.value) }
            }
            return nil
        }
    }

    /// The label text without `le`, which the buckets of one histogram share.
    var labelTextWithoutBound: [UInt8] {
        labelText.withUnsafeBufferPointer { bytes in
            var kept: [UInt8] = []
            kept.reserveCapacity(bytes.count)
            var walker = LabelWalker(bytes)
            while let label = walker.next() {
                if label.name.elementsEqual("le".utf8) { continue }
                if !kept.isEmpty { kept.append(UInt8(ascii: ",")) }
                kept.append(contentsOf: label.name)
                kept.append(contentsOf: "=\"".utf8)
                kept.append(contentsOf: label.value)
                kept.append(UInt8(ascii: "\""))
            }
            return kept
        }
    }

    /// The value of `le` as a number.
    static func bound(_ text: String) -> Double? {
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            bytes.baseAddress.flatMap { DecimalNumber.parse($0, 0, bytes.count) }
        }
    }
}
