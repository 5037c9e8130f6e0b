import CanaryStatistics

/// Words the engine's answer.
struct VerdictBuilder {
    let rules: JudgeRules
    let result: EngineResult
    let counts: SplitSummary
    /// The metric in which stable itself is in an incident, if it is.
    let incident: Int?
    /// Where the difference of the shares of failed requests lies.
    let difference95: Finding.Range?
    /// Why the canary's restarts forbid a step up, if they do.
    let crashing: Reason?
    /// Metrics of the user's own; nil if there are none, or they are not judged now.
    let metrics: MetricReport?

    func verdict(isBaking: Bool) -> Verdict {
        if result.decision != .rollback, let harm = metrics?.harm { return degraded(because: harm) }
        return switch result.decision {
        case .rollback:
            build(.degraded, .rollback, harmReason(isBaking: isBaking))
        case .advance, .promote:
            if let reason = crashing ?? incidentReason ?? metrics?.obstacle {
                build(.undecided, .hold, reason)
            } else {
                build(.healthy, result.decision == .promote ? .promote : .advance, safetyReason)
            }
        case .hold:
            isBaking
                ? build(
                    .healthy,
                    .hold,
                    Reason("baking", "nothing worse than before 100 % (before/after, confounded by time)")
                )
                : build(.undecided, .hold, openReason, missing: missingRequests)
        }
    }

    func degraded(because reason: Reason) -> Verdict {
        build(.degraded, .rollback, reason)
    }

    private func build(
        _ kind: Verdict.Kind,
        _ decision: Verdict.Decision,
        _ reason: Reason,
        missing: Int? = nil
    ) -> Verdict {
        Verdict(
            kind: kind,
            decision: decision,
            reason: reason,
            window: result.window,
            logE: metrics.map { max(result.logE, $0.logE) } ?? result.logE,
            logD: metrics.map { max(result.logD, $0.logE) } ?? result.logD,
            harmThreshold: result.rollbackThreshold,
            safetyThreshold: -Elementary.log(rules.configuration.falsePromotion),
            findings: findings + (metrics?.findings ?? []),
            missingRequests: missing,
            notes: rules.notes + notes
        )
    }

    private var findings: [Finding] {
        let safeties = result.promotion.indices.contains(result.margin) ? result.promotion[result.margin] : []
        return result.metrics.enumerated().map { index, metric in
            let safety = safeties.first { $0.metric == index }
            return Finding(
                name: metric.name,
                edge: metric.edge,
                logE: metric.logE,
                penalty: metric.penalty,
                safety: safety.map { Finding.Safety(logN: $0.logN, isLatched: $0.isLatched) },
                stable: Finding.Tally(events: metric.stableTotal.x, requests: metric.stableTotal.n),
                canary: Finding.Tally(events: metric.canaryTotal.x, requests: metric.canaryTotal.n),
                difference95: index == 0 ? difference95 : nil
            )
        }
    }

    private var notes: [String] {
        var notes: [String] = []
        if rules.configuration.isPerPod, result.unseenEpisodeShare > 0.02, result.metrics.count > 1 {
            notes.append(
                "stable was watched for too short a time to know how its single pods misbehave at worst (6 h are advised): trouble of one "
                    + "canary pod may look like a regression"
            )
        }
        if metrics == nil, !rules.metrics.isEmpty {
            let names = rules.metrics.map(\.query).joined(separator: ", ")
            notes.append("metrics of your own are not judged before/after: \(names)")
        }
        return notes
    }
}

extension VerdictBuilder {
    /// Why the last control must not be given up now: only asked before the step to 100 %.
    private var incidentReason: Reason? {
        let steps = rules.configuration.steps
        guard let incident, result.metrics.indices.contains(incident), steps.indices.contains(result.margin + 1),
            steps[result.margin + 1] >= 1
        else { return nil }
        let metric = result.metrics[incident]
        let what = metric.edge.map { "slower than \(Phrase.decimal($0)) ms" } ?? "failed"
        return Reason(
            "stable-incident",
            "proved, but stable itself is in an incident (\(what): \(Phrase.percent(metric.stable.share ?? 0)) in this window); "
                + "the step to 100 % waits, because it gives up the comparison"
        )
    }

    private func harmReason(isBaking: Bool) -> Reason {
        let metric = result.metrics[result.leadingMetric]
        let place = isBaking ? " (before/after 100 %, confounded by time)" : ""
        return Reason(
            metric.edge == nil ? "errors" : "latency",
            "\(comparison(metric))\(place); combined evidence \(EvidenceWords.odds(result.logD)) : 1"
        )
    }

    private var safetyReason: Reason {
        let own = metrics.map { "; nothing speaks against \($0.names.joined(separator: ", "))" } ?? ""
        return Reason(
            "proved",
            "not worse than the margin on every metric: " + comparison(result.metrics[0]) + own
        )
    }

    private var openReason: Reason {
        for blocker in result.blockers {
            switch blocker {
            case .notConfirmed(let pod):
                return Reason("one-canary-pod", "the evidence rests on one canary pod: \(pod); restart or replace it")
            case .leaveOut:
                return Reason("one-window", "the evidence comes from a single window")
            case .burstDeduction:
                return Reason("bursts", "the evidence is within what single stable pods have shown in bursts")
            default:
                continue
            }
        }
        switch result.blockers.first {
        case .suspicion:
            let metric = result.metrics[result.leadingMetric]
            let odds = EvidenceWords.odds(result.logE)
            return Reason("suspicion", "held on suspicion: \(comparison(metric)); combined evidence \(odds) : 1")
        case .warmUp:
            return Reason("warm-up", "the canary's pods are warming up")
        case .splitNotProved:
            return Reason("split", "waiting for the split to be proved")
        case .notLatched(let metric, _, _) where result.metrics.indices.contains(metric):
            return Reason("not-enough-requests", "not enough requests yet to decide on \(result.metrics[metric].name)")
        case .requests(let served, let needed):
            return Reason(
                "not-enough-requests",
                "\(Phrase.count(served)) of at least \(Phrase.count(needed)) canary requests in this step"
            )
        case .dwell(let windows, let needed):
            return Reason("dwell", "window \(windows) of at least \(needed) at this weight")
        default:
            return Reason("not-enough-requests", "not enough requests yet")
        }
    }

    /// Canary requests that the slowest metric probably still needs.
    private var missingRequests: Int? {
        let threshold = -Elementary.log(rules.configuration.falsePromotion)
        guard result.promotion.indices.contains(result.margin) else { return nil }
        let open = result.promotion[result.margin].filter { !$0.isLatched }
        guard !open.isEmpty else { return nil }
        let seen = counts.canary
        let factors = open.map { safety in
            // Evidence grows about linearly with requests once it grows at all.
            safety.logN > 0.5 ? threshold / safety.logN - 1 : 4
        }
        guard let worst = factors.max(), seen > 0 else { return nil }
        return Int(min(max((worst * seen).rounded(.up), 1), 1e12))
    }

    private func comparison(_ metric: MetricEvidence) -> String {
        let canary = metric.canaryTotal.share
        let stable = metric.stableTotal.share
        let what = metric.edge.map { "slower than \(Phrase.decimal($0)) ms" } ?? "failed"
        guard let canary, let stable else { return "\(what): too few requests to compare" }
        return "\(what): canary \(Phrase.percent(canary)) of \(Phrase.count(metric.canaryTotal.n)), stable "
            + "\(Phrase.percent(stable)) of \(Phrase.count(metric.stableTotal.n)) requests "
            + "(\(Phrase.points(canary - stable)))"
    }
}
