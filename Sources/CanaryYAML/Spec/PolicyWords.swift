import CanaryCore

/// A policy's rules as they would be written, for `validate --effective`.
enum PolicyWords {
    /// What is set, by path relative to the rules, in the order of the format.
    static func entries(_ policy: CanaryPolicy) -> [(path: String, value: String)] {
        var entries: [(String, String)] = []
        for (index, window) in policy.windows.enumerated() {
            let days = PolicyWindows.words(window.days).map { "\($0) " } ?? ""
            let times = "\(PolicyWindows.clock(window.from))-\(PolicyWindows.clock(window.to))"
            entries.append(("windows[\(index)]", "\(days)\(times) \(window.timeZone)"))
        }
        if let limit = policy.maxConcurrent { entries.append(("maxConcurrent", String(limit))) }
        if let freeze = policy.freeze {
            entries.append(("freeze.reason", freeze.reason))
            entries.append(("freeze.until", freeze.until?.rfc3339 ?? "-"))
            entries.append(("freeze.by", freeze.by ?? "-"))
        }
        if let brakes = policy.brakes {
            entries.append(("brakes.rollbacks", String(brakes.rollbacks)))
            entries.append(("brakes.within", SpecSyntax.rendered(brakes.within)))
        }
        if let objective = policy.objective {
            entries.append(("objective.success", SpecSyntax.renderedPercent(objective.success)))
            entries.append(("objective.burnRate", SpecSyntax.rendered(objective.burnRate)))
            entries.append(("objective.over", SpecSyntax.rendered(objective.over)))
        }
        return entries
    }
}
