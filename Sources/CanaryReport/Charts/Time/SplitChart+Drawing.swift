extension SplitChart {
    package func svg(_ size: ChartSize) -> String { chart.svg(size) }

    package var table: DataTable {
        var chart = chart
        chart.bands = []
        return chart.table
    }

    /// The observed share as an area, the intended one as steps, and what lies between them hatched.
    private var chart: TimeChart {
        var chart = TimeChart(
            id: id,
            title: title,
            summary: summary,
            time: time,
            axis: ValueAxis(.percent, label: axisLabel)
        )
        chart.height = .low
        chart.series = [
            TimeSeries("observed", role: .canary, shape: .area, points: observed),
            TimeSeries("intended", role: .neutral, shape: .steps, points: intended),
        ]
        chart.bands = [TimeBand("mismatch", role: .harm, isHatched: true, points: mismatch)]
        chart.marks = marks
        chart.unusable = unusable
        return chart
    }

    /// From the intended to the observed share at each observation and each step, in order of time.
    private var mismatch: [TimeBand.Point] {
        let steps = TimePlot.ordered(intended.filter { $0.at.isFinite }.map { ($0.at, $0.value) })
        let seen = TimePlot.ordered(observed.filter { $0.at.isFinite }.map { ($0.at, $0.value) })
        var result: [TimeBand.Point] = []
        var next = 0
        var level: Double?
        func add(_ at: Double, _ share: Double?) {
            guard let share, let level else { return result.append(.init(at: at, lower: nil, upper: nil)) }
            result.append(.init(at: at, lower: min(share, level), upper: max(share, level)))
        }
        var before: (at: Double, value: Double?)?
        for point in seen {
            while next < steps.count, steps[next].at <= point.at {
                // Between observations the picture's line is straight, and the step is upright.
                if let before, let from = before.value, let to = point.value, point.at > before.at {
                    let share = from + (to - from) * (steps[next].at - before.at) / (point.at - before.at)
                    if steps[next].at > before.at { add(steps[next].at, share) }
                    level = steps[next].value
                    add(steps[next].at, share)
                } else {
                    level = steps[next].value
                }
                next += 1
            }
            add(point.at, point.value)
            before = point
        }
        return result
    }
}
