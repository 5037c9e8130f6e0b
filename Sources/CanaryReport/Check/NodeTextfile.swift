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
    package var text: String {
        var text = ""
        func family(_ name: String, _ help: String, _ samples: [(labels: String, value: Double)]) {
            guard !samples.isEmpty else { return }
            text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
            for sample in samples { text += "\(name)\(sample.labels) \(Self.number(sample.value))\n" }
        }
        family(
            "haldane_check_state",
            "The verdict of the whole check: 0 healthy, 1 undecided, 2 degraded, 3 unknown.",
            [("", Double(report.exitCode.code))]
        )
        family(
            "haldane_check_timestamp_seconds",
            "When the check was done, in seconds since 1970.",
            [("", Double(report.at.milliseconds) / 1000)]
        )
        let kinds: [Verdict.Kind] = [.healthy, .undecided, .degraded, .unknown]
        family(
            "haldane_check_services",
            "Services by verdict.",
            kinds.map { ("{state=\"\($0.rawValue)\"}", Double(report.count($0))) }
        )
        family("haldane_check_samples", "Samples that were read for the check.", [("", Double(report.samples))])

        let verdicts = report.verdicts
        family(
            "haldane_check_service_state",
            "The verdict of a service: 0 healthy, 1 undecided, 2 degraded, 3 unknown.",
            verdicts.map { (Self.labels($0), Double($0.kind.exitCode.code)) }
        )
        family(
            "haldane_check_service_evidence_ratio",
            "Evidence of harm over what it takes to be called degraded.",
            verdicts.compactMap { verdict in
                verdict.evidence.map {
                    (Self.labels(verdict), Elementary.exp($0.logM - $0.logThreshold))
                }
            }
        )
        let sides = verdicts.flatMap { verdict in
            verdict.metrics.first.map { errors in
                [
                    (verdict, "stable", errors.stable, verdict.stable),
                    (verdict, "canary", errors.canary, verdict.canary),
                ]
            } ?? []
        }
        family(
            "haldane_check_service_requests",
            "Requests that the verdict rests on.",
            sides.map { (Self.labels($0.0, side: $0.1), $0.2.requests) }
        )
        family(
            "haldane_check_service_error_ratio",
            "Failed requests over all requests.",
            sides.compactMap { side in side.2.share.map { (Self.labels(side.0, side: side.1), $0) } }
        )
        family(
            "haldane_check_service_latency_p99_seconds",
            "The upper bound of the bucket in which the 99th percentile of latency lies.",
            sides.compactMap { side in
                side.3.p99.map { (Self.labels(side.0, side: side.1), ($0.high ?? $0.low) / 1000) }
            }
        )
        family(
            "haldane_check_service_read_until_seconds",
            "Until when the service's telemetry was read, in seconds since 1970.",
            verdicts.compactMap { verdict in
                verdict.readUntil.map { (Self.labels(verdict), Double($0.milliseconds) / 1000) }
            }
        )
        return text
    }

    private static func labels(_ verdict: CheckVerdict, side: String? = nil) -> String {
        let parts = verdict.subject.key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let namespace = parts.count == 2 ? String(parts[0]) : ""
        let name = parts.count == 2 ? String(parts[1]) : verdict.subject.key
        var labels =
            "comparison=\"\(verdict.subject.comparison.rawValue)\",namespace=\"\(escaped(namespace))\","
            + "service=\"\(escaped(name))\""
        if let side { labels += ",side=\"\(side)\"" }
        return "{\(labels)}"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in TextCells.harmless(text).unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "NaN" }
        guard let whole = Int64(exactly: value) else { return "\(value)" }
        return "\(whole)"
    }
}
