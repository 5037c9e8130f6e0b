import CanaryCore
import CanaryStatistics

extension RecordedAnswer {
    /// One line for people, without its newline.
    ///
    /// ```
    /// a  window 12  at 5 %  undecided: hold at 5 %  harm 12 %  safe 43 %  failed 0.5 % of 1,204 against 0.48 % of 23,100
    /// ```
    func text(run: String, safetyThreshold: Double) -> String {
        var parts: [String] = []
        if !run.isEmpty { parts.append(TextCells.harmless(run)) }
        if let result { parts.append("window \(result.window)") }
        if let weightInForce { parts.append("at \(Phrase.weight(weightInForce))") }
        parts.append("\(verdict.rawValue): \(action)")
        if decision == .hold, let doubt = result?.blockers.lazy.compactMap(Self.doubt).first { parts.append(doubt) }
        if let because { parts.append(TextCells.harmless(because.text)) }
        guard let result else { return parts.joined(separator: "  ") }

        let logD = max(result.logD, metrics?.logE ?? -.infinity)
        let harm = result.rollbackThreshold > 0 ? min(max(logD / result.rollbackThreshold, 0), 1) : 0
        parts.append("harm \(Self.share(harm))")
        if result.promotion.indices.contains(result.margin) {
            let least = result.promotion[result.margin].map {
                $0.isLatched ? 1 : min(max($0.logN / safetyThreshold, 0), 1)
            }.min()
            parts.append("safe \(Self.share(least ?? 0))")
        }
        let shown =
            result.metrics.indices.contains(result.leadingMetric) && decision == .rollback ? result.leadingMetric : 0
        if result.metrics.indices.contains(shown) { parts.append(Self.comparison(result.metrics[shown])) }
        // The reason has told of it already.
        if because == nil, let worst = metrics?.findings.max(by: { $0.logE < $1.logE }), let words = worst.customWords {
            parts.append(TextCells.harmless(words))
        }
        return parts.joined(separator: "  ")
    }

    private var action: String {
        switch decision {
        case .hold: "hold at \(Phrase.weight(weight))"
        case .advance: "advance to \(Phrase.weight(weight))"
        case .promote: "promote to \(Phrase.weight(weight))"
        case .rollback: "roll back to 0 %"
        }
    }

    /// Why evidence of harm is not believed yet.
    private static func doubt(_ blocker: EngineBlocker) -> String? {
        switch blocker {
        case .notConfirmed(let pod): "evidence of one canary pod only: \(TextCells.harmless(pod))"
        case .leaveOut: "evidence of one window only"
        case .burstDeduction: "evidence within what stable pods show in bursts"
        case .suspicion: "on suspicion"
        default: nil
        }
    }

    private static func share(_ value: Double) -> String {
        value.isFinite ? "\(Int((value * 100).rounded(.down))) %" : "?"
    }

    private static func comparison(_ metric: MetricEvidence) -> String {
        let what = metric.edge.map { "slower than \(Phrase.decimal($0)) ms" } ?? "failed"
        guard let canary = metric.canaryTotal.share else { return "\(what): no canary requests yet" }
        guard let stable = metric.stableTotal.share else { return "\(what): no stable requests yet" }
        return "\(what) \(Phrase.percent(canary)) of \(Phrase.count(metric.canaryTotal.n)) against "
            + "\(Phrase.percent(stable)) of \(Phrase.count(metric.stableTotal.n))"
    }
}
