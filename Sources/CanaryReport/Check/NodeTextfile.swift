package import CanaryCore
import CanaryStatistics

/// A check as the node exporter's textfile collector reads it: one family of gauges a fact.
package struct NodeTextfile: Sendable {
    private let report: CheckReport

    package init(report: CheckReport) {
        self.report = report
    }

    package var bytes: [UInt8] { Array(text.utf8) }

    /// In the Prometheus text format.
    package var text: String { MetricsPage(samples).text(.text) }

    private var samples: [MetricSample] {
        typealias Label = MetricSample.Label
        let kinds: [Verdict.Kind] = [.healthy, .undecided, .degraded, .unknown]
        var samples = [
            MetricSample(MetricCatalogue.checkState, [], Double(report.exitCode.code)),
            MetricSample(MetricCatalogue.checkTime, [], Self.seconds(report.at)),
        ]
        samples += kinds.map { kind in
            MetricSample(MetricCatalogue.checkServices, [Label("state", kind.rawValue)], Double(report.count(kind)))
        }
        samples.append(MetricSample(MetricCatalogue.checkSamples, [], Double(report.samples)))
        return samples + report.verdicts.flatMap(Self.samples)
    }

    private static func samples(_ verdict: CheckVerdict) -> [MetricSample] {
        let own = labels(verdict)
        var samples = [MetricSample(MetricCatalogue.serviceState, own, Double(verdict.kind.exitCode.code))]
        if let evidence = verdict.evidence {
            let ratio = Elementary.exp(evidence.logM - evidence.logThreshold)
            samples.append(MetricSample(MetricCatalogue.serviceEvidence, own, ratio))
        }
        if let errors = verdict.metrics.first {
            for (name, tally, side) in [
                ("stable", errors.stable, verdict.stable), ("canary", errors.canary, verdict.canary),
            ] {
                let labels = own + [MetricSample.Label("side", name)]
                samples.append(MetricSample(MetricCatalogue.serviceRequests, labels, tally.requests))
                if let share = tally.share {
                    samples.append(MetricSample(MetricCatalogue.serviceErrors, labels, share))
                }
                if let p99 = side.p99 {
                    let seconds = (p99.high ?? p99.low) / 1000
                    samples.append(MetricSample(MetricCatalogue.serviceLatency, labels, seconds))
                }
            }
        }
        if let until = verdict.readUntil {
            samples.append(MetricSample(MetricCatalogue.serviceReadUntil, own, seconds(until)))
        }
        return samples
    }

    private static func seconds(_ at: Timestamp) -> Double { Double(at.milliseconds) / 1000 }

    private static func labels(_ verdict: CheckVerdict) -> [MetricSample.Label] {
        let parts = verdict.subject.key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        return [
            MetricSample.Label("comparison", verdict.subject.comparison.rawValue),
            MetricSample.Label("namespace", parts.count == 2 ? String(parts[0]) : ""),
            MetricSample.Label("service", parts.count == 2 ? String(parts[1]) : verdict.subject.key),
        ]
    }
}
