/// One series of requests in a page, with the histogram of its durations.
struct SeriesReading: Sendable, Hashable {
    /// The label set's text, which is its identity between pages of one process.
    let labels: [UInt8]

    let meaning: SeriesMeaning

    /// The value of the counter, if the page has it.
    var requests: Int?

    /// The durations, if they count and the page has them.
    var durations: CumulativeHistogram?

    /// What a label set is to a comparison.
    enum Classification {
        /// Of another reporter, version or segment.
        case foreign
        /// A version's, but without a response code: failures cannot be told.
        case unreadable
        case wanted(SeriesMeaning, service: String)
    }
}
