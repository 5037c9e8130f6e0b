/// A moment of the history in which placebos were rolled back: rollouts of the same moment are one piece of bad luck, not many.
package struct FalseRollback: Sendable, Hashable {
    /// The end of the windows that decided, the first and the last of them.
    package var from: Timestamp
    package var to: Timestamp
    package var rollouts: Int
    /// `errors`, `latency`, `absolute`, …: the cause of most of them, and one of them in full.
    package var label: String
    package var example: String
    /// The weight of that one, in percent, and the pods that played its canary.
    package var percent: Double
    package var pods: [String]

    /// Groups rollbacks that were decided less than five minutes apart, most rollouts first.
    static func moments(_ runs: [RehearsalRun]) -> [FalseRollback] {
        let ordered = runs.filter { $0.ending == .rolledBack }
            .sorted { ($0.endedAt, $0.number) < ($1.endedAt, $1.number) }
        var groups: [[RehearsalRun]] = []
        for run in ordered {
            if let last = groups.last?.last, run.endedAt.since(last.endedAt) < apart {
                groups[groups.count - 1].append(run)
            } else {
                groups.append([run])
            }
        }
        return groups.compactMap(moment).sorted { ($1.rollouts, $0.from) < ($0.rollouts, $1.from) }
    }

    private static func moment(_ group: [RehearsalRun]) -> FalseRollback? {
        let labels = Dictionary(group.map { ($0.reason.label, 1) }, uniquingKeysWith: +)
        let label = labels.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        guard let first = group.first, let last = group.last,
            let example = group.first(where: { $0.reason.label == label })
        else { return nil }
        return FalseRollback(
            from: first.endedAt,
            to: last.endedAt,
            rollouts: group.count,
            label: example.reason.label,
            example: example.reason.text,
            percent: example.percent,
            pods: example.pods
        )
    }

    private static let apart = Duration.seconds(300)
}
