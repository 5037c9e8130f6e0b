import CanaryTelemetry
import Testing

@Suite("MetricRounds")
struct MetricRoundsTests {
    private static func grid(_ rows: [(String, [Double?])]) throws -> SeriesGrid {
        let times = try #require(TimeGrid(first: 0, step: 1000, count: rows.map(\.1.count).max() ?? 4))
        var grid = SeriesGrid(times: times, podLabel: "pod")
        for (labels, values) in rows {
            var series = PrometheusSeries(labelText: Array(labels.utf8))
            for (index, value) in values.enumerated() {
                guard let value else { continue }
                series.times.append(Int64(index) * 1000)
                series.values.append(value)
            }
            try grid.add(series)
        }
        return grid
    }

    private static func windows(
        _ kind: MetricWindow.Kind,
        _ stable: MetricRounds.Input,
        _ canary: MetricRounds.Input,
        count: Int = 4
    ) throws -> [MetricWindow] {
        let times = try #require(TimeGrid(first: 0, step: 1000, count: count))
        var rounds = MetricRounds(name: "orders", kind: kind, direction: .lower)
        return rounds.windows(times, stable: stable, canary: canary)
    }

    @Test("a ratio counts events and totals; a series that begins on a known pod counts from zero")
    func ratio() throws {
        let total = try Self.grid([("pod=\"a\"", [100, 110, 120, 5]), ("pod=\"b\"", [nil, 7, 9, 12])])
        let events = try Self.grid([
            ("code=\"x\",pod=\"a\"", [1, 1, 3, 0]), ("code=\"y\",pod=\"a\"", [nil, nil, 2, 0]),
            ("code=\"x\",pod=\"b\"", [nil, nil, nil, 2]),
        ])

        let windows = try Self.windows(.ratio, .ratio(events: events, total: total), .absent("no answer"))

        #expect(windows[0].stable.absence == "no samples")
        #expect(windows[1].stable == .ratio(events: 0, total: 10))
        #expect(windows[2].stable == .ratio(events: 4, total: 12))
        #expect(windows[3].stable == .ratio(events: 2, total: 8))
        #expect(windows.allSatisfy { $0.canary.absence == "no answer" })
    }

    @Test("a missing sample of the total or of the events is a gap, and both go on over the same time")
    func ratioGap() throws {
        let total = try Self.grid([("pod=\"a\"", [100, 110, nil, 130, 140])])
        let events = try Self.grid([("pod=\"a\"", [1, 2, 4, 6, 7])])
        let holed = try Self.grid([("pod=\"a\"", [1, 2, nil, 6, 7])])
        let whole = try Self.grid([("pod=\"a\"", [100, 110, 120, 130, 140])])

        let windows = try Self.windows(
            .ratio,
            .ratio(events: events, total: total),
            .ratio(events: holed, total: whole),
            count: 5
        )

        for (index, window) in windows.enumerated() {
            for side in [window.stable, window.canary] {
                switch index {
                case 0: #expect(side.absence == "no samples")
                case 2: #expect(side.absence == "a known series of a has no sample")
                case 3: #expect(side == .ratio(events: 4, total: 20))
                default: #expect(side == .ratio(events: 1, total: 10))
                }
            }
        }
    }

