import CanaryStatistics
import CanaryTelemetry

/// Words one subject's verdict.
struct CheckWords {
    let pair: CheckJudge.Pair
    let rules: CheckRules
    let now: Timestamp

    var verdict: CheckVerdict {
        let (kind, reason) = finding
        var verdict = CheckVerdict.unknown(pair.look.subject, reason, since: now, notes: notes)
        verdict.kind = kind
        let earlier = pair.state.verdict
        verdict.since = earlier.flatMap { $0.kind == kind ? $0.at : nil } ?? now
        verdict.told = pair.state.told?.kind
        verdict.readUntil = pair.state.readUntil
        verdict.windows = pair.windows.count
        verdict.unusable = pair.look.unusable
        verdict.burn = pair.burn
        guard let reading = pair.reading else { return verdict }
        verdict.evidence = CheckVerdict.Evidence(
            logM: reading.logM,
            logThreshold: reading.logThreshold,
            isAlarm: reading.isAlarm,
            logE: reading.logE,
            isDiscovered: pair.isDiscovered
        )
        verdict.metrics = metrics
        verdict.leading = leading
        verdict.countedSeconds = totals.seconds
        let bounds = pair.state.bounds
        verdict.stable = side(totals.stable, bounds)
        verdict.canary = side(totals.canary, bounds)
        return verdict
    }

    // MARK: Which verdict

    private var finding: (Verdict.Kind, Reason) {
        let isFresh = now.since(pair.state.readUntil) < Self.freshness
        if let reading = pair.reading, reading.isAlarm, isFresh { return alarm(reading) }
        if let fault = pair.look.fault { return (.unknown, fault) }
        if let burn = pair.burn, burn.alert != nil { return (.degraded, Reason("burn-rate", burn.sentence)) }
        if pair.windows.isEmpty, pair.look.unusable > 0 {
            let count = Phrase.count(pair.look.unusable)
            return (.unknown, Reason("unusable", "none of \(count) new windows can be judged"))
        }
        guard let reading = pair.reading else {
            return (.unknown, Reason("no-requests", "no request was seen: is the service named as in the telemetry?"))
        }
        if let silent { return (.undecided, silent) }
        if !pair.look.subject.isOwnPast, pair.state.canarySeenAt == nil {
            let text = "\(canary) has had no request yet, so there is nothing to compare"
            return (.undecided, Reason("no-canary-requests", text))
        }
        if reading.logE >= Self.logSuspicion {
            return (.undecided, Reason("suspicion", "suspicious, not proved: \(comparison); \(odds(reading))"))
        }
        if let proved = pair.state.provedAt, now.since(proved) <= Self.provedFor {
            return (
                .healthy,
                Reason("proved", "\(canary) is not worse than \(stable) by more than the margin: \(comparison)")
            )
        }
        return (.undecided, Reason("not-enough-requests", "not enough requests yet: \(comparison)\(missing(reading))"))
    }

    /// Why the canary's past proof says nothing about the present: it serves no more.
    private var silent: Reason? {
        guard !pair.look.subject.isOwnPast, let missed = pair.state.flow?.missed, missed >= CanaryFlow.notable else {
            return nil
        }
        let count = Phrase.count(missed.rounded())
        return Reason(
            "canary-silent",
            "\(canary) serves no more: telemetry is fresh, about \(count) canary requests were expected and none was seen"
        )
    }

    /// An alarm of one subject is degraded; over a fleet a new one must be among those that may be named together.
    private func alarm(_ reading: FleetEvidence.Reading) -> (Verdict.Kind, Reason) {
        let stands = pair.state.verdict?.kind == .degraded
        guard stands || pair.isDiscovered != false else {
            let rate = Phrase.percent(rules.falseDiscovery)
            let text =
                "crossed its own threshold, but not yet what a fleet asks for (false discoveries at most \(rate)): "
            return (.undecided, Reason("false-discovery", text + "\(comparison); \(odds(reading))"))
        }
        let label = metrics.indices.contains(leading) && metrics[leading].edge != nil ? "latency" : "errors"
        return (.degraded, Reason(label, "\(canary) is worse than \(stable): \(comparison); \(odds(reading))"))
    }

