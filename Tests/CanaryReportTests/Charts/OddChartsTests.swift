import CanaryReport
import CanaryStatistics
import Testing

/// Whatever numbers and texts come, a chart is drawn.
@Suite struct OddChartsTests {
    @Test("charts without data say so")
    func empty() throws {
        let axis = TimeAxis(from: 0, to: 0)
        var line = TimeChart(id: "a", title: "", summary: "", time: axis, axis: ValueAxis(.share))
        var logarithmic = TimeChart(id: "b", title: "", summary: "", time: axis, axis: ValueAxis(.plain, scale: .log))
        line.series = [TimeSeries("stable", role: .stable, points: [])]
        logarithmic.series = [TimeSeries("x", role: .harm, points: [.init(at: 0, value: -1), .init(at: 1, value: 0)])]
        let charts: [any Chart] = [
            line, logarithmic,
            SplitChart(id: "c", title: "", summary: "", time: axis, intended: [], observed: []),
            DistributionChart(id: "d", title: "", summary: "", bounds: [], versions: []),
            DistributionChart(
                id: "e",
                title: "",
                summary: "",
                bounds: [1, 2],
                versions: [.init("v1", role: .stable, counts: [])]
            ),
            ShiftChart(id: "f", title: "", summary: "", unit: .change, rows: []),
        ]
        for chart in charts {
            for size in ChartSize.allCases { #expect(chart.svg(size).contains(">no data<"), "\(chart.id)") }
            #expect(chart.table.rows.count <= DataTable.mostRows)
        }
        let lanes = LaneChart(id: "g", title: "", summary: "", time: axis, lanes: [], marks: [])
        #expect(lanes.svg.contains(">no events<"))
        try expectWellFormed((charts + [lanes]).map(\.figure).joined())
    }

    @Test("a single point and equal values have an axis")
    func flat() throws {
        for value in [0, 1, -3, 1e-12, 1e12] {
            for count in [1, 5] {
                var chart = TimeChart(
                    id: "x",
                    title: "",
                    summary: "",
                    time: TimeAxis(from: 0, to: 10),
                    axis: ValueAxis(.plain)
                )
                chart.series = [
                    TimeSeries("v", role: .canary, points: (0..<count).map { .init(at: Double($0), value: value) })
                ]
                chart.bands = [TimeBand("b", role: .canary, points: [.init(at: 1, lower: value, upper: value)])]
                let labels = chart.svg.matches(of: /class="t e" x="88" y="[^"]*">([^<]*)</).map { String($0.1) }
                #expect(labels.count >= 2 && Set(labels).count == labels.count, "\(value) × \(count): \(labels)")
            }
        }
    }

    @Test("any mixture of numbers and texts is drawn within its bounds", arguments: 1...3)
    func hostile(seed: UInt64) throws {
        var random = SeededStream(seed: seed)
        var figures = ""
        for round in 0..<12 {
            let charts = hostileCharts(&random)
            for chart in charts {
                for size in ChartSize.allCases {
                    let svg = chart.svg(size)
                    let context: Comment = "seed \(seed), round \(round), \(chart.id)"
                    #expect(strangeNumber(in: svg) == nil, context)
                    #expect(svg.utf8.count < 60_000, context)
                }
                let table = chart.table
                #expect(table.rows.count <= DataTable.mostRows, "seed \(seed), round \(round), \(chart.id)")
                let isEven = table.rows.allSatisfy { $0.count == table.header.count }
                #expect(isEven, "seed \(seed), round \(round), \(chart.id)")
            }
            if round < 6 { figures += charts.map(\.figure).joined() }
        }
        try expectWellFormed(figures, "seed \(seed)")
    }

    /// The first position, size, or path that is not made of moderate numbers.
    private func strangeNumber(in svg: String) -> String? {
        let parts = svg.utf8.split(separator: UInt8(ascii: "\""), omittingEmptySubsequences: false)
        let names = Set([" x=", " y=", " width=", " height=", " cx=", " cy=", " r="])
        let letters = Set("Mlhvz0123456789.- ".utf8)
        for (name, value) in zip(parts, parts.dropFirst()) {
            let attribute = String(decoding: name.suffix(8), as: UTF8.self).drop { $0 != " " }
            if names.contains(String(attribute)) {
                guard let number = Double(Substring(value)), number.magnitude < 20_000 else {
                    return String(Substring(value))
                }
            } else if attribute == " d=" {
                guard value.allSatisfy(letters.contains) else { return String(Substring(value)) }
            }
        }
        return nil
    }

    private func hostileCharts(_ random: inout SeededStream) -> [any Chart] {
        let odd: [Double] = [
            .nan, .infinity, -.infinity, 0, -0.0, 1, -1, 1e308, -1e308, Double.leastNonzeroMagnitude, 1e15, 1e18, -1e18,
            0.1, 100, 1e-9,
        ]
        let texts = [
            "", "v", String(repeating: "long ", count: 100), String(repeating: "日本", count: 50), "<&\"\u{0}\n", "🦜",
        ]
        let roles = ChartRole.allCases
        func number() -> Double {
            random.below(3) == 0 ? odd[random.below(odd.count)] : (random.uniform() - 0.3) * 1000
        }
        func maybe() -> Double? { random.below(4) == 0 ? nil : number() }
        func text() -> String { texts[random.below(texts.count)] }
        func role() -> ChartRole { roles[random.below(roles.count)] }
        func some(_ most: Int) -> Range<Int> { 0..<random.below(most) }
        let units: [ChartUnit] = [.share, .points, .change, .milliseconds, .perSecond, .evidence, .percent, .plain]
        let unit = units[random.below(units.count)]
        let axis = TimeAxis(from: number(), to: number(), clock: maybe())

        var time = TimeChart(
            id: text(),
            title: text(),
            summary: text(),
            time: axis,
            axis: ValueAxis(unit, label: text())
        )
        time.axis.scale = random.below(2) == 0 ? .log : .linear
        if random.below(3) == 0 { time.axis.limits = -1...Double(random.below(100)) }
        time.axis.isClipped = random.below(2) == 0
        let shapes: [TimeSeries.Shape] = [.line, .steps, .area, .stepArea]
        time.series = some(5).map { _ in
            TimeSeries(
                text(),
                role: role(),
                variant: random.below(9) - 2,
                shape: shapes[random.below(4)],
                points: some(200).map { _ in .init(at: number(), value: maybe()) }
            )
        }
        time.bands = some(4).map { _ in
            TimeBand(
                text(),
                role: role(),
                isStepped: random.below(2) == 0,
                isHatched: random.below(2) == 0,
                points: some(100).map { _ in .init(at: number(), lower: maybe(), upper: maybe()) }
            )
        }
        time.rules = some(5).map { _ in ValueRule(text(), value: number(), role: role()) }
        time.steps = some(20).map { _ in TimeSpan(text(), from: number(), to: number()) }
        time.unusable = some(5).map { _ in TimeSpan(text(), from: number(), to: number()) }
        time.marks = some(90).map { _ in TimeMark(text(), at: number(), role: role(), detail: text()) }

        let split = SplitChart(
            id: "split",
            title: text(),
            summary: text(),
            time: axis,
            intended: some(20).map { _ in .init(at: number(), value: maybe()) },
            observed: some(100).map { _ in .init(at: number(), value: maybe()) }
        )
        let distribution = DistributionChart(
            id: "distribution",
            title: text(),
            summary: text(),
            bounds: some(20).map { _ in number() },
            versions: some(4).map { _ in
                .init(
                    text(),
                    role: role(),
                    counts: some(25).map { _ in number() },
                    lower: some(25).map { _ in number() },
                    upper: some(25).map { _ in number() }
                )
            }
        )
        let shift = ShiftChart(
            id: "shift",
            title: text(),
            summary: text(),
            unit: unit,
            rows: some(80).map { _ in
                .init(text(), lower: maybe(), upper: maybe(), point: maybe(), role: role(), note: text())
            },
            tolerance: maybe()
        )
        let symbols = LaneChart.Symbol.allCases
        var lanes = LaneChart(
            id: "lanes",
            title: text(),
            summary: text(),
            time: axis,
            lanes: some(30).map { _ in text() },
            marks: some(100).map { _ in
                .init(
                    at: number(),
                    lane: random.below(40) - 5,
                    symbol: symbols[random.below(7)],
                    role: role(),
                    label: text()
                )
            }
        )
        lanes.bars = some(10).map { _ in
            .init(from: number(), to: number(), lane: random.below(9), role: role(), label: text())
        }
        lanes.keys = some(8).map { _ in .init(text(), symbol: symbols[random.below(7)], role: role()) }
        return [time, split, distribution, shift, lanes]
    }
}