    @Test("a pod's gap is noticed beside pods that answer, which lose nothing; a pod that went is forgotten")
    func podGap() throws {
        let steady = (0..<10).map { Double($0 * 10) as Double? }
        let gone: [Double?] = [5, 10, 15] + Array(repeating: nil, count: 7)
        let total = try Self.grid([("pod=\"a\"", steady), ("pod=\"b\"", gone)])
        let events = try Self.grid([])

        let sides = try Self.windows(.ratio, .ratio(events: events, total: total), .absent(""), count: 10).map(\.stable)

        #expect(sides[2] == .ratio(events: 0, total: 15))
        for index in 3..<8 { #expect(sides[index].absence == "a known series of b has no sample") }
        #expect(sides[8] == .ratio(events: 0, total: 60))
        #expect(sides[9] == .ratio(events: 0, total: 10))
    }

    @Test("baselines are dropped after a long gap, also of queries that could not be asked")
    func oldBaselines() throws {
        let values: [Double?] = [0, 10] + Array(repeating: nil, count: 6) + [500, 510]
        let grid = try Self.grid([("pod=\"a\"", values)])
        let sides = try Self.windows(.ratio, .ratio(events: grid, total: grid), .absent(""), count: 10).map(\.stable)
        #expect(sides[8].absence == "no samples")
        #expect(sides[9] == .ratio(events: 10, total: 10))

        let times = try #require(TimeGrid(first: 0, step: 1000, count: 6))
        let short = try Self.grid([("pod=\"a\"", [0, 10, 20, 30, 40, 50])])
        var rounds = MetricRounds(name: "orders", kind: .ratio, direction: .lower)
        _ = rounds.windows(times, stable: .ratio(events: short, total: short), canary: .absent("down"))
        _ = rounds.windows(times, stable: .absent("down"), canary: .absent("down"))
        let later = rounds.windows(times, stable: .ratio(events: short, total: short), canary: .absent("down"))
        #expect(later[0].stable.absence == "no samples")
        #expect(later[1].stable == .ratio(events: 10, total: 10))
    }

    @Test("a process that began again has lost its series of events, and that is no gap")
    func restart() throws {
        let total = try Self.grid([("pod=\"a\"", [100, 110, 4, 14])])
        let events = try Self.grid([("code=\"x\",pod=\"a\"", [3, 4, nil, 1])])

        let windows = try Self.windows(.ratio, .ratio(events: events, total: total), .absent(""))

        #expect(windows[2].stable == .ratio(events: 0, total: 4))
        #expect(windows[3].stable == .ratio(events: 1, total: 10))
    }

    @Test("all buckets of a pod go on together")
    func histogramGap() throws {
        let grid = try Self.grid([
            ("le=\"1\",pod=\"a\"", [0, 2, nil, 6]), ("le=\"+Inf\",pod=\"a\"", [0, 4, 8, 12]),
            ("le=\"1\",pod=\"b\"", [0, 1, 2, 3]), ("le=\"+Inf\",pod=\"b\"", [0, 1, 2, 3]),
        ])

        let windows = try Self.windows(.histogram, .histogram(grid), .absent(""))

        #expect(windows[1].stable == .histogram(counts: [3, 2]))
        #expect(windows[2].stable.absence == "a known series of a has no sample")
        #expect(windows[3].stable == .histogram(counts: [6, 4]))
    }

    @Test("a histogram has the increases of each bucket over the bounds of both versions")
    func histogram() throws {
        let stable = try Self.grid([
            ("le=\"1\",pod=\"a\"", [1, 2, 3, 4]), ("le=\"5\",pod=\"a\"", [1, 4, 7, 9]),
            ("le=\"+Inf\",pod=\"a\"", [1, 5, 9, 13]),
        ])
        let canary = try Self.grid([
            ("le=\"5\",pod=\"c\"", [0, 2, 4, 6]), ("le=\"+Inf\",pod=\"c\"", [0, 2, 5, 9]),
        ])

        let windows = try Self.windows(.histogram, .histogram(stable), .histogram(canary))

        #expect(windows[1].bounds == [5])
        #expect(windows[1].stable == .histogram(counts: [3, 1]))
        #expect(windows[2].canary == .histogram(counts: [2, 1]))
    }

    @Test("a gauge is the mean over pods, without what is no number")
    func gauge() throws {
        let stable = try Self.grid([("pod=\"a\"", [1, 2, .nan, nil]), ("pod=\"b\"", [3, 4, 5, nil])])

        let windows = try Self.windows(.gauge, .gauge(stable), .gauge(stable))

        #expect(windows[0].stable == .gauge(samples: 2, mean: 2))
        #expect(windows[2].stable == .gauge(samples: 1, mean: 5))
        #expect(windows[3].stable.absence != nil)
    }
}
