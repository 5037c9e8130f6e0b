package import CanaryCore
import CanaryReport

/// Which runs a list is about.
package struct HistoryFilter: Sendable, Hashable {
    /// A canary: `NAME`, `NAMESPACE/NAME` or `NAMESPACE-NAME`; nil is all.
    package var canary: String?
    package var since: Timestamp?
    /// Outcomes or states, as `HistoryItem.word` and `Outcome.qualifiedWord` have them; empty is all.
    package var outcomes: Set<String>
    /// The most that are listed.
    package var limit: Int

    package init(canary: String? = nil, since: Timestamp? = nil, outcomes: Set<String> = [], limit: Int = 20) {
        self.canary = canary
        self.since = since
        self.outcomes = outcomes
        self.limit = max(limit, 0)
    }

    /// The words that `--outcome` takes.
    package static let words = [
        "promoted", "rolledBack", "held", "stopped", "refused", "healthy", "degraded", "undecided", "unknown",
        "running",
        "interrupted", "abandoned", "unreadable",
    ]

    func admitsOutcome(of item: HistoryItem) -> Bool {
        outcomes.isEmpty || outcomes.contains(item.word)
            || item.row?.outcome.map { outcomes.contains($0.qualifiedWord) } ?? false
            || outcomes.contains(item.state.word)
    }
}
