/// Samples as a page that Prometheus scrapes.
///
/// Families stand together, in the order of their first samples. Label values may be any text: they are cut at
/// `longestLabel` characters and escaped.
package struct MetricsPage: Sendable {
    package enum Format: Sendable, Hashable, CaseIterable {
        /// Prometheus text 0.0.4.
        case text
        /// OpenMetrics text 1.0.
        case openMetrics

        package var contentType: String {
            switch self {
            case .text: "text/plain; version=0.0.4; charset=utf-8"
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }

        /// What a client asks for: OpenMetrics if it names it and does not refuse it with `q=0`.
        package init(accept: String?) {
            let asked = (accept ?? "").split(separator: ",").contains { item in
                let parts = item.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
                guard parts.first == "application/openmetrics-text" else { return false }
                let quality = parts.first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
                let version = parts.first { $0.hasPrefix("version=") }.map { $0.dropFirst(8) }
                return (quality ?? 1) > 0 && (version.map { $0 == "1.0.0" || $0 == "0.0.1" } ?? true)
            }
            self = asked ? .openMetrics : .text
        }
    }

    private var families: [MetricFamily] = []
    private var samples: [MetricFamily: [MetricSample]] = [:]

    package init(_ samples: [MetricSample] = []) {
        for sample in samples { add(sample) }
    }

    package mutating func add(_ sample: MetricSample) {
        if self.samples[sample.family] == nil { families.append(sample.family) }
        self.samples[sample.family, default: []].append(sample)
    }

    package func text(_ format: Format) -> String {
        var text = ""
        for family in families {
            let sampleName = family.sampleName
            let name = format == .openMetrics ? family.name : sampleName
            text += "# HELP \(name) \(Self.escaped(family.help, quotes: format == .openMetrics))\n"
            text += "# TYPE \(name) \(Self.type(family.kind, format))\n"
            if format == .openMetrics, let unit = family.unit { text += "# UNIT \(name) \(unit)\n" }
            for sample in samples[family] ?? [] {
                text += sampleName
                Self.add(sample.labels, to: &text)
                text += " \(Self.number(sample.value))\n"
            }
        }
        return format == .openMetrics ? text + "# EOF\n" : text
    }

    private static func type(_ kind: MetricFamily.Kind, _ format: Format) -> String {
        kind == .info && format == .text ? "gauge" : kind.rawValue
    }

    private static func add(_ labels: [MetricSample.Label], to text: inout String) {
        guard !labels.isEmpty else { return }
        var sign: Character = "{"
        for label in labels {
            text.append(sign)
            text += label.name
            text += "=\""
            text += isPlain(label.value) ? label.value : escaped(harmless(label.value), quotes: true)
            text += "\""
            sign = ","
        }
        text += "}"
    }

    /// Whether a value stands for itself, as nearly all do.
    private static func isPlain(_ value: String) -> Bool {
        value.utf8.count <= longestLabel
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }

    private static func harmless(_ value: String) -> String {
        TextCells.harmless(value.count > longestLabel ? value.prefix(longestLabel - 1) + "…" : value)
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\"" where quotes: result.append(contentsOf: "\\\"".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    static let longestLabel = 200
}
