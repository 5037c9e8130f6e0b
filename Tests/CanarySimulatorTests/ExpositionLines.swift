/// A deliberately simple, line-wise reader of a page: one sample a line, quoted labels, no cleverness.
struct ExpositionLines {
    struct Sample {
        let name: String
        let labels: [String: String]
        let number: Double
    }

    private let bytes: [UInt8]
    private(set) var samples: [Sample] = []
    /// Lines that are neither a comment nor a sample.
    private(set) var strange: [String] = []

    /// - Parameter names: what to read; empty reads every sample.
    init(_ bytes: [UInt8], only names: Set<String> = []) {
        self.bytes = bytes
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "# TYPE ".utf8) || line.starts(with: "# HELP ".utf8) { continue }
            let name = String(
                decoding: line.prefix { $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: " ") },
                as: UTF8.self
            )
            if !names.isEmpty, !names.contains(name) { continue }
            if let sample = Self.sample(name, line.dropFirst(name.utf8.count)) {
                samples.append(sample)
            } else {
                strange.append(String(decoding: line, as: UTF8.self))
            }
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The sum of all samples of this name with these labels.
    func total(_ name: String, _ labels: [String: String] = [:]) -> Int {
        let sum = matching(name, labels).reduce(0) { $0 + $1.number }
        return Int(exactly: sum) ?? -1
    }

    func matching(_ name: String, _ labels: [String: String] = [:]) -> [Sample] {
        samples.filter { sample in
            sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
    }

    /// Reads what follows the name.
    private static func sample(_ name: String, _ line: ArraySlice<UInt8>) -> Sample? {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        var labels: [String: String] = [:]
        var rest = line
        if rest.first == UInt8(ascii: "{") {
            rest = rest.dropFirst()
            while let first = rest.first, first != UInt8(ascii: "}") {
                guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
                let label = String(decoding: rest[..<equals], as: UTF8.self)
                rest = rest[equals...].dropFirst()
                guard rest.popFirst() == quote else { return nil }
                var content: [UInt8] = []
                while let next = rest.popFirst(), next != quote {
                    content.append(next == backslash ? rest.popFirst() ?? next : next)
                }
                guard labels.updateValue(String(decoding: content, as: UTF8.self), forKey: label) == nil else {
                    return nil
                }
                if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
        }
        guard rest.popFirst() == UInt8(ascii: " "), let number = Double(String(decoding: rest, as: UTF8.self)) else {
            return nil
        }
        return Sample(name: name, labels: labels, number: number)
    }
}
