/// Sentences about two versions in the past: firm where both lived at the same time, weak where time confounds them.
package struct PastWords: Sendable, Hashable {
    package var purpose: RunHeader.Purpose
    /// What the two sides are called, as in `v1` and `v2`, or `v1 before` and `v2 after`.
    package var stable: String
    package var canary: String

    package init(_ header: RunHeader) {
        purpose = header.purpose ?? .past
        let suffixes = purpose == .beforeAfter ? (" before", " after") : ("", "")
        stable = header.stable.label + suffixes.0
        canary = header.canary.label + suffixes.1
    }

    package var isConfounded: Bool { purpose == .beforeAfter }

    /// What every sentence about a confounded comparison ends with.
    package var caveat: String { isConfounded ? " (before/after, confounded by time)" : "" }

    /// `failed: v2 5.2 % of 1,204 requests, v1 0.5 % of 22,876 (+4.7 pp)`.
    package func comparison(_ finding: Finding) -> String {
        if let words = finding.customWords { return words }
        let what = Self.what(finding)
        guard let canaryShare = finding.canary.share, let stableShare = finding.stable.share else {
            return "\(what): too few requests to compare"
        }
        return
            "\(what): \(canary) \(Phrase.percent(canaryShare)) of \(Phrase.count(finding.canary.requests)) requests, "
            + "\(stable) \(Phrase.percent(stableShare)) of \(Phrase.count(finding.stable.requests)) "
            + "(\(Phrase.points(canaryShare - stableShare)))"
    }

    /// The finding that a verdict of harm is about.
    package static func leading(_ verdict: Verdict) -> Finding? {
        let errors = verdict.findings.first { $0.name == "errors" }
        switch verdict.reason.label {
        case "absolute", "errors": return errors
        case "latency":
            return verdict.findings.filter { $0.edge != nil && $0.custom == nil }.max {
                $0.logE - $0.penalty < $1.logE - $1.penalty
            }
        default: return verdict.findings.max { $0.logE - $0.penalty < $1.logE - $1.penalty }
        }
    }

    /// What a verdict says, in words that fit the purpose.
    package func sentence(_ verdict: Verdict) -> String {
        guard isConfounded else { return sideBySide(verdict) }
        switch verdict.kind {
        case .degraded:
            let finding = Self.leading(verdict).map { comparison($0) } ?? "its requests"
            return "looks worse than before the deploy: \(finding)\(caveat)"
        case .healthy:
            let finding = verdict.findings.first.map { comparison($0) } ?? "its requests"
            return "looks no worse than before the deploy: \(finding)\(caveat)"
        case .undecided:
            let why =
                Self.isDoubt(verdict)
                ? "it may be worse than before the deploy, and that is not clear yet" : "too few requests"
            return "cannot be told from before the deploy yet: \(why)\(caveat)"
        case .unknown:
            return "could not be compared with before the deploy: \(verdict.reason.text)\(caveat)"
        }
    }

    /// Nobody writes weights in the past, so nothing waits for a step.
    private func sideBySide(_ verdict: Verdict) -> String {
        switch verdict.reason.label {
        case "dwell": "too few windows at this share of the requests"
        case "split": "this share of the requests is too new to count"
        case "stable-incident": "not worse on every metric, but \(stable) itself is in an incident"
        case "restarts":
            verdict.reason.text.firstRange(of: ": no step").map { String(verdict.reason.text[..<$0.lowerBound]) }
                ?? verdict.reason.text
        case "not-enough-requests" where verdict.reason.text.contains("in this step"):
            "too few canary requests at this share"
        default: verdict.reason.text
        }
    }

    /// The verdict with its reason in words that fit the purpose.
    package func reworded(_ verdict: Verdict) -> Verdict {
        var result = verdict
        result.reason.text = sentence(verdict)
        if isConfounded, verdict.reason.label == "proved" { result.reason.label = "looks-no-worse" }
        return result
    }

    /// Whether a verdict is open because there is some evidence of harm.
    package static func isDoubt(_ verdict: Verdict) -> Bool {
        verdict.kind == .undecided
            && ["suspicion", "one-canary-pod", "one-window", "bursts"].contains(verdict.reason.label)
    }

    private static func what(_ finding: Finding) -> String {
        if let edge = finding.edge { return "slower than \(Phrase.decimal(edge)) ms" }
        return finding.name == "errors" ? "failed" : finding.name
    }
}
