/// The labels of the series that is being read.
struct LabelDraft: Sendable {
    /// Names and values one after the other, without escapes.
    private var bytes: [UInt8] = []
    private var labels: [Label] = []
    private var isAscending = true

    private struct Label: Sendable {
        var name: Range<Int>
        var value: Range<Int>
    }

    var isEmpty: Bool { labels.isEmpty }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        labels.removeAll(keepingCapacity: true)
        isAscending = true
    }

    mutating func add(
        _ name: PrometheusScanner.Text,
        _ value: PrometheusScanner.Text,
        _ limits: PrometheusLimits,
        _ scanner: PrometheusScanner
    ) throws(PrometheusScanner.Stop) {
        let start = bytes.count
        try scanner.resolve(name, into: &bytes)
        let middle = bytes.count
        try scanner.resolve(value, into: &bytes)
        guard middle > start else { throw scanner.bad("a label without a name", at: name.start) }
        guard labels.count < limits.labels, bytes.count <= limits.labelBytes else {
            let most = "\(limits.labels) labels or \(limits.labelBytes) bytes of labels"
            throw .bad(.tooLarge, "a series of more than \(most)", at: name.start)
        }
        let label = Label(name: start..<middle, value: middle..<bytes.count)
        if let last = labels.last {
            isAscending = isAscending && bytes[last.name].lexicographicallyPrecedes(bytes[label.name])
        }
        labels.append(label)
    }

    /// The labels as an exposition has them, by name.
    mutating func text(_ scanner: PrometheusScanner) throws(PrometheusScanner.Stop) -> [UInt8] {
        if !isAscending {
            labels.sort { bytes[$0.name].lexicographicallyPrecedes(bytes[$1.name]) }
            for (one, next) in zip(labels, labels.dropFirst()) where bytes[one.name] == bytes[next.name] {
                let name = String(decoding: bytes[one.name].prefix(100), as: UTF8.self)
                throw scanner.bad("the label '\(name)' twice in a series")
            }
        }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + labels.count * 4)
        for label in labels {
            if !text.isEmpty { text.append(UInt8(ascii: ",")) }
            appendName(label.name, to: &text)
            text.append(UInt8(ascii: "="))
            text.append(UInt8(ascii: "\""))
            appendValue(label.value, to: &text)
            text.append(UInt8(ascii: "\""))
        }
        return text
    }

    private func appendName(_ range: Range<Int>, to text: inout [UInt8]) {
        let name = bytes[range]
        if name.allSatisfy(LabelWalker.isNameByte) {
            text.append(contentsOf: name)
            return
        }
        text.append(contentsOf: "U__".utf8)
        for byte in name {
            if LabelWalker.isNameByte(byte), byte != UInt8(ascii: "_") {
                text.append(byte)
            } else if byte == UInt8(ascii: "_") {
                text.append(contentsOf: "__".utf8)
            } else {
                text.append(contentsOf: "_\(String(byte, radix: 16))_".utf8)
            }
        }
    }

    private func appendValue(_ range: Range<Int>, to text: inout [UInt8]) {
        for byte in bytes[range] {
            switch byte {
            case UInt8(ascii: "\\"): text.append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\""): text.append(contentsOf: "\\\"".utf8)
            case 0x0A: text.append(contentsOf: "\\n".utf8)
            default: text.append(byte)
            }
        }
    }
}
