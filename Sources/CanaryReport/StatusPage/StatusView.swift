import CanaryCore

/// The words and numbers of the status page, as its template takes them.
struct StatusView: Sendable {
    struct Side: Sendable {
        var role: String
        var label: String
        var weight: String
        var observed: String
        var requests: String
        var failed: String
        var pods: String
    }

    struct Bar: Sendable {
        /// 0...100.
        var percent: Int
        var words: String
    }

    struct Objective: Sendable {
        var name: String
        var stable: String
        var canary: String
        var difference: String
        var safety: [Bar]
        var harm: [Bar]
    }

    struct Notice: Sendable {
        var urgency: String
        var tone: String
        var message: String
    }

    var name: String
    var headline: String
    var sign: String
    var tone: String
    var stable: String
    var canary: String
    var elapsed: String
    var why: [String]
    var paused: [String]
    var next: String
    var sides: [Side]
    var objectives: [Objective]
    var notes: [String]
    var notices: [Notice]
    var place: String
    var run: String
    var journal: String
    /// Both versions with their revisions and images; none where nothing is known of them.
    var versions: [String]

    init(_ status: RunStatus, _ ledger: RunLedger) {
        name = "\(status.namespace)/\(status.name)"
        let (sign, tone, headline) = Self.headline(status)
        self.headline = headline
        self.sign = Style.plain.symbol(sign)
        self.tone = tone
        versions = status.versions.map { [$0] } ?? []
        stable = status.stable.label
        canary = status.canary.label
        elapsed = Phrase.duration(max(status.seconds, 0).rounded())
        why = Self.why(status)
        paused =
            status.paused.map {
                ["Paused by \($0.by ?? "the operator")" + ($0.reason.isEmpty ? "." : ": \($0.reason)")]
            } ?? []
        next = status.next
        sides = [
            Side(
                status.stable,
                "stable",
                other: status.canary,
                observed: status.step?.observedPercent.map { 100 - $0 }
            ),
            Side(status.canary, "canary", other: status.stable, observed: status.step?.observedPercent),
        ]
        let verdict = ledger.lastComparison
        objectives =
            verdict.map { verdict in
                verdict.findings.filter { $0.edge == nil || $0.safety != nil || $0.custom != nil }.prefix(20)
                    .map { Objective($0, verdict) }
            } ?? []
        notes = verdict?.notes ?? []
        notices = ledger.notices.suffix(10).reversed().map(Notice.init)
        place = status.place
        run = status.run
        journal = status.journal
    }

    private static func why(_ status: RunStatus) -> [String] {
        if let reason = status.reason { return [reason] }
        guard let verdict = status.verdict else { return [] }
        let missing = verdict.missingRequests.map { "; about \(Phrase.count($0)) canary requests missing" } ?? ""
        return ["Last verdict: \(verdict.kind): \(verdict.reason)\(missing)"]
    }

    private static func headline(_ status: RunStatus) -> (Style.Sign, String, String) {
        if let detail = status.detail {
            let words = detail.replacing("rolledBack", with: "rolled back").replacing("(", with: " (")
            switch status.outcome {
            case "promoted": return (.done, "good", words)
            case "rolledBack": return (.failed, "bad", words)
            default: return (.open, "warning", words)
            }
        }
        let place = status.step.map { ", step \($0.number) of \($0.of) at \(Phrase.weight($0.percent))" } ?? ""
        switch status.phase {
        case "rollingBack": return (.failed, "bad", "rolling back")
        case "emptying": return (.failed, "bad", "rolled back, waiting for the proof that nothing reaches the canary")
        case _ where status.paused != nil: return (.open, "warning", "paused\(place)")
        case "watching": return (.started, "neutral", "learning what is normal for \(status.stable.label)")
        case "analyzing": return (.started, "neutral", "comparing\(place)")
        case "baking": return (.started, "neutral", "baking\(place)")
        case "stepping": return (.started, "neutral", "writing a step")
        default: return (.started, "neutral", status.phase)
        }
    }
}

extension StatusView.Side {
    fileprivate init(_ side: RunStatus.Side, _ role: String, other: RunStatus.Side, observed: Double?) {
        let weights = side.weight.flatMap { own in
            other.weight.map {
                role == "stable" ? RouteWeights(stable: own, canary: $0) : RouteWeights(stable: $0, canary: own)
            }
        }
        let share = weights.map { role == "stable" ? 100 - $0.canaryPercent : $0.canaryPercent }
        self.init(
            role: role,
            label: side.label,
            weight: share.map(Phrase.weight) ?? "not read",
            observed: observed.map(Phrase.weight) ?? "–",
            requests: Phrase.count(side.requests),
            failed: Phrase.count(side.failed),
            pods: side.readyPods.flatMap { ready in side.pods.map { "\(ready) of \($0)" } } ?? "–"
        )
    }
}

extension StatusView.Objective {
    fileprivate init(_ finding: Finding, _ verdict: Verdict) {
        let (stable, canary, difference) = Self.values(finding)
        let harm = Self.part(finding.logE - finding.penalty, of: verdict.harmThreshold)
        self.init(
            name: Self.name(finding),
            stable: stable,
            canary: canary,
            difference: difference,
            safety: finding.safety.map { safety in
                [Self.bar(harm >= 1 ? 0 : safety.isLatched ? 1 : Self.part(safety.logN, of: verdict.safetyThreshold))]
            } ?? [],
            harm: [Self.bar(harm)]
        )
    }

    private static func name(_ finding: Finding) -> String {
        guard finding.custom == nil, let edge = finding.edge else { return finding.label }
        return "slower than \(Phrase.decimal(edge)) ms"
    }

    /// Both versions, and canary less stable: shares in percentage points, means of a gauge relative to stable.
    private static func values(_ finding: Finding) -> (String, String, String) {
        if let absence = finding.custom?.absence { return ("–", "–", "no data: \(absence)") }
        if let level = finding.custom?.level {
            let change = level.change.map { "\($0 < 0 ? "" : "+")\(Phrase.percent($0))" }
            return (level.stable.map(Phrase.decimal) ?? "–", level.canary.map(Phrase.decimal) ?? "–", change ?? "–")
        }
        guard let stable = finding.stable.share, let canary = finding.canary.share else { return ("–", "–", "–") }
        var difference = Phrase.points(canary - stable)
        if let range = finding.difference95 {
            difference += " (95 %: \(Phrase.points(range.low)) … \(Phrase.points(range.high)))"
        }
        return (Phrase.percent(stable), Phrase.percent(canary), difference)
    }

    private static func part(_ value: Double, of threshold: Double) -> Double {
        threshold > 0 && value.isFinite ? min(max(value / threshold, 0), 1) : 0
    }

    private static func bar(_ part: Double) -> StatusView.Bar {
        let percent = Int((part * 100).rounded(.down))
        return StatusView.Bar(percent: percent, words: part >= 1 ? "proved" : "\(percent) %")
    }
}

extension StatusView.Notice {
    fileprivate init(_ notice: CanaryCore.Notice) {
        let tone =
            switch notice.urgency {
            case .info: "neutral"
            case .warning: "warning"
            case .page: "bad"
            }
        self.init(urgency: notice.urgency.rawValue, tone: tone, message: notice.reason.text)
    }
}
