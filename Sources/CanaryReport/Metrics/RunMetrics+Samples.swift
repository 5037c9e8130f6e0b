import CanaryCore
import CanaryTelemetry

extension RunMetrics {
    /// Everything as samples, in the order of the catalogue; none before the run has begun.
    package var samples: [MetricSample] {
        guard let header, let rollout else { return [] }
        var samples = RunSamples(header)
        addState(header, rollout, to: &samples)
        addTraffic(rollout, to: &samples)
        if let verdict = ledger.lastComparison { addEvidence(verdict, to: &samples) }
        samples.add(MetricCatalogue.missing, value: ledger.lastVerdict?.missingRequests.map(Double.init))
        for kind in Self.verdictKinds {
            samples.add(MetricCatalogue.verdicts, ("verdict", kind.rawValue), count: verdicts[kind] ?? 0)
        }
        addQuality(to: &samples)
        addActs(to: &samples)
        return samples.list
    }

    private func addState(_ header: RunHeader, _ rollout: Rollout, to samples: inout RunSamples) {
        samples.add(
            MetricCatalogue.run,
            ("run", header.run),
            ("route", header.place),
            ("stable_version", header.stable.label),
            ("canary_version", header.canary.label),
            value: 1
        )
        samples.add(MetricCatalogue.start, at: header.startedAt)
        samples.add(MetricCatalogue.interval, value: header.spec.pace.interval.inSeconds)
        for phase in Self.phases {
            samples.add(MetricCatalogue.phase, ("phase", phase), isSo: phase == rollout.phase.word)
        }
        samples.add(MetricCatalogue.step, count: rollout.stepInForce.map { $0.step + 1 } ?? 0)
        samples.add(MetricCatalogue.steps, count: rollout.rules.steps.count)
        for ending in RunEndingSample.all(and: ledger.outcome ?? rollout.outcome) {
            if let detail = ending.detail {
                samples.add(
                    MetricCatalogue.outcome,
                    ("outcome", ending.outcome),
                    ("detail", detail),
                    isSo: ending.isReached
                )
            } else {
                samples.add(MetricCatalogue.outcome, ("outcome", ending.outcome), isSo: ending.isReached)
            }
        }
        samples.add(MetricCatalogue.paused, isSo: rollout.isPaused)
        samples.add(MetricCatalogue.contested, isSo: rollout.contest != nil)
        samples.add(MetricCatalogue.journal, isSo: isJournalWritable)
    }

    private func addTraffic(_ rollout: Rollout, to samples: inout RunSamples) {
        let shares = [
            ("intended", rollout.route.map { $0.weights.canaryPercent / 100 }),
            ("observed", rollout.stepInForce?.split.observedShare),
        ]
        for (kind, share) in shares {
            samples.add(MetricCatalogue.weight, ("version", "stable"), ("kind", kind), value: share.map { 1 - $0 })
            samples.add(MetricCatalogue.weight, ("version", "canary"), ("kind", kind), value: share)
        }
        samples.add(MetricCatalogue.requests, ("version", "stable"), count: ledger.stableRequests)
        samples.add(MetricCatalogue.requests, ("version", "canary"), count: ledger.canaryRequests)
        samples.add(MetricCatalogue.failures, ("version", "stable"), count: ledger.stableFailures)
        samples.add(MetricCatalogue.failures, ("version", "canary"), count: ledger.canaryFailures)
        guard let population = rollout.population else { return }
        for (version, ready, total) in [
            ("stable", population.stable.ready, population.stable.total),
            ("canary", population.canary.ready, population.canary.total),
        ] {
            samples.add(MetricCatalogue.pods, ("version", version), ("state", "ready"), count: ready)
            samples.add(MetricCatalogue.pods, ("version", version), ("state", "total"), count: total)
        }
    }

