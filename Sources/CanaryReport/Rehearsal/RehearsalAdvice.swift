import CanaryCore

/// What to do after a rehearsal, from what went wrong in it.
struct RehearsalAdvice: Sendable {
    let report: RehearsalReport

    /// Sentences, the most important first; never empty.
    var sentences: [String] {
        var advice: [String] = []
        if report.exitCode == .unknown || report.exitCode == .undecided { advice += blindness }
        if report.placebo.rolledBack > 0 { advice += falseRollbacks }
        advice += undecided
        if report.exitCode == .healthy, let weakness { advice.append(weakness) }
        if advice.isEmpty { advice.append("nothing to change: start with `haldane run`, or with its --dry-run") }
        return advice
    }

    private var blindness: [String] {
        guard report.placebo.finished > 0 else {
            return ["give more history: no rollout came to its end in it (an earlier --from, or a longer recording)"]
        }
        return ["mend the telemetry or give another time: no rollout could compare anything"]
    }

    private var falseRollbacks: [String] {
        guard let worst = report.moments.first else { return [] }
        var advice: [String] = []
        if report.moments.count <= 2 {
            advice.append(
                "look at v1 at the moment above first: all false rollbacks come from \(report.moments.count == 1 ? "it" : "two moments"), "
                    + "so the true rate is uncertain; more history tells more"
            )
        }
        guard report.exitCode == .degraded else { return advice }
        if 2 * report.bakeRollbacks > report.placebo.rolledBack {
            advice.append(
                "most of them fell into the bake: a shorter pace.bake, or a last step below 100 %, keeps rollouts where v1 is compared "
                    + "with at the same time"
            )
        }
        let longer = "watch v1 longer before the first step (--set pace.history=2h), so that its bad moments are known"
        switch worst.label {
        case "errors":
            advice.append("raise objectives.errors.tolerance or ratio if such moments are normal for v1; or \(longer)")
        case "latency":
            advice.append("raise objectives.latency.tolerance if such moments are normal for v1; or \(longer)")
        default:
            advice.append("raise guards.absolute if such moments are normal for v1; or \(longer)")
        }
        if case .pods(let pods) = report.mode, report.facts.pods.usual - pods > 2 {
            advice.append("use more canary pods, so that one bad pod weighs less; try --pods \(pods + 1)")
        }
        return advice
    }

    private var undecided: [String] {
        guard let share = report.placebo.share(report.placebo.undecided), share > 0.1 else { return [] }
        return report.placebo.open.prefix(2).map { open in
            switch (open.ending, open.label) {
            case ("deadline", "not-enough-requests"):
                let missing =
                    open.missingRequests.map { " (about \(Phrase.count($0)) canary requests are missing)" } ?? ""
                return
                    "rollouts run into the deadline at \(Phrase.weight(open.percent))\(missing): raise pace.deadline "
                    + "(\(Phrase.duration(report.spec.pace.deadline.inSeconds)) now) or the budgets, or skip small steps"
            case ("deadline", "bursts"), ("deadline", "suspicion"), ("deadline", "one-canary-pod"),
                ("deadline", "one-window"):
                return "v1's own bursts keep rollouts open: more canary pods (--pods) or more history "
                    + "(--set pace.history=2h) tell a burst from a regression"
            case ("deadline", "split"):
                return "the split is not proved in time: a shorter pace.settle or more traffic helps"
            case ("telemetryLost", _), ("telemetry-lost", _):
                return "gaps in v1's telemetry hold rollouts: mend its collection before the first one"
            case ("canary-silent", _), ("weightNotEffective", _):
                return
                    "placebo pods without requests look like a canary that gets none: rehearse a time with even traffic"
            default:
                return "rollouts end undecided (\(open.ending)): \(open.example)"
            }
        }
    }

    /// What an otherwise good rehearsal could not see.
    private var weakness: String? {
        guard !report.regressions.isEmpty, report.smallestSeen(kind: "errors") == nil else { return nil }
        return
            "no rehearsed rise of errors was seen by four of five rollouts: more traffic, larger first steps or a later deadline "
            + "would show more"
    }
}
