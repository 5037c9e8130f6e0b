package import CanaryCore
import CanaryStatistics

/// A check as Nagios and its successors read it: `NAME OK - text | perfdata`, then a line for each service that is not OK.
///
/// The first line has at most 200 characters in front of its performance data and no `|` or line break of its own.
package struct PluginOutput: Sendable {
    private let report: CheckReport

    package init(report: CheckReport) {
        self.report = report
    }

    /// Everything, with a final newline.
    package var text: String {
        let first = firstData.isEmpty ? firstLine : "\(firstLine) | \(Self.joined(firstData))"
        var lines = [first] + longLines
        let more = moreData
        if !more.isEmpty {
            // Further data follow a second bar, after the long text.
            if lines.count == 1 { lines.append(summary) }
            lines[lines.count - 1] += " | \(more[0].text)"
            lines += more.dropFirst().map(\.text)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The first line without its performance data.
    package var firstLine: String { Self.cut("\(name) \(Self.word(report.kind)) - \(headline)", to: Self.longestLine) }

    /// `OK`, `WARNING`, `CRITICAL`, `UNKNOWN`.
    package static func word(_ kind: Verdict.Kind) -> String {
        switch kind {
        case .healthy: "OK"
        case .undecided: "WARNING"
        case .degraded: "CRITICAL"
        case .unknown: "UNKNOWN"
        }
    }

    // MARK: Text

    /// The service of a single one, else the program.
    private var name: String {
        guard let verdict = only, let last = verdict.subject.key.split(separator: "/").last else { return "HALDANE" }
        return Self.cut(last.uppercased(), to: 60)
    }

    private var only: CheckVerdict? { report.verdicts.count == 1 ? report.verdicts[0] : nil }

    private var headline: String {
        if let fault = report.fault, report.kind == .unknown { return fault.text }
        guard let only else { return summary }
        let time = only.isConfounded ? ", confounded by time" : ""
        return only.kind == .degraded
            ? "since \(Self.clock(only.since)): \(only.reason.text)\(time)" : only.reason.text + time
    }

    /// `2 of 1,000 services degraded: a/b, c/d; 3 unknown, 12 undecided`.
    private var summary: String {
        let total = report.verdicts.count
        guard total > 0 else { return report.fault?.text ?? "no service was judged" }
        func named(_ kind: Verdict.Kind) -> String {
            let keys = report.verdicts.filter { $0.kind == kind }.map(\.subject.key)
            return keys.prefix(3).joined(separator: ", ") + (keys.count > 3 ? ", ..." : "")
        }
        let kinds: [Verdict.Kind] = [.degraded, .unknown, .undecided]
        let parts = kinds.filter { report.count($0) > 0 }.map { kind in
            let names = kind == report.kind ? " (\(named(kind)))" : ""
            return "\(Phrase.count(report.count(kind))) \(kind.rawValue)\(names)"
        }
        let healthy = "\(Phrase.count(report.count(.healthy))) healthy"
        return "\(Figures.plural(total, "service")): " + (parts + [healthy]).joined(separator: ", ")
    }

    /// One line a service that is not OK, the worst first, then what a reader must know.
    private var longLines: [String] {
        let bad = report.verdicts.filter { $0.kind != .healthy }.sorted { a, b in
            a.kind.weight == b.kind.weight ? a.subject.key < b.subject.key : a.kind.weight > b.kind.weight
        }
        var lines = bad.prefix(Self.mostServices).map { verdict in
            "\(verdict.kind.rawValue) \(verdict.subject.key) since \(Self.clock(verdict.since)): \(verdict.reason.text)"
        }
        if bad.count > Self.mostServices { lines.append("and \(Phrase.count(bad.count - Self.mostServices)) more") }
        if let fault = report.fault { lines.append("check: \(fault.text)") }
        if let restarted = report.restarted { lines.append("note: \(restarted.text)") }
        var notes = report.notes
        for note in report.verdicts.flatMap(\.notes) where !notes.contains(note) && notes.count < Self.mostNotes {
            notes.append(note)
        }
        lines += notes.prefix(Self.mostNotes).map { "note: \($0)" }
        return lines.map { Self.cut($0, to: Self.longestLongLine) }
    }

    // MARK: Data

    private var firstData: [PerformanceData] {
        guard let only else { return fleetData }
        guard let errors = only.metrics.first else { return [] }
        var data: [PerformanceData] = []
        for (side, tally) in [(names(only).0, errors.stable), (names(only).1, errors.canary)] {
            guard let share = tally.share else { continue }
            data.append(PerformanceData("errors_\(side)", share * 100, .percent, most: 100))
        }
        return data + evidence(only)
    }

    private func evidence(_ verdict: CheckVerdict) -> [PerformanceData] {
        guard let evidence = verdict.evidence else { return [] }
        let ratio = Elementary.exp(evidence.logM - evidence.logThreshold)
        return [PerformanceData("evidence", ratio, critical: 1)]
    }

    private var fleetData: [PerformanceData] {
        guard !report.verdicts.isEmpty else { return [] }
        let total = Double(report.verdicts.count)
        func data(_ kind: Verdict.Kind, warning: Double?, critical: Double?) -> PerformanceData {
            PerformanceData(
                kind.rawValue,
                Double(report.count(kind)),
                warning: warning,
                critical: critical,
                most: total
            )
        }
        return [
            data(.degraded, warning: nil, critical: 0), data(.unknown, warning: nil, critical: nil),
            data(.undecided, warning: 0, critical: nil), data(.healthy, warning: nil, critical: nil),
            PerformanceData("samples", Double(report.samples)),
        ]
    }

    private var moreData: [PerformanceData] {
        guard let only, let errors = only.metrics.first else { return [] }
        let (stable, canary) = names(only)
        var data: [PerformanceData] = []
        for (side, tally, quantiles) in [(stable, errors.stable, only.stable), (canary, errors.canary, only.canary)] {
            data.append(PerformanceData("requests_\(side)", tally.requests))
            for (name, bucket) in [("p50", quantiles.p50), ("p99", quantiles.p99)] {
                // The upper bound of the bucket that it lies in: buckets tell no more.
                guard let bucket else { continue }
                data.append(PerformanceData("\(name)_\(side)", bucket.high ?? bucket.low, .milliseconds))
            }
        }
        return data
    }

    /// What the sides are called, never the same.
    private func names(_ verdict: CheckVerdict) -> (String, String) {
        let (stable, canary) = (verdict.subject.stable, verdict.subject.canary)
        return stable == canary ? ("\(stable)_stable", "\(canary)_canary") : (stable, canary)
    }

    private static func joined(_ data: [PerformanceData]) -> String { data.map(\.text).joined(separator: " ") }

    // MARK: Harmless text

    /// In one line, without bars, of bounded length: what is too long loses its middle, as a cause stands at the end.
    private static func cut(_ text: String, to limit: Int) -> String {
        var flat = String(TextCells.harmless(text).map { $0 == "|" ? "/" : $0 })
        while flat.last == " " { flat.removeLast() }
        guard flat.count > limit else { return flat }
        let head = limit / 2
        return flat.prefix(head) + "..." + flat.suffix(limit - head - 3)
    }

    /// `2026-11-23 10:02Z`.
    static func clock(_ at: Timestamp) -> String {
        let moment = Figures.moment(at)
        guard moment.utf8.count == 24 else { return moment }
        return "\(moment.prefix(10)) \(moment.dropFirst(11).prefix(5))Z"
    }

    private static let longestLine = 200
    private static let longestLongLine = 400
    private static let mostServices = 50
    private static let mostNotes = 10
}
