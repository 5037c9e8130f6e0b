/// The last values of the counters of one version, pod by pod.
///
/// A pod advances with all its series or not at all, so that what is counted of it covers the same time in each of them.
struct CounterMemory: Sendable {
    /// What a moment brought.
    struct Step: Sendable {
        /// What each series grew by, for each grid.
        var increases: [[[UInt8]: Double]]
        /// Why the version has no counts at this moment; nil if it has some.
        var absence: String?
    }

    private struct Pod: Sendable {
        /// By label text, for each grid.
        var values: [[[UInt8]: Double]]
        /// Moments since then.
        var missed = 0
    }

    private var pods: [String: Pod] = [:]

    /// No baseline is known.
    var isEmpty: Bool { pods.isEmpty }

    /// Goes on to a moment.
    ///
    /// - Parameter grids: the series, those of the whole last: without any of them a pod is not known. Series of all grids are
    ///   taken as one pod's if some do not name theirs.
    mutating func advance(_ grids: [SeriesGrid], _ moment: Int) -> Step {
        let none = [[[UInt8]: Double]](repeating: [:], count: grids.count)
        let seen = Self.values(grids, moment)
        var step = Step(increases: none)
        var isCounted = false
        var waiting: String?
        for (name, pod) in pods {
            let now = seen[name] ?? none
            if Self.isWhole(now, after: pod.values) {
                for (index, values) in now.enumerated() {
                    for (labels, value) in values {
                        let before = pod.values[index][labels] ?? 0
                        step.increases[index][labels] = value >= before ? value - before : value
                    }
                }
                pods[name] = Pod(values: now)
                isCounted = true
            } else if pod.missed < TelemetryCollector.patience {
                pods[name]?.missed += 1
                waiting = waiting.map { min($0, name) } ?? name
            } else {
                pods[name] = nil
            }
        }
        for (name, now) in seen where pods[name] == nil && now.last?.isEmpty == false { pods[name] = Pod(values: now) }
        if let waiting {
            step.absence = "a known series\(waiting.isEmpty ? "" : " of \(waiting)") has no sample"
        } else if !isCounted {
            step.absence = "no samples"
        }
        return step
    }

    /// Goes on to a moment of which nothing is known.
    mutating func miss() {
        for (name, pod) in pods {
            if pod.missed < TelemetryCollector.patience { pods[name]?.missed += 1 } else { pods[name] = nil }
        }
    }

    private static func values(_ grids: [SeriesGrid], _ moment: Int) -> [String: [[[UInt8]: Double]]] {
        let none = [[[UInt8]: Double]](repeating: [:], count: grids.count)
        let namePods = grids.allSatisfy(\.namesPods)
        var seen: [String: [[[UInt8]: Double]]] = [:]
        for (index, grid) in grids.enumerated() {
            for (labels, row) in grid.rows {
                let value = row.values[moment]
                guard value.isFinite, value >= 0 else { continue }
                seen[namePods ? row.pod : "", default: none][index][labels] = value
            }
        }
        return seen
    }

    /// Whether no known series is missing; a process that began again may have lost some.
    private static func isWhole(_ now: [[[UInt8]: Double]], after before: [[[UInt8]: Double]]) -> Bool {
        guard now.count == before.count, let whole = now.last, let known = before.last else { return false }
        if whole.contains(where: { labels, value in known[labels].map { value < $0 } ?? false }) { return true }
        return zip(now, before).allSatisfy { values, known in known.keys.allSatisfy { values[$0] != nil } }
    }
}
