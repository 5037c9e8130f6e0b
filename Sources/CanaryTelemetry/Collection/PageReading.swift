/// What one page says, for one configuration: a value that can be made anywhere and handed to the collector.
package struct PageReading: Sendable, Hashable {
    /// Why the page is not usable; nil if it is.
    package internal(set) var fault: Fault?

    package internal(set) var process: ProcessIdentity

    /// Whether the page proves that Envoy's part is in it: an `envoy_` line, one of the request families, or
    /// `istio_build{component="proxy"}`.
    package internal(set) var hasWitness: Bool

    var series: [SeriesReading]

    /// The services that the versions' series name; at most 64.
    var services: Set<String>

    init() {
        process = ProcessIdentity()
        hasWitness = false
        series = []
        services = []
    }

    /// Why a page is not usable.
    package struct Fault: Sendable, Hashable {
        /// One of `PodFault.label`.
        package let label: String
        package let message: String
    }

    /// How many series of the two versions the page has.
    package var seriesCount: Int {
        series.count { reading in
            if case .unattributed = reading.meaning { false } else { true }
        }
    }

    /// Whether the page has a series of a version.
    package func hasSeries(of side: WindowQuality.Side) -> Bool {
        series.contains { reading in
            switch reading.meaning {
            case .answered(side, _, _), .excluded(side, _): true
            default: false
            }
        }
    }
}
