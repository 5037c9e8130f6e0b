/// Lines, steps and bands over time, with rules, the rollout's steps behind them, and marks of moments.
package struct TimeChart: Chart {
    package enum Height: Sendable, Hashable {
        case low
        case regular
        case tall
    }

    package var id: String
    package var title: String
    package var summary: String
    package var time: TimeAxis
    package var axis: ValueAxis
    /// Drawn in this order, the last one on top.
    package var series: [TimeSeries] = []
    /// Drawn below all series.
    package var bands: [TimeBand] = []
    package var rules: [ValueRule] = []
    /// The rollout's steps, shaded in turn, with their labels in the plot's top.
    package var steps: [TimeSpan] = []
    package var marks: [TimeMark] = []
    /// Times whose data could not be used: hatched over the plot's whole height. Equal labels share a legend entry.
    package var unusable: [TimeSpan] = []
    package var height = Height.regular

    package init(id: String, title: String, summary: String, time: TimeAxis, axis: ValueAxis) {
        self.id = id
        self.title = title
        self.summary = summary
        self.time = time
        self.axis = axis
    }
}
