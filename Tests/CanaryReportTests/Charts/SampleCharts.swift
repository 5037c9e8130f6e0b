import CanaryReport
import CanaryStatistics

/// One chart of each kind with unremarkable numbers.
enum SampleCharts {
    static let axis = TimeAxis(from: 0, to: 1200, clock: 48_600)
    static let steps = [
        TimeSpan("1 %", from: 0, to: 120), TimeSpan("5 %", from: 120, to: 480), TimeSpan("10 %", from: 480, to: 900),
        TimeSpan("0 %", from: 900, to: 1200),
    ]
    static let marks = [
        TimeMark("promoted to 5 %", at: 120, role: .safety, anchor: "event-2"),
        TimeMark("promoted to 10 %", at: 480, role: .safety, detail: "promoted to 10 %: safe <by> \"evidence\""),
        TimeMark("rolled back", at: 900, role: .harm, anchor: "event-9"),
    ]

    static var all: [any Chart] { [errors, evidence, quantiles, split, distribution, shift, lanes] }

    /// Two lines with bands that narrow, a gap, an unusable stretch.
    static func errors(points count: Int) -> TimeChart {
        var random = SeededStream(seed: 5)
        var chart = TimeChart(
            id: "errors",
            title: "Failed requests",
            summary: "v2 fails 0.9 % of its requests, v1 0.2 %.",
            time: axis,
            axis: ValueAxis(.share, label: "failed share of requests")
        )
        let times = (1...count).map { Double($0) * 1200 / Double(count) }
        func values(_ base: Double, _ later: Double) -> [(at: Double, value: Double?)] {
            times.map { at in
                let level = at < 700 ? base : later
                return (at, (600...650).contains(at) ? nil : level * (0.8 + 0.4 * random.uniform()))
            }
        }
        for (role, label, base, later) in [
            (ChartRole.stable, "stable v1", 0.002, 0.002), (.canary, "canary v2", 0.0022, 0.009),
        ] {
            let values = values(base, later)
            chart.series.append(TimeSeries(label, role: role, points: values.map { .init(at: $0.at, value: $0.value) }))
            let band = values.map { at, value -> TimeBand.Point in
                let level = at < 700 ? base : later
                let half = 0.03 / at.squareRoot()
                return .init(
                    at: at,
                    lower: value == nil ? nil : max(level - half, 0),
                    upper: value == nil ? nil : level + half
                )
            }
            chart.bands.append(TimeBand("95 % band", role: role, points: band))
        }
        chart.steps = steps
        chart.marks = marks
        chart.unusable = [TimeSpan("no usable data", from: 600, to: 650)]
        return chart
    }

    static var errors: TimeChart { errors(points: 60) }

    static var evidence: TimeChart {
        var chart = TimeChart(
            id: "evidence",
            title: "Evidence",
            summary: "Evidence of harm reached 1,000 : 1 after 15 min.",
            time: axis,
            axis: ValueAxis(.evidence, label: "odds", limits: -2...4)
        )
        let times = stride(from: 0.0, through: 1200, by: 20)
        chart.series = [
            TimeSeries(
                "harm: errors",
                role: .harm,
                points: times.map { .init(at: $0, value: max($0 - 700, 0) / 66 - 0.5) }
            ),
            TimeSeries("harm: slow", role: .harm, variant: 1, points: times.map { .init(at: $0, value: -$0 / 800) }),
            TimeSeries("safety", role: .safety, shape: .steps, points: times.map { .init(at: $0, value: $0 / 500) }),
        ]
        chart.rules = [
            ValueRule("harm at 1,000 : 1", value: 3, role: .harm),
            ValueRule("safe at 200 : 1", value: 2.3, role: .safety),
        ]
        chart.height = .tall
        return chart
    }

