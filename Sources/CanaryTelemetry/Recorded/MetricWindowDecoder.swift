/// Reads the `metrics` of a recorded window; the form is that of `MetricWindowEncoder`.
///
/// Unknown keys are ignored; a side that does not fit its kind is refused with the place. A side that is left out or
/// `null` is absent.
enum MetricWindowDecoder {
    /// One side as it stands there; what it means depends on the kind, which may follow it.
    private struct RawSide {
        var place = 0
        var absence: String?
        var events: Double?
        var total: Double?
        var counts: [Double]?
        var samples: Double?
        var mean: Double?

        var isEmpty: Bool { events == nil && total == nil && counts == nil && samples == nil && mean == nil }
    }

    static func decode(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> [MetricWindow] {
        var metrics: [MetricWindow] = []
        try cursor.forEachElement("'metrics'") { (cursor) throws(RecordedWindowError) in
            cursor.skipBlanks()
            let place = cursor.position
            guard metrics.count < MetricWindow.mostMetrics else {
                throw cursor.failure("more than \(MetricWindow.mostMetrics) metrics", at: place)
            }
            let metric = try decodeMetric(&cursor)
            guard !metrics.contains(where: { $0.name == metric.name }) else {
                throw cursor.failure("'metrics' names a metric twice", at: place)
            }
            metrics.append(metric)
        }
        return metrics
    }

    private static func decodeMetric(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> MetricWindow {
        let place = cursor.position
        var name: String?
        var kind: MetricWindow.Kind?
        var direction: MetricWindow.Direction?
        var bounds: [Double]?
        var stable = RawSide(absence: "no data")
        var canary = stable
        try cursor.forEachKey("a metric") { (cursor, key) throws(RecordedWindowError) in
            if cursor.matches(key, "name") {
                name = try decodeName(&cursor)
            } else if cursor.matches(key, "kind") {
                kind = try decodeWord(&cursor, "'kind' must be ratio, histogram or gauge")
            } else if cursor.matches(key, "direction") {
                direction = try decodeWord(&cursor, "'direction' must be lower or higher")
            } else if cursor.matches(key, "bounds") {
                bounds = try decodeBounds(&cursor)
            } else if cursor.matches(key, "stable") {
                stable = try decodeSide(&cursor, "'stable' of a metric")
            } else if cursor.matches(key, "canary") {
                canary = try decodeSide(&cursor, "'canary' of a metric")
            } else {
                try cursor.skipValue()
            }
        }
        guard let name else { throw cursor.failure("a metric without 'name'", at: place) }
        guard let kind else { throw cursor.failure("a metric without 'kind'", at: place) }
        guard let direction else { throw cursor.failure("a metric without 'direction'", at: place) }
        guard kind != .histogram || bounds != nil else {
            throw cursor.failure("a histogram without 'bounds'", at: place)
        }
        return MetricWindow(
            name: name,
            kind: kind,
            direction: direction,
            bounds: bounds ?? [],
            stable: try side(stable, of: kind, bounds, cursor),
            canary: try side(canary, of: kind, bounds, cursor)
        )
    }

    private static func decodeName(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> String {
        cursor.skipBlanks()
        let place = cursor.position
        let name = try cursor.string("'name'")
        guard MetricWindow.isName(name) else {
            throw cursor.failure("the name of a metric has 1 to \(MetricWindow.longestName) bytes", at: place)
        }
        return name
    }

    private static func decodeWord<Word: RawRepresentable>(
        _ cursor: inout JSONCursor,
        _ message: String
    ) throws(RecordedWindowError) -> Word where Word.RawValue == String {
        cursor.skipBlanks()
        let place = cursor.position
        guard let word = Word(rawValue: try cursor.string("a word")) else { throw cursor.failure(message, at: place) }
        return word
    }

    private static func decodeBounds(_ cursor: inout JSONCursor) throws(RecordedWindowError) -> [Double] {
        cursor.skipBlanks()
        let place = cursor.position
        let bounds = try decodeNumbers(&cursor, "'bounds'", limit: MetricWindow.mostBounds)
        guard MetricWindow.areBounds(bounds) else { throw cursor.failure("'bounds' must be ascending", at: place) }
        return bounds
    }

    private static func decodeNumbers(
        _ cursor: inout JSONCursor,
        _ what: StaticString,
        limit: Int
    ) throws(RecordedWindowError) -> [Double] {
        var numbers: [Double] = []
        try cursor.forEachElement(what) { (cursor) throws(RecordedWindowError) in
            guard numbers.count < limit else { throw cursor.failure("more than \(limit) numbers in \(what)") }
            numbers.append(try cursor.double("a number"))
        }
        return numbers
    }

    private static func decodeSide(
        _ cursor: inout JSONCursor,
        _ what: StaticString
    ) throws(RecordedWindowError) -> RawSide {
        if try cursor.takeNull() { return RawSide(absence: "no data") }
        var side = RawSide(place: cursor.position)
        try cursor.forEachKey(what) { (cursor, key) throws(RecordedWindowError) in
            if cursor.matches(key, "absent") {
                side.absence = try cursor.string("'absent'")
            } else if cursor.matches(key, "events") {
                side.events = try count(&cursor, "'events'")
            } else if cursor.matches(key, "total") {
                side.total = try count(&cursor, "'total'")
            } else if cursor.matches(key, "counts") {
                side.counts = try decodeNumbers(&cursor, "'counts'", limit: MetricWindow.mostBounds + 1)
            } else if cursor.matches(key, "samples") {
                side.samples = try count(&cursor, "'samples'")
            } else if cursor.matches(key, "mean") {
                side.mean = try cursor.double("'mean'")
            } else {
                try cursor.skipValue()
            }
        }
        return side
    }

    private static func count(_ cursor: inout JSONCursor, _ what: StaticString) throws(RecordedWindowError) -> Double {
        cursor.skipBlanks()
        let place = cursor.position
        let value = try cursor.double(what)
        guard MetricSide.isCount(value) else { throw cursor.failure("\(what) must be from 0 to 2^53", at: place) }
        return value
    }

    private static func side(
        _ raw: RawSide,
        of kind: MetricWindow.Kind,
        _ bounds: [Double]?,
        _ cursor: JSONCursor
    ) throws(RecordedWindowError) -> MetricSide {
        if let absence = raw.absence {
            guard raw.isEmpty else { throw cursor.failure("a side that is 'absent' has no numbers", at: raw.place) }
            return .absent(because: absence)
        }
        switch kind {
        case .ratio:
            guard let events = raw.events, let total = raw.total else {
                throw cursor.failure("a side of a ratio needs 'events' and 'total'", at: raw.place)
            }
            return .ratio(events: events, total: total)
        case .histogram:
            let needed = (bounds?.count ?? 0) + 1
            guard let counts = raw.counts, counts.count == needed, let buckets = BucketCounts(counts) else {
                throw cursor.failure(
                    "a side of a histogram needs 'counts', \(needed) numbers from 0 to 2^53",
                    at: raw.place
                )
            }
            return .histogram(buckets)
        case .gauge:
            guard let samples = raw.samples, samples > 0, let mean = raw.mean else {
                throw cursor.failure("a side of a gauge needs 'samples' above 0 and 'mean'", at: raw.place)
            }
            return .gauge(samples: samples, mean: mean)
        }
    }
}
