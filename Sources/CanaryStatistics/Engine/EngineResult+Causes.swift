extension EngineResult {
    /// A metric's part of the evidence after deduction and weight: logE - penalty + log omega, in nats.
    package func share(ofMetric metric: Int) -> Double {
        guard metrics.indices.contains(metric) else { return -.infinity }
        let evidence = metrics[metric]
        return evidence.logE - evidence.penalty + Elementary.log(evidence.weight)
    }

    /// The metrics that are worse by themselves, proved (§9). If there is none, `leadingMetric` is only the main suspect.
    package var provedCauses: [Int] {
        metrics.indices.filter { share(ofMetric: $0) >= rollbackThreshold }
    }
}