    private func addEvidence(_ verdict: Verdict, to samples: inout RunSamples) {
        var names: Set<String> = []
        // The objectives that decide, as the status shows them.
        let findings = verdict.findings.filter { $0.edge == nil || $0.safety != nil || $0.custom != nil }
            .filter { names.insert($0.label).inserted }.prefix(Self.mostObjectives)
        for finding in findings {
            let objective = ("objective", finding.label)
            let harm = Self.part(finding.logE - finding.penalty, of: verdict.harmThreshold)
            let safety = finding.safety.flatMap { safety in
                // What was proved once stays proved, whatever the evidence does later.
                Self.part(safety.logN, of: verdict.safetyThreshold).map { safety.isLatched ? max($0, 1) : $0 }
            }
            samples.add(MetricCatalogue.evidence, objective, ("kind", "harm"), value: harm)
            samples.add(MetricCatalogue.evidence, objective, ("kind", "safety"), value: safety)
            samples.add(MetricCatalogue.share, objective, ("version", "stable"), value: finding.stable.share)
            samples.add(MetricCatalogue.share, objective, ("version", "canary"), value: finding.canary.share)
        }
        let difference = findings.lazy.compactMap(\.difference95).first
        samples.add(MetricCatalogue.difference, ("bound", "low"), value: difference?.low)
        samples.add(MetricCatalogue.difference, ("bound", "high"), value: difference?.high)
    }

    private func addQuality(to samples: inout RunSamples) {
        samples.add(MetricCatalogue.windows, count: windows)
        for (word, count) in unusable.sorted {
            samples.add(MetricCatalogue.unusable, ("reason", word), count: count)
        }
        samples.add(MetricCatalogue.lastWindow, at: lastWindowAt)
        samples.add(MetricCatalogue.lastUsable, at: lastUsableAt)
        for side in [WindowQuality.Side.stable, .canary, .unknown] {
            for (word, count) in faults[side]?.sorted ?? [] {
                samples.add(MetricCatalogue.faults, ("version", side.rawValue), ("reason", word), count: count)
            }
        }
        samples.add(MetricCatalogue.restarts, count: restarts)
    }

    private func addActs(to samples: inout RunSamples) {
        for purpose in [WeightPlan.Purpose.step, .promotion, .rollback] {
            for result in WriteResult.allCases {
                samples.add(
                    MetricCatalogue.writes,
                    ("purpose", purpose.rawValue),
                    ("result", result.rawValue),
                    count: writes[Write(purpose: purpose, result: result)] ?? 0
                )
            }
        }
        for urgency in [Notice.Urgency.info, .warning, .page] {
            samples.add(MetricCatalogue.notices, ("urgency", urgency.rawValue), count: notices[urgency] ?? 0)
        }
        samples.add(MetricCatalogue.rollback, value: rollbackSeconds)
    }

    private static func part(_ value: Double, of threshold: Double) -> Double? {
        threshold > 0 && value.isFinite ? value / threshold : nil
    }

    static let mostObjectives = 40
}

/// Samples of one run, each with its two own labels.
private struct RunSamples {
    private(set) var list: [MetricSample] = []
    private let own: [MetricSample.Label]

    init(_ header: RunHeader) {
        own = [MetricSample.Label("namespace", header.spec.namespace), .init("canary", header.spec.name)]
    }

    /// Adds a value if there is one.
    mutating func add(_ family: MetricFamily, _ labels: (String, String)..., value: Double?) {
        guard let value else { return }
        add(family, labels, value)
    }

    mutating func add(_ family: MetricFamily, _ labels: (String, String)..., count: Int) {
        add(family, labels, Double(count))
    }

    mutating func add(_ family: MetricFamily, _ labels: (String, String)..., isSo: Bool) {
        add(family, labels, isSo ? 1 : 0)
    }

    mutating func add(_ family: MetricFamily, at moment: Timestamp) {
        add(family, [], Double(moment.milliseconds) / 1000)
    }

    private mutating func add(_ family: MetricFamily, _ labels: [(String, String)], _ value: Double) {
        list.append(MetricSample(family, own + labels.map { MetricSample.Label($0.0, $0.1) }, value))
    }
}

extension Rollout {
    /// The weight that is compared now, if one is.
    fileprivate var stepInForce: StepState? {
        switch phase {
        case .analyzing(let state), .baking(let state): state
        default: nil
        }
    }
}
