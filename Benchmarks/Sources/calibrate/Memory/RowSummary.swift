import Measuring
import SyntheticTraffic

/// What the runs of one or several rows with the same story came to.
struct RowSummary {
    let story: Story
    private(set) var records: [RunRecord] = []

    init(story: Story) {
        self.story = story
    }

    mutating func add(_ more: [RunRecord]) {
        records += more
    }

    var runs: Int { records.count }

    func count(_ ending: RunRecord.Ending) -> Int { records.count { $0.ending == ending } }

    /// Rollbacks of an equal canary.
    var wrongRollbacks: Int { story.isEqual ? count(.rolledBack) : 0 }

    /// Those of them that the absolute guard ordered.
    private var absoluteRollbacks: Int { story.isEqual ? records.count(where: \.isAbsolute) : 0 }

    /// Worse canaries that were given all of the traffic, whatever became of them in the bake.
    var wrongPromotions: Int { story.isEqual ? 0 : records.count { $0.reachedAll } }

    /// Those of them that the bake took back.
    private var takenBack: Int { story.isEqual ? 0 : records.count { $0.reachedAll && $0.ending == .rolledBack } }

    var wrongBound: Double {
        Summary.upperBound(hits: wrongRollbacks + wrongPromotions, trials: runs)
    }

    /// The same without the absolute guard, about which nothing is promised.
    var evidenceBound: Double {
        Summary.upperBound(hits: wrongRollbacks - absoluteRollbacks + wrongPromotions, trials: runs)
    }

    var medianSeconds: Double? { Summary.median(records.map(\.secondsToDecision)) }

    var medianFailures: Double? { Summary.median(records.map { Double($0.canaryFailures) }) }

    /// The column of wrong promotions.
    var wrongPromotionsText: String {
        if story.isEqual { return "-" }
        return takenBack > 0 ? "\(wrongPromotions) (\(takenBack))" : "\(wrongPromotions)"
    }

    /// The column of wrong rollbacks.
    var wrongRollbacksText: String {
        guard story.isEqual else { return "-" }
        return absoluteRollbacks > 0 ? "\(wrongRollbacks) (\(absoluteRollbacks))" : "\(wrongRollbacks)"
    }
}
