import CanaryStatistics

/// Which services of a fleet may be named as regressions together.
///
/// Of many services a few always look bad by chance. With e-BH (statistics reference, section 9) the expected part of
/// wrong ones among those named is at most `rate`, however the services depend on each other. Services whose own
/// evidence crossed its own bar, and which are not named, are suspects.
package struct FleetSelection: Sendable, Hashable {
    /// The tolerated part of wrong ones among those named, e.g. 0.05.
    package let rate: Double
    /// How many services were judged.
    package let judged: Int
    /// Keys, the strongest evidence first.
    package let named: [String]

    /// - Parameter evidence: the log e-value of every service that was judged, named or not; leaving some out would void
    ///   the bound. NaN is never named.
    package init(evidence: [(key: String, logE: Double)], rate: Double) {
        self.rate = rate
        judged = evidence.count
        guard rate > 0 else {
            named = []
            return
        }
        let places = FalseDiscovery.rejected(logEs: evidence.map(\.logE), rate: rate)
        named = places.filter(evidence.indices.contains).map { evidence[$0].key }
    }

    /// `named 3 of 1,000 services; of those named at most 5 % are expected to be wrong`.
    package var sentence: String {
        let services = judged == 1 ? "service" : "services"
        return "named \(Phrase.count(named.count)) of \(Phrase.count(judged)) \(services); "
            + "of those named at most \(Phrase.percent(rate)) are expected to be wrong"
    }
}
