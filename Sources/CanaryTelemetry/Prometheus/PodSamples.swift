/// What is stored of one pod over a stretch of time.
struct PodSamples: Sendable {
    /// A series of counts; no sample is NaN, a sample that is no count is `notACount`.
    struct Column: Sendable {
        /// The series' label text.
        let labels: [UInt8]
        let kind: Kind
        var values: [Double]

        enum Kind: Sendable {
            case requests(SeriesMeaning)
            case bucket
        }
    }

    /// The bucket series of one histogram.
    struct Histogram: Sendable {
        /// The label text without `le`, marked so that it differs from a counter's with the same labels.
        let labels: [UInt8]
        let meaning: SeriesMeaning
        /// Ascending.
        var buckets: [(bound: Double, column: Int)] = []
    }

    static let notACount = -1.0

    var columns: [Column] = []
    var histograms: [Histogram] = []
    /// Destination services that its series name; at most 64.
    var services: Set<String> = []
    /// When its latest sample was taken, in milliseconds, at each moment; `Int64.min` for none. Empty if unknown.
    var sampleTimes: [Int64] = []
    /// When its process began, in seconds; NaN for not known. Empty if unknown.
    var starts: [Double] = []
    /// Whether the server had it as a target, whatever came of that. Empty if unknown.
    var isTarget: [Bool] = []

    /// What a page at this moment would have said.
    func reading(at moment: Int) -> PageReading {
        var reading = PageReading()
        reading.hasWitness = true
        if moment < starts.count, starts[moment].isFinite {
            reading.process = ProcessIdentity(startSeconds: starts[moment])
        }
        reading.services = services
        reading.series.reserveCapacity(columns.count)
        for column in columns {
            guard case .requests(let meaning) = column.kind else { continue }
            let value = column.values[moment]
            if value.isNaN { continue }
            guard value >= 0 else { return Self.faulty(column) }
            reading.series.append(
                SeriesReading(labels: column.labels, meaning: meaning, requests: Int(value), durations: nil)
            )
        }
        for histogram in histograms {
            var buckets: [(bound: Double, count: Int)] = []
            buckets.reserveCapacity(histogram.buckets.count)
            for bucket in histogram.buckets {
                let value = columns[bucket.column].values[moment]
                if value.isNaN { continue }
                guard value >= 0 else { return Self.faulty(columns[bucket.column]) }
                buckets.append((bucket.bound, Int(value)))
            }
            if buckets.isEmpty { continue }
            guard let durations = CumulativeHistogram(buckets: buckets, total: nil) else {
                let text = String(decoding: histogram.labels.prefix(300), as: UTF8.self)
                return Self.faulty("bad-histogram", "the duration buckets fall, or '+Inf' is missing: {\(text)}")
            }
            reading.series.append(
                SeriesReading(
                    labels: histogram.labels,
                    meaning: histogram.meaning,
                    requests: nil,
                    durations: durations
                )
            )
        }
        return reading
    }

    private static func faulty(_ column: Column) -> PageReading {
        let text = String(decoding: column.labels.prefix(300), as: UTF8.self)
        return faulty("malformed", "a value that is no count from 0 to 2^53: {\(text)}")
    }

    private static func faulty(_ label: String, _ message: String) -> PageReading {
        var reading = PageReading()
        reading.fault = PageReading.Fault(label: label, message: message)
        return reading
    }
}
