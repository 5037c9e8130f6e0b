import CanaryCore
import CanaryTelemetry

/// Reports of every kind with the nastiest names and numbers that telemetry can have.
struct RandomReports {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(limit, 1)))
    }

    mutating func report() -> CheckReport {
        let count = [0, 1, 1, 1, 2, 5, 70][below(7)]
        var report = CheckReport(
            at: Timestamp(milliseconds: Int64(below(1_000_000)) * 2_000_000),
            verdicts: (0..<count).map { verdict("\(text(12))/\(text(20))\($0)") },
            fault: below(4) == 0 ? Reason("timeout", text(300)) : nil,
            restarted: below(4) == 0 ? Reason("state-restarted", text(300)) : nil,
            samples: below(1_000_000),
            notes: (0..<below(4)).map { _ in text(500) }
        )
        if count == 0 { report.fault = Reason("nothing", "no service was found") }
        return report
    }

    private mutating func verdict(_ key: String) -> CheckVerdict {
        let kinds: [Verdict.Kind] = [.healthy, .undecided, .degraded, .unknown]
        let isPast = below(3) == 0
        let sides = isPast ? ("past", "now") : below(4) == 0 ? ("v1", "v1") : (text(8), text(9) + "x")
        var verdict = CheckVerdict.unknown(
            CheckSubject(
                key: key,
                comparison: isPast ? .ownPast : .versions,
                stable: sides.0,
                canary: sides.1
            ),
            Reason("x", text(400)),
            since: Timestamp(milliseconds: Int64(below(1_000_000)) * 1_000_000),
            notes: (0..<below(3)).map { _ in text(200) }
        )
        verdict.kind = kinds[below(4)]
        guard below(5) > 0 else { return verdict }
        verdict.evidence = CheckVerdict.Evidence(
            logM: [-.infinity, -3, 0, 15, 40][below(5)],
            logThreshold: 15,
            isAlarm: below(2) == 0,
            logE: [-.infinity, 2][below(2)],
            isDiscovered: [true, false, nil][below(3)]
        )
        verdict.metrics = [
            CheckVerdict.Metric(name: "errors", edge: nil, stable: tally(), canary: tally()),
            CheckVerdict.Metric(name: "latency>25ms", edge: 25, stable: tally(), canary: tally()),
        ]
        verdict.stable = side()
        verdict.canary = side()
        verdict.readUntil = Timestamp(milliseconds: 5)
        verdict.countedSeconds = 300
        return verdict
    }

    private mutating func tally() -> Finding.Tally {
        let requests = [0, 1, 7, 123_456, 1e15][below(5)]
        return Finding.Tally(events: (requests * Double(below(100)) / 100).rounded(), requests: requests)
    }

    private mutating func side() -> CheckVerdict.Side {
        let buckets = [
            nil, QuantileBucket(low: 0, high: 0.5), QuantileBucket(low: 25, high: 50),
            QuantileBucket(low: 3_600_000, high: nil),
        ]
        return CheckVerdict.Side(p50: buckets[below(4)], p99: buckets[below(4)])
    }

    private mutating func text(_ most: Int) -> String {
        let pieces = [
            "reviews", "a b", "|", "\n", "'", "=", ";", "\"", "<&>", "é", "\u{1F600}", "\u{0}", "\\", "\u{1B}[31m",
            "]]>", "\t", "%",
            "v2 is worse than v1", "\u{FFFE}",
        ]
        var text = "n"
        for _ in 0..<below(max(most / 4, 2)) { text += pieces[below(pieces.count)] }
        return String(text.prefix(most))
    }
}
