/// The intended share of a version as steps over its observed share, with what lies between them hatched.
package struct SplitChart: Chart {
    package var id: String
    package var title: String
    package var summary: String
    package var time: TimeAxis
    /// When a share began to be intended, in percent. It holds until the next one.
    package var intended: [TimeSeries.Point]
    /// The share seen, in percent.
    package var observed: [TimeSeries.Point]
    /// Written above the axis.
    package var axisLabel = "share of requests to the canary"
    package var marks: [TimeMark] = []
    package var unusable: [TimeSpan] = []

    package init(
        id: String,
        title: String,
        summary: String,
        time: TimeAxis,
        intended: [TimeSeries.Point],
        observed: [TimeSeries.Point]
    ) {
        self.id = id
        self.title = title
        self.summary = summary
        self.time = time
        self.intended = intended
        self.observed = observed
    }
}
