/// A family of metrics that Haldane shows of itself: the name, what it means, and its labels.
package struct MetricFamily: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// Never decreases while the process lives; samples end in `_total`.
        case counter
        case gauge
        /// Facts as labels, with the value 1; samples end in `_info`.
        case info
    }

    /// Without `_total` or `_info`.
    package let name: String
    package let kind: Kind
    /// A base unit, which is also the end of the name; nil for what is counted in pieces.
    package let unit: String?
    /// The labels that a sample may have.
    package let labels: [String]
    /// One sentence.
    package let help: String

    package init(_ name: String, _ kind: Kind, unit: String? = nil, labels: [String] = [], _ help: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.labels = labels
        self.help = help
    }

    /// As samples and queries spell it.
    package var sampleName: String {
        switch kind {
        case .counter: name + "_total"
        case .gauge: name
        case .info: name + "_info"
        }
    }
}

extension MetricFamily {
    /// Names are unique, and samples are put in order by the thousand.
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// One value of a family.
package struct MetricSample: Sendable, Hashable {
    package struct Label: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var family: MetricFamily
    package var labels: [Label]
    package var value: Double

    package init(_ family: MetricFamily, _ labels: [Label] = [], _ value: Double) {
        self.family = family
        self.labels = labels
        self.value = value
    }
}

extension MetricSample {
    /// The version of the program as a fact.
    package static func build(_ version: String) -> MetricSample {
        MetricSample(MetricCatalogue.build, [Label("version", version)], 1)
    }
}
