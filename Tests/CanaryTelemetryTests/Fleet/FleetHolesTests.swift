import CanaryTelemetry
import Testing

/// What an answer lacks or says twice is never zero, and never the whole life of a counter.
@Suite struct FleetHolesTests {
    private static let service = "reviews.test.svc.cluster.local"
    private static let windows = 12

    /// A minute a value; nil for none. The first value is at the beginning of the first window.
    private static func series(_ labels: String, pod: String = "a", _ values: [Double?]) -> PrometheusSeries {
        let text = "destination_service=\"\(service)\",destination_workload=\"v1\",pod=\"\(pod)\",\(labels)"
        let known = values.enumerated().compactMap { moment, value in value.map { (moment, $0) } }
        return PrometheusSeries(
            labelText: Array(text.utf8),
            times: known.map { Int64($0.0) * 60_000 },
            values: known.map(\.1)
        )
    }

    private static func code(_ code: Int) -> String { "response_code=\"\(code)\"" }

    private static var steady: [Double?] { (0...windows).map { 1000 + Double($0) * 10 } }

    private static func table(_ series: [PrometheusSeries]) -> FleetTable {
        let cohorts = FleetCohorts([
            (
                stable: FleetCohorts.Cohort(service: service, selector: CohortSelector(workload: "v1")),
                canary: nil
            )
        ])
        let grid = FleetGrid(from: 0, to: Int64(windows) * 60_000, step: 60_000)
        var table = FleetTable(grid: grid, cohorts: cohorts, podLabel: "pod")
        for series in series { table.addRequests(series) }
        let times = (0...windows).map { Double($0) * 60 + 1 }
        table.addSampleTimes(Self.series("x=\"y\"", times))
        return table
    }

    private static func cells(_ table: FleetTable) -> [FleetTally.Cell] {
        var tally = FleetTally(slots: 2, windows: windows)
        tally.add(table)
        return (0..<windows).map { tally.cell(slot: 0, window: $0) }
    }

    @Test("a missing sample of one series fails the pod, and the next one makes up for both windows")
    func hole() {
        var holed = Self.steady
        holed[3] = nil

        let cells = Self.cells(
            Self.table([
                Self.series(Self.code(200), Self.steady), Self.series(Self.code(500), holed),
            ])
        )

        #expect(cells.map(\.failed) == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(cells.map(\.requests) == [20, 20, 0, 40, 20, 20, 20, 20, 20, 20, 20, 20])
        #expect(cells.map(\.failures) == [10, 10, 0, 20, 10, 10, 10, 10, 10, 10, 10, 10])
    }

    @Test("a value that is no count fails the pod", arguments: [Double.nan, .infinity, -.infinity, -1, 1e300])
    func noCount(value: Double) {
        var strange = Self.steady
        strange[3] = value

        let cells = Self.cells(
            Self.table([
                Self.series(Self.code(200), strange), Self.series(Self.code(500), Self.steady),
            ])
        )

        #expect(cells.map(\.failed) == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(cells.map(\.requests) == [20, 20, 0, 40, 20, 20, 20, 20, 20, 20, 20, 20])
    }

    @Test("a hole longer than a baseline lives is neither zero nor the whole counter when it ends", arguments: 1...9)
    func longHole(length: Int) {
        var holed = Self.steady
        for moment in 2..<2 + length { holed[moment] = nil }

        let cells = Self.cells(
            Self.table([
                Self.series(Self.code(200), Self.steady), Self.series(Self.code(500), holed),
            ])
        )

        #expect(cells.allSatisfy { $0.failures <= 10 * Double(length + 1) }, "\(cells.map(\.failures))")
        if length <= 5 {
            #expect(cells.reduce(0) { $0 + $1.failures } == 120)
            #expect(cells.map(\.failed).reduce(0, +) == length)
        } else {
            #expect(cells.contains { $0.failed > 0 })
        }
    }

    @Test("a truly new series of a known pod counts in full")
    func newSeries() {
        let late: [Double?] = [nil, nil, nil, nil, 3, 4, 5, 6, 7, 8, 9, 10, 11]

        let cells = Self.cells(
            Self.table([
                Self.series(Self.code(200), Self.steady), Self.series(Self.code(500), late),
            ])
        )

        #expect(cells.map(\.failures) == [0, 0, 0, 3, 1, 1, 1, 1, 1, 1, 1, 1])
        #expect(cells.allSatisfy { $0.failed == 0 })
    }

    @Test("after a restart series may be missing, and count in full when they begin")
    func restart() {
        let counts: [Double?] = [1000, 1010, 1020, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120]
        let lost: [Double?] = [50, 50, 50, nil, nil, nil, 2, 2, 2, 2, 2, 2, 2]

        let cells = Self.cells(
            Self.table([
                Self.series(Self.code(200), counts), Self.series(Self.code(500), lost),
            ])
        )

        #expect(cells.allSatisfy { $0.failed == 0 })
        #expect(cells.map(\.failures) == [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0])
        #expect(cells[2].requests == 30)
    }

    @Test("a pod that says nothing but nonsense has failed in every window")
    func nonsense() {
        let cells = Self.cells(Self.table([Self.series(Self.code(200), Self.steady.map { _ in .nan })]))

        #expect(cells.allSatisfy { $0.failed == 1 && $0.answered == 0 && $0.requests == 0 })
    }

    @Test("the same series twice in one answer is not counted")
    func twice() {
        let series = Self.series(Self.code(200), Self.steady)

        let cells = Self.cells(Self.table([series, series]))

        #expect(cells.allSatisfy { $0.failed == 1 && $0.requests == 0 })
    }

    @Test("a pod that is scraped twice has failed as long as that lasts, and is named")
    func copies() {
        let doubled = Self.steady.enumerated().map { moment, value in
            value.map { moment == 4 || moment == 5 ? 2 * $0 : $0 }
        }
        var table = Self.table([Self.series(Self.code(200), doubled)])
        var copies = Self.series("x=\"y\"", [nil, nil, nil, nil, 2, 2])
        copies.labelText = Array("pod=\"a\"".utf8)

        table.addCopies(copies)

        var tally = FleetTally(slots: 2, windows: Self.windows)
        tally.add(table)
        let cells = (0..<Self.windows).map { tally.cell(slot: 0, window: $0) }
        #expect(cells.map(\.failed) == [0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0])
        #expect(cells.map(\.requests) == [10, 10, 10, 0, 0, 30, 10, 10, 10, 10, 10, 10])
        #expect(tally.copiedPod(slot: 0) == "a")
        #expect(tally.copiedPod(slot: 1) == nil)
    }
}