    /// Buckets on a logarithmic axis, and a value far out.
    static var quantiles: TimeChart {
        var chart = TimeChart(
            id: "quantiles",
            title: "Latency",
            summary: "p99 of v2 lies in 250 to 500 ms.",
            time: TimeAxis(from: -300, to: 300),
            axis: ValueAxis(.milliseconds, label: "latency", scale: .log)
        )
        let times = stride(from: -300.0, through: 300, by: 60)
        chart.bands = [
            TimeBand(
                "stable p99",
                role: .stable,
                isStepped: true,
                points: times.map { .init(at: $0, lower: 50, upper: 100) }
            ),
            TimeBand(
                "canary p99",
                role: .canary,
                isStepped: true,
                points: times.map {
                    .init(at: $0, lower: $0 > 0 ? 250 : 50, upper: $0 > 240 ? .infinity : $0 > 0 ? 500 : 100)
                }
            ),
        ]
        return chart
    }

    static var split: SplitChart {
        SplitChart(
            id: "split",
            title: "Traffic split",
            summary: "The canary was meant to get 10 % and got 9.8 %.",
            time: axis,
            intended: [
                .init(at: 0, value: 1), .init(at: 120, value: 5), .init(at: 480, value: 10), .init(at: 900, value: 0),
            ],
            observed: stride(from: 15.0, through: 1200, by: 15).map {
                .init(at: $0, value: $0 < 120 ? 1 : $0 < 560 ? 5.2 : $0 < 900 ? 9.8 : 0)
            }
        )
    }

    static var distribution: DistributionChart {
        var chart = DistributionChart(
            id: "distribution",
            title: "Distribution of latency",
            summary: "Half of v1's requests take at most 25 ms, half of v2's at most 50 ms.",
            bounds: [5, 10, 25, 50, 100, 250, 500, 1000],
            versions: [
                .init(
                    "stable v1",
                    role: .stable,
                    counts: [0, 100, 500, 250, 100, 40, 9, 1, 0],
                    lower: [0, 0.07, 0.56, 0.8, 0.9, 0.95, 0.96, 0.97],
                    upper: [0.03, 0.13, 0.64, 0.9, 0.98, 1, 1, 1]
                ),
                .init("canary v2", role: .canary, counts: [0, 4, 20, 30, 20, 12, 8, 4, 2]),
            ]
        )
        chart.edges = [.init("edge 25 ms", at: 25)]
        return chart
    }

    static var shift: ShiftChart {
        ShiftChart(
            id: "shift",
            title: "Shift per quantile",
            summary: "p99 grew by 22 to 63 %.",
            unit: .change,
            rows: [
                .init("p50", lower: -0.02, upper: 0.03, point: 0.01, role: .safety, note: "within"),
                .init("p90", lower: -0.04, upper: 0.19, note: "undecided"),
                .init("p99", lower: 0.22, upper: 0.63, point: 0.41, role: .harm, note: "slower"),
                .init("p99.9", lower: 0.1, upper: nil, note: "beyond 1 s"), .init("p99.99", lower: nil, upper: nil),
            ],
            tolerance: 0.1
        )
    }

    static var lanes: LaneChart {
        var chart = LaneChart(
            id: "lanes",
            title: "What was done",
            summary: "Three decisions, one pause.",
            time: axis,
            lanes: ["automation", "operator", "route writes"],
            marks: [
                .init(at: 0, lane: 0, symbol: .circle, role: .neutral, label: "started", anchor: "event-1"),
                .init(at: 120, lane: 0, symbol: .up, role: .safety, label: "promoted", anchor: "event-2"),
                .init(at: 900, lane: 0, symbol: .down, role: .harm, label: "rolled back", anchor: "event-9"),
                .init(at: 300, lane: 1, symbol: .square, role: .neutral, label: "paused", detail: "paused by alice"),
                .init(at: 420, lane: 1, symbol: .ring, role: .neutral, label: "resumed"),
                .init(at: 121, lane: 2, symbol: .diamond, role: .canary, label: "1 % → 5 %"),
                .init(at: 900, lane: 2, symbol: .diamond, role: .canary, label: "10 % → 0 %"),
                .init(at: 903, lane: 2, symbol: .cross, role: .harm, label: "write failed"),
            ]
        )
        chart.bars = [.init(from: 300, to: 420, lane: 1, role: .neutral, label: "paused")]
        chart.keys = [
            .init("promoted", symbol: .up, role: .safety), .init("rolled back", symbol: .down, role: .harm),
        ]
        chart.steps = steps
        return chart
    }
}
