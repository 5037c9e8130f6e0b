/// What became of many rehearsed rollouts.
package struct RehearsalTally: Sendable, Hashable {
    /// The middle and the ninth tenth of a number of values.
    package struct Spread: Sendable, Hashable {
        package var median: Double
        package var ninetieth: Double

        /// Nil without values. The smallest value that at least the share of them do not exceed.
        init?(_ values: [Double]) {
            guard !values.isEmpty else { return nil }
            let sorted = values.sorted()
            func quantile(_ share: Double) -> Double {
                let rank = Int((share * Double(sorted.count)).rounded(.up)) - 1
                return sorted[min(max(rank, 0), sorted.count - 1)]
            }
            median = quantile(0.5)
            ninetieth = quantile(0.9)
        }
    }

    /// Rollouts that ended undecided for the same reason.
    package struct Open: Sendable, Hashable {
        /// How they ended: `deadline`, `telemetryLost`, `weightNotEffective`, …
        package var ending: String
        /// What the last comparison missed, as a bounded word, and one of them in full.
        package var label: String
        package var example: String
        package var count: Int
        /// The weight at which most of them stood, in percent.
        package var percent: Double
        /// In the middle; nil if no comparison told.
        package var missingRequests: Double?
    }

    /// Played to an end, or to the end of the history.
    package let played: Int
    package let promoted: Int
    package let rolledBack: Int
    package let undecided: Int
    package let historyEnded: Int
    /// From the first change of weight to the promotion, in seconds; the bake is in it.
    package let promotionSeconds: Spread?
    /// From the first change of weight to the decision to roll back, in seconds, and the canary's requests until then.
    package let rollbackSeconds: Spread?
    package let rollbackRequests: Spread?
    /// Most frequent first.
    package let open: [Open]

    package init(_ runs: [RehearsalRun]) {
        played = runs.count
        let back = runs.filter { $0.ending == .rolledBack }
        let through = runs.filter { $0.ending == .promoted }
        promoted = through.count
        rolledBack = back.count
        historyEnded = runs.count { !$0.isFinished }
        undecided = runs.count - promoted - rolledBack - historyEnded
        promotionSeconds = Spread(through.compactMap(\.seconds))
        rollbackSeconds = Spread(back.compactMap(\.seconds))
        rollbackRequests = Spread(back.map { Double($0.canaryRequests) })
        open = Self.open(runs)
    }

    /// Rollouts that came to an end of their own.
    package var finished: Int { played - historyEnded }

    /// The share of finished rollouts, 0...1; nil without any.
    package func share(_ count: Int) -> Double? { finished > 0 ? Double(count) / Double(finished) : nil }

    private static func open(_ runs: [RehearsalRun]) -> [Open] {
        struct Key: Hashable {
            var ending: String
            var label: String
        }
        var groups: [Key: [RehearsalRun]] = [:]
        for run in runs {
            guard case .undecided(let ending) = run.ending else { continue }
            // A deadline says what was missing; every other end is its own reason.
            let label = ending == "deadline" ? run.open?.label ?? run.reason.label : run.reason.label
            groups[Key(ending: ending, label: label), default: []].append(run)
        }
        return groups.map { key, group in
            let example = key.ending == "deadline" ? group[0].open ?? group[0].reason : group[0].reason
            return Open(
                ending: key.ending,
                label: key.label,
                example: example.text,
                count: group.count,
                percent: mostFrequent(group.map(\.percent)),
                missingRequests: Spread(group.compactMap { $0.missingRequests.map(Double.init) })?.median
            )
        }
        .sorted { ($1.count, $0.ending, $0.label) < ($0.count, $1.ending, $1.label) }
    }

    private static func mostFrequent(_ values: [Double]) -> Double {
        let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    }
}
