import CanaryStatistics
import CanaryTelemetry

/// What the metrics of the user's own say after a window.
package struct MetricReport: Sendable, Hashable {
    /// Log evidence averaged over the metrics, in nats, and what it has to reach.
    package let logE: Double
    package let threshold: Double
    /// Why to roll back: proved, with the numbers of both sides.
    package let harm: Reason?
    /// Why no step up may be taken.
    package let obstacle: Reason?
    /// In the order of the objectives; a histogram has one an edge.
    package let findings: [Finding]

    init(_ result: CustomResult, window: Window, isWarming: Bool) {
        logE = result.logE
        threshold = result.threshold
        let findings = result.metrics.map { Self.findings($0, in: window, isWarming: isWarming) }
        self.findings = findings.flatMap(\.self)
        harm = result.isProved ? Self.words(result, "", findings).map { Reason("metric", $0) } : nil
        obstacle = Self.obstacle(result, findings)
    }

    /// The metrics' names, each once.
    var names: [String] {
        var names: [String] = []
        for finding in findings where names.last != finding.name { names.append(finding.name) }
        return names
    }

    /// The metric with most evidence in words, with its odds.
    private static func words(_ result: CustomResult, _ start: String, _ findings: [[Finding]]) -> String? {
        guard let place = result.metrics.indices.max(by: { result.metrics[$0].logE < result.metrics[$1].logE }),
            let worst = findings[place].max(by: { $0.logE < $1.logE }), let words = worst.customWords
        else { return nil }
        let log = start.isEmpty ? result.logE : result.metrics[place].logE
        let weaker = worst.custom?.kind == .gauge ? gaugeCaveat : ""
        return "\(start)\(words); evidence \(EvidenceWords.odds(log)) : 1\(weaker)"
    }

    private static let gaugeCaveat = " (a gauge: comparisons are taken as independent, which is weaker)"

    private static func obstacle(_ result: CustomResult, _ findings: [[Finding]]) -> Reason? {
        if result.metrics.contains(where: \.isSuspect), let words = words(result, "held on suspicion: ", findings) {
            return Reason("suspicion", words)
        }
        for (metric, found) in zip(result.metrics, findings) where !metric.hasData {
            let why = found.lazy.compactMap(\.custom?.absence).first ?? "not of both versions in this step yet"
            return Reason("metric-no-data", "no data for metric \(metric.name): \(why)")
        }
        return nil
    }

    private static func findings(_ metric: CustomEvidence, in window: Window, isWarming: Bool) -> [Finding] {
        let found = window.metrics.first { $0.name == metric.name }
        func finding(
            _ kind: MetricWindow.Kind?,
            _ counts: CustomEvidence.Counts?,
            _ level: Finding.Level? = nil
        ) -> Finding {
            Finding(
                name: metric.name,
                edge: counts?.edge,
                logE: counts?.logE ?? metric.logE,
                penalty: 0,
                safety: nil,
                stable: Finding.Tally(events: counts?.stable.x ?? 0, requests: counts?.stable.n ?? 0),
                canary: Finding.Tally(events: counts?.canary.x ?? 0, requests: counts?.canary.n ?? 0),
                custom: Finding.Custom(
                    kind: kind,
                    direction: metric.isHigherBetter ? .higher : .lower,
                    tolerance: metric.tolerance,
                    level: level,
                    absence: absence(metric, found, isWarming: isWarming)
                )
            )
        }
        switch metric.detail {
        case .unseen:
            return [finding(nil, nil)]
        case .ratio(let counts):
            return [finding(.ratio, counts)]
        case .histogram(let edges):
            return edges.isEmpty ? [finding(.histogram, nil)] : edges.map { finding(.histogram, $0) }
        case .gauge(let level):
            let level = Finding.Level(
                stable: level.stableMean,
                canary: level.canaryMean,
                comparisons: level.comparisons,
                losses: level.losses
            )
            return [finding(.gauge, nil, level)]
        }
    }

    /// Why a metric had no comparable data; nil if it had.
    private static func absence(_ metric: CustomEvidence, _ found: MetricWindow?, isWarming: Bool) -> String? {
        switch metric.gap {
        case nil:
            if metric.hasData { return nil }
            return isWarming ? "the canary's pods are warming up" : nil
        case .changed:
            return "its kind, direction or buckets are not those it had before"
        case .noEdges:
            return "its buckets do not tell stable's observations apart yet"
        case .noData:
            guard let found else { return "the windows do not hold it" }
            let sides = [("stable", found.stable.absence), ("canary", found.canary.absence)]
            let words = sides.compactMap { name, absence in absence.map { "\(name): \($0)" } }
            return words.isEmpty ? "its numbers cannot be compared" : words.joined(separator: "; ")
        }
    }
}
