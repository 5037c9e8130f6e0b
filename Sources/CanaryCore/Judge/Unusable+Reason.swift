package import CanaryTelemetry

extension WindowQuality.Unusable {
    /// The reason in words.
    package var reason: Reason {
        switch self {
        case .tooFewPods(let side, let answered, let known):
            Reason(
                "too-few-pods",
                "only \(answered) of \(known) known \(side.rawValue) targets gave usable counts in this round"
            )
        case .tooManyFailures(let side, let failed, let rounds):
            Reason(
                "too-many-failures",
                "\(failed) of the last \(rounds) scrapes of \(side.rawValue) failed, more than 5 %"
            )
        case .noIstioSeries:
            Reason("no-istio-series", "targets answer, but show no Istio series of either version")
        case .nothingScraped:
            Reason("nothing-scraped", "no target answered")
        case .baseline:
            Reason("baseline", "first round: counters are read, there is nothing to compare yet")
        case .source(let label, let message):
            Reason(label, message)
        }
    }
}
