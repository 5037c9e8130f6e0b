import CanaryTelemetry
import Testing

@Suite("MetricRounds")
struct MetricRoundsTests {
    private static func grid(_ rows: [(String, [Double?])]) throws -> SeriesGrid {
        let times = try #require(TimeGrid(first: 0, step: 1000, count: 4))
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
        _ canary: MetricRounds.Input
    ) throws -> [MetricWindow] {
        let times = try #require(TimeGrid(first: 0, step: 1000, count: 4))
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