    private var notes: [String] {
        var notes = pair.notes
        if pair.look.subject.isOwnPast, pair.reading != nil { notes.append(Self.confounded) }
        if let fault = pair.look.fault, finding.0 == .degraded {
            notes.append("this time the telemetry could not be read: \(fault.text)")
        }
        return notes
    }

    // MARK: Numbers

    /// What is shown: the time since the evidence began to rise, or the day while it is calm.
    private var totals: PairTotals {
        guard let reading = pair.reading, reading.logM >= Self.logCalm, pair.state.rise.canary.requests > 0 else {
            return pair.state.day
        }
        return pair.state.rise
    }

    private var metrics: [CheckVerdict.Metric] {
        let bounds = pair.state.bounds.milliseconds
        let first = pair.state.evidence?.model.lowestEdge ?? 0
        let edges = (0..<(pair.state.evidence?.model.edgeCount ?? 0)).map { first + $0 }.filter(bounds.indices.contains)
        let errors = CheckVerdict.Metric(
            name: "errors",
            edge: nil,
            stable: totals.stable.errors,
            canary: totals.canary.errors
        )
        return [errors]
            + edges.map { edge in
                CheckVerdict.Metric(
                    name: "latency>\(Phrase.decimal(bounds[edge]))ms",
                    edge: bounds[edge],
                    stable: totals.stable.slow(above: edge),
                    canary: totals.canary.slow(above: edge)
                )
            }
    }

    /// The metric with most of the evidence; errors while there is none.
    private var leading: Int {
        guard let reading = pair.reading, reading.logM >= Self.logCalm else { return 0 }
        return reading.metricLogs.indices.max { reading.metricLogs[$0] < reading.metricLogs[$1] } ?? 0
    }

    private func side(_ counts: SideCounts, _ bounds: LatencyBounds) -> CheckVerdict.Side {
        CheckVerdict.Side(p50: counts.quantile(0.5, bounds: bounds), p99: counts.quantile(0.99, bounds: bounds))
    }

    private var stable: String { pair.look.subject.isOwnPast ? "its own past" : pair.look.subject.stable }
    private var canary: String { pair.look.subject.isOwnPast ? "the service" : pair.look.subject.canary }

    /// `failed v2 3.1 % of 4,021, v1 0.3 % of 80,112 requests (+2.8 pp)`.
    private var comparison: String {
        guard metrics.indices.contains(leading) else { return "no counts" }
        let metric = metrics[leading]
        let what = metric.edge.map { "slower than \(Phrase.decimal($0)) ms" } ?? "failed"
        let (one, other) = (pair.look.subject.canary, pair.look.subject.stable)
        guard let now = metric.canary.share, let then = metric.stable.share else {
            return "\(what): too few requests to compare"
        }
        return "\(what) \(one) \(Phrase.percent(now)) of \(Phrase.count(metric.canary.requests)), \(other) "
            + "\(Phrase.percent(then)) of \(Phrase.count(metric.stable.requests)) (\(Phrase.points(now - then)))"
    }

    private func odds(_ reading: FleetEvidence.Reading) -> String {
        "evidence \(count(reading.logM)) : 1 of \(count(reading.logThreshold)) : 1"
    }

    private func count(_ log: Double) -> String {
        log > 30 ? "over 10^13" : Phrase.count(Elementary.exp(max(log, 0)).rounded())
    }

    private func missing(_ reading: FleetEvidence.Reading) -> String {
        let threshold = -Elementary.log(pair.configuration.falsePromotion)
        let seen = pair.state.day.canary.requests
        let worst = reading.safetyLogs.map { $0 > 0.5 ? threshold / $0 - 1 : 4 }.max() ?? 0
        guard seen > 0, worst > 0, worst * seen < 1e12 else { return "" }
        return "; about \(Phrase.count((worst * seen).rounded(.up))) more of \(pair.look.subject.canary) are needed"
    }

    private static let logCalm = Elementary.log(10)
    private static let logSuspicion = Elementary.log(10)
    private static let provedFor = Duration.seconds(86_400)
    private static let freshness = Duration.seconds(86_400)
    static let confounded =
        "compared with its own past (the same hour yesterday and last week), confounded by time: not within the false-alarm budget"
}

extension CheckSubject {
    var isOwnPast: Bool { comparison == .ownPast }
}
