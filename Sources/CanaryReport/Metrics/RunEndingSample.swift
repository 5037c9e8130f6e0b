package import CanaryCore

/// A way in which runs end, as metrics tell it.
package struct RunEnding: Sendable, Hashable {
    package let outcome: String
    package let detail: String?

    package init(_ outcome: String, _ detail: String? = nil) {
        self.outcome = outcome
        self.detail = detail
    }

    package init(_ outcome: Outcome) { self.init(outcome.word, outcome.metricDetail) }

    /// All ways that are known.
    static var all: [RunEnding] { RunEndingSample.all(and: nil).map { RunEnding($0.outcome, $0.detail) } }
}

/// A way in which a run can end, and whether it did.
struct RunEndingSample: Hashable {
    var outcome: String
    var detail: String?
    var isReached = false

    /// All ways that are known, and the one that was taken.
    static func all(and reached: Outcome?) -> [RunEndingSample] {
        var all = [RunEndingSample(outcome: "promoted"), RunEndingSample(outcome: "promoted", detail: "unsettled")]
        all += ["proved", "incomplete"].map { RunEndingSample(outcome: "rolledBack", detail: $0) }
        all += RunMetrics.holds.map { RunEndingSample(outcome: "held", detail: $0.rawValue) }
        all += [RunEndingSample(outcome: "stopped"), RunEndingSample(outcome: "refused")]
        guard let reached else { return all }
        let found = RunEndingSample(outcome: reached.word, detail: reached.metricDetail)
        if let place = all.firstIndex(of: found) {
            all[place].isReached = true
        } else {
            all.append(RunEndingSample(outcome: found.outcome, detail: found.detail, isReached: true))
        }
        return all
    }
}

extension Outcome {
    fileprivate var metricDetail: String? {
        switch self {
        case .rolledBack(_, .proved): "proved"
        case .rolledBack(_, .incomplete): "incomplete"
        case .held(let hold, _): hold.rawValue
        case .promoted(_, unsettled: .some): "unsettled"
        case .promoted, .stopped, .refused, .judged: nil
        }
    }
}
