/// Makes windows of a user's own metric from stored series, and remembers the counters in between.
///
/// A counter that falls began again at zero. A series that is new counts from zero if its pod was known, because series
/// appear with their first event; of a pod that is new it is the baseline. All counters of a pod advance together: while
/// one that is known has no sample the pod waits, and the version is absent.
package struct MetricRounds: Sendable {
    /// One version's series.
    package enum Input: Sendable {
        case ratio(events: SeriesGrid, total: SeriesGrid)
        case histogram(SeriesGrid)
        case gauge(SeriesGrid)
        /// It could not be asked, and why.
        case absent(String)
    }

    private let name: String
    private let kind: MetricWindow.Kind
    private let direction: MetricWindow.Direction
    private var stable = Memory()
    private var canary = Memory()

    private struct Memory: Sendable {
        var counters = CounterMemory()
        /// What pods that did not wait counted in windows without the version: part of its next one.
        var events = 0.0
        var total = 0.0
        var buckets: [Double: Double] = [:]

        mutating func forget() { (events, total, buckets) = (0, 0, [:]) }
    }

    package init(name: String, kind: MetricWindow.Kind, direction: MetricWindow.Direction) {
        self.name = name
        self.kind = kind
        self.direction = direction
    }

    /// One window for each moment.
    package mutating func windows(_ times: TimeGrid, stable: Input, canary: Input) -> [MetricWindow] {
        (0..<times.count).map { moment in
            let left = Self.side(stable, moment, &self.stable)
            let right = Self.side(canary, moment, &self.canary)
            let bounds = Self.commonBounds(left, right)
            return MetricWindow(
                name: name,
                kind: kind,
                direction: direction,
                bounds: bounds.filter(\.isFinite),
                stable: left.side(bounds),
                canary: right.side(bounds)
            )
        }
    }

    /// One window for all moments together: what a gauge showed last, what counters did since the round before.
    package mutating func window(_ times: TimeGrid, stable: Input, canary: Input) -> MetricWindow? {
        // Counters remember, so the increases of the moments add up to that of the last one.
        var sum: MetricWindow?
        for window in windows(times, stable: stable, canary: canary) {
            sum = sum.map { $0.joined(with: window) } ?? window
        }
        return sum
    }

    /// A side before the bounds of both are known.
    private enum Part {
        case made(MetricSide)
        /// Increases up to each bound.
        case cumulative([Double: Double])

        func side(_ bounds: [Double]) -> MetricSide {
            switch self {
            case .made(let side): return side
            case .cumulative(let increases):
                var counts: [Double] = []
                var below = 0.0
                for bound in bounds {
                    let count = increases[bound] ?? below
                    guard count >= below else { return .absent("its buckets fall") }
                    counts.append(count - below)
                    below = count
                }
                return bounds.last == .infinity ? .histogram(counts: counts) : .absent("it has no bucket +Inf")
            }
        }
    }

    private static func commonBounds(_ left: Part, _ right: Part) -> [Double] {
        switch (left, right) {
        case (.cumulative(let one), .cumulative(let other)): one.keys.filter { other[$0] != nil }.sorted()
        case (.cumulative(let one), _), (_, .cumulative(let one)): one.keys.sorted()
        default: []
        }
    }

    private static func side(_ input: Input, _ moment: Int, _ memory: inout Memory) -> Part {
        switch input {
        case .absent(let reason):
            memory.counters.miss()
            if memory.counters.isEmpty { memory.forget() }
            return .made(.absent(because: reason))
        case .ratio(let events, let total):
            // Without any series of events there were none, if the whole was counted: they appear with the first one.
            let step = memory.counters.advance([events, total], moment)
            memory.events += step.increases[0].values.reduce(0, +)
            memory.total += step.increases[1].values.reduce(0, +)
            if let absence = step.absence {
                if memory.counters.isEmpty { memory.forget() }
                return .made(.absent(because: absence))
            }
            defer { memory.forget() }
            return .made(.ratio(events: memory.events, total: memory.total))
        case .gauge(let grid):
            let values = grid.rows.values.map { $0.values[moment] }.filter(\.isFinite)
            let mean = values.reduce(0) { $0 + $1 / Double(max(values.count, 1)) }
            return .made(.gauge(samples: Double(values.count), mean: mean))
        case .histogram(let grid):
            let step = memory.counters.advance([grid], moment)
            return histogram(grid, step, &memory)
        }
    }

    private static func histogram(_ grid: SeriesGrid, _ step: CounterMemory.Step, _ memory: inout Memory) -> Part {
        var sums: [Double: Double] = [:]
        var bounds: [[UInt8]: Set<Double>] = [:]
        for (labels, increase) in step.increases[0] {
            guard let row = grid.rows[labels], let bound = row.bound, !bound.isNaN else {
                return .made(.absent("a series of buckets without 'le'"))
            }
            sums[bound, default: 0] += increase
            bounds[row.histogram, default: []].insert(bound)
        }
        let isEven = bounds.values.allSatisfy { $0.count == sums.count }
        guard isEven, memory.buckets.isEmpty || sums.isEmpty || Set(memory.buckets.keys) == Set(sums.keys) else {
            memory.forget()
            return .made(.absent("its histograms have different bounds"))
        }
        memory.buckets.merge(sums, uniquingKeysWith: +)
        if let absence = step.absence {
            if memory.counters.isEmpty { memory.forget() }
            return .made(.absent(because: absence))
        }
        defer { memory.forget() }
        return .cumulative(memory.buckets)
    }
}

extension MetricWindow {
    /// Two windows of one metric, one after the other: counts add up, a level is the later one's.
    fileprivate func joined(with later: MetricWindow) -> MetricWindow {
        MetricWindow(
            name: name,
            kind: kind,
            direction: direction,
            bounds: later.bounds,
            stable: Self.join(stable, later.stable),
            canary: Self.join(canary, later.canary)
        )
    }

    private static func join(_ one: MetricSide, _ later: MetricSide) -> MetricSide {
        switch (one, later) {
        case (.ratio(let left), .ratio(let right)):
            return .ratio(events: left.events + right.events, total: left.total + right.total)
        case (.histogram(let left), .histogram(let right)) where left.counts.count == right.counts.count:
            return .histogram(counts: zip(left.counts, right.counts).map(+))
        case (_, .absent) where one.absence == nil: return one
        default: return later
        }
    }
}
