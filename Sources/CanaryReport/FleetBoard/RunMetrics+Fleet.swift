import CanaryCore

extension RunMetrics {
    /// The samples of a run that is one of many: all families, without what is zero by nature, and latency in one piece.
    ///
    /// About 40 samples, so that 200 rollouts stay below a megabyte.
    var fleetSamples: [MetricSample] {
        let bounds = latencyBounds
        var worst: [String: MetricSample] = [:]
        var place: Int?
        var kept: [MetricSample] = []
        kept.reserveCapacity(64)
        for sample in samples {
            switch sample.family {
            case MetricCatalogue.outcome, MetricCatalogue.writes, MetricCatalogue.notices:
                if sample.value != 0 { kept.append(sample) }
            case MetricCatalogue.weight:
                // Stable has the rest.
                if sample["version"] == "canary" { kept.append(sample) }
            case MetricCatalogue.phase:
                // Alert rules ask whether a run is not finished.
                if sample.value != 0 || sample["phase"] == "finished" { kept.append(sample) }
            case MetricCatalogue.evidence where sample["objective"].map(bounds.contains) == true:
                place = place ?? kept.count
                let kind = sample["kind"] ?? ""
                guard let before = worst[kind]?.value else {
                    worst[kind] = sample
                    continue
                }
                if kind == "harm" ? sample.value > before : sample.value < before { worst[kind] = sample }
            case MetricCatalogue.share where sample["objective"].map(bounds.contains) == true:
                break
            default:
                kept.append(sample)
            }
        }
        if let place {
            kept.insert(contentsOf: worst.sorted { $0.key < $1.key }.map { $0.value.renamed("latency") }, at: place)
        }
        return kept
    }

    /// What the objectives of latency are called, one a bound.
    private var latencyBounds: Set<String> {
        Set((ledger.lastComparison?.findings ?? []).filter { $0.edge != nil && $0.custom == nil }.map(\.label))
    }
}

extension MetricSample {
    fileprivate subscript(name: String) -> String? { labels.first { $0.name == name }?.value }

    fileprivate func renamed(_ objective: String) -> MetricSample {
        var sample = self
        for index in sample.labels.indices where sample.labels[index].name == "objective" {
            sample.labels[index].value = objective
        }
        return sample
    }
}
