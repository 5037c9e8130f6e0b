import CanaryTelemetry
import Testing

@Suite struct FleetTallyTests {
    private static let cohorts = FleetCohorts([
        (
            stable: FleetCohorts.Cohort(service: MeshStory.service, selector: CohortSelector(workload: "v1")),
            canary: FleetCohorts.Cohort(service: MeshStory.service, selector: CohortSelector(workload: "v2"))
        )
    ])

    private static func tally(_ story: MeshStory, _ gap: MeshStory.Gap, piece: Int = 1000) -> FleetTally {
        let end = MeshStory.time(story.moments - 1)
        let grid = FleetGrid(from: MeshStory.begin, to: end, step: MeshStory.step)
        var tally = FleetTally(slots: 2, windows: grid.windows)
        for part in grid.pieces(most: piece) {
            var table = FleetTable(grid: part.grid, cohorts: cohorts, podLabel: "pod")
            for series in story.buckets(gap) { table.addBuckets(series) }
            for series in story.requests(gap) { table.addRequests(series) }
            for series in story.sampleTimes(gap) { table.addSampleTimes(series) }
            tally.add(table, firstWindow: part.first)
        }
        return tally
    }

    private struct Counts: Equatable {
        var requests: [Double] = []
        var failures: [Double] = []
        var latency: [[Double]] = []
    }

    private static func counts(_ tally: FleetTally, slot: Int) -> Counts {
        let layout = tally.layout(slots: [0, 1])
        var counts = Counts()
        for window in 0..<tally.windows {
            let cell = tally.cell(slot: slot, window: window)
            counts.requests.append(cell.requests)
            counts.failures.append(cell.failures)
            counts.latency.append(tally.latency(slot: slot, window: window, layout))
        }
        return counts
    }

    private static func counts(_ windows: [Window], _ pods: KeyPath<Window, [PodWindow]>) -> Counts {
        var counts = Counts()
        for window in windows {
            let side = window[keyPath: pods]
            counts.requests.append(side.reduce(0) { $0 + Double($1.total) })
            counts.failures.append(side.reduce(0) { $0 + Double($1.failures) })
            var latency = Array(repeating: 0.0, count: MeshStory.bounds.count)
            for pod in side {
                for (bucket, count) in pod.latency.enumerated() where bucket < latency.count {
                    latency[bucket] += Double(count)
                }
            }
            counts.latency.append(latency)
        }
        return counts
    }

    @Test(
        "a fleet's counts are those that scraping gives: resets, late series, gaps and all",
        arguments: 1...UInt64(40),
        MeshStory.Gap.allCases
    )
    func countsAsScraped(seed: UInt64, gap: MeshStory.Gap) {
        let story = MeshStory(seed: seed, moments: 60)

        let windows = Array(story.collected().dropFirst())
        let tally = Self.tally(story, gap)

        #expect(Self.counts(tally, slot: 0) == Self.counts(windows, \.stable), "seed \(seed)")
        #expect(Self.counts(tally, slot: 1) == Self.counts(windows, \.canary), "seed \(seed)")
    }

    @Test("a stretch of time gives the same counts at once and in pieces", arguments: [1, 5, 13])
    func pieces(length: Int) {
        let story = MeshStory(seed: 99, moments: 60)

        let whole = Self.tally(story, .nothing)
        let parts = Self.tally(story, .nothing, piece: length)

        for slot in 0..<2 { #expect(Self.counts(whole, slot: slot) == Self.counts(parts, slot: slot)) }
    }

    @Test("without times of scrapes a value is a scrape, and a stale one counts nothing twice")
    func withoutSampleTimes() {
        let story = MeshStory(seed: 5, moments: 30)
        let grid = FleetGrid(from: MeshStory.begin, to: MeshStory.time(29), step: MeshStory.step)
        var table = FleetTable(grid: grid, cohorts: Self.cohorts, podLabel: "pod")
        for series in story.requests(.nothing) { table.addRequests(series) }
        for series in story.buckets(.nothing) { table.addBuckets(series) }
        var tally = FleetTally(slots: 2, windows: grid.windows)

        tally.add(table)

        let scraped = Self.counts(Array(story.collected().dropFirst()), \.stable)
        #expect(Self.counts(tally, slot: 0).requests.reduce(0, +) == scraped.requests.reduce(0, +))
    }

    @Test("a pod that is heard of no more is not a failure, one that comes back was missed")
    func turnout() {
        let grid = FleetGrid(from: 0, to: 600_000, step: 60_000)
        var table = FleetTable(grid: grid, cohorts: Self.cohorts, podLabel: "pod")
        func add(_ pod: String, without missing: Set<Int>) {
            let labels =
                "destination_service=\"\(MeshStory.service)\",destination_workload=\"v1\",pod=\"\(pod)\","
                + "response_code=\"200\",response_flags=\"-\""
            let moments = (0...10).filter { !missing.contains($0) }
            table.addRequests(
                PrometheusSeries(
                    labelText: Array(labels.utf8),
                    times: moments.map { Int64($0) * 60_000 },
                    values: moments.map { Double($0) * 10 }
                )
            )
        }
        add("a", without: [])
        add("b", without: [4, 5])
        add("c", without: [6, 7, 8, 9, 10])
        var tally = FleetTally(slots: 2, windows: grid.windows)

        tally.add(table)

        #expect((0..<10).map { tally.cell(slot: 0, window: $0).answered } == [3, 3, 3, 2, 2, 2, 2, 2, 2, 2])
        #expect((0..<10).map { tally.cell(slot: 0, window: $0).failed } == [0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
        #expect((0..<10).map { tally.cell(slot: 0, window: $0).unsure } == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
        #expect((0..<10).map { tally.cell(slot: 0, window: $0).requests } == [30, 30, 30, 20, 20, 40, 20, 20, 20, 20])
        #expect(tally.usableWindows(slot: 0) == [true, true, true, true, false, false, false, false, false, false])
    }

    @Test("pods of one name in two namespaces are two pods")
    func namespaces() {
        let grid = FleetGrid(from: 0, to: 60_000, step: 60_000)
        let cohorts = FleetCohorts([
            (stable: FleetCohorts.Cohort(service: "db.a.svc.cluster.local"), canary: nil),
            (stable: FleetCohorts.Cohort(service: "db.b.svc.cluster.local"), canary: nil),
        ])
        var table = FleetTable(grid: grid, cohorts: cohorts, podLabel: "pod")
        for (namespace, values) in [("a", [100.0, 110]), ("b", [50, 5])] {
            let labels =
                "destination_service=\"db.\(namespace).svc.cluster.local\","
                + "destination_workload_namespace=\"\(namespace)\",pod=\"db-0\",response_code=\"200\""
            table.addRequests(PrometheusSeries(labelText: Array(labels.utf8), times: [0, 60_000], values: values))
        }
        var tally = FleetTally(slots: 4, windows: 1)

        tally.add(table)

        #expect(tally.cell(slot: 0, window: 0).requests == 10)
        #expect(tally.cell(slot: 2, window: 0).requests == 5)
        #expect(!tally.hasSeries(slot: 1))
    }

    @Test("series without a response code make a slot unreadable, and are not counted")
    func unreadable() {
        let grid = FleetGrid(from: 0, to: 60_000, step: 60_000)
        var table = FleetTable(grid: grid, cohorts: Self.cohorts, podLabel: "pod")
        let labels = "destination_service=\"\(MeshStory.service)\",destination_workload=\"v1\",pod=\"a\""
        table.addRequests(PrometheusSeries(labelText: Array(labels.utf8), times: [0, 60_000], values: [1, 9]))
        var tally = FleetTally(slots: 2, windows: 1)

        tally.add(table)

        #expect(tally.isUnreadable(slot: 0))
        #expect(!tally.isUnreadable(slot: 1))
        #expect(tally.cell(slot: 0, window: 0).requests == 0)
    }

    @Test("a value that no counter can have fails the pod, and one off the grid is not looked at")
    func strangeSamples() {
        let grid = FleetGrid(from: 0, to: 180_000, step: 60_000)
        var table = FleetTable(grid: grid, cohorts: Self.cohorts, podLabel: "pod")
        let labels =
            "destination_service=\"\(MeshStory.service)\",destination_workload=\"v1\",pod=\"a\",response_code=\"200\""
        table.addRequests(
            PrometheusSeries(
                labelText: Array(labels.utf8),
                times: [0, 60_000, 60_001, 120_000, .max, .min, 180_000],
                values: [10, .nan, 999, -5, 1, 1, 30]
            )
        )
        var tally = FleetTally(slots: 2, windows: 3)

        tally.add(table)

        #expect((0..<3).map { tally.cell(slot: 0, window: $0).requests } == [0, 0, 20])
        #expect((0..<3).map { tally.cell(slot: 0, window: $0).failed } == [1, 1, 0])
    }

    @Test("what only some histograms have as a bound is no bound of the comparison")
    func commonBounds() {
        let grid = FleetGrid(from: 0, to: 60_000, step: 60_000)
        var table = FleetTable(grid: grid, cohorts: Self.cohorts, podLabel: "pod")
        for (pod, bounds) in [("a", ["5", "10", "+Inf"]), ("b", ["10", "20", "+Inf"])] {
            for (place, bound) in bounds.enumerated() {
                let labels =
                    "destination_service=\"\(MeshStory.service)\",destination_workload=\"v1\",le=\"\(bound)\","
                    + "pod=\"\(pod)\""
                let values = [0, Double(place + 1) * 10]
                table.addBuckets(
                    PrometheusSeries(labelText: Array(labels.utf8), times: [0, 60_000], values: values)
                )
            }
        }
        var tally = FleetTally(slots: 2, windows: 1)

        tally.add(table)

        let layout = tally.layout(slots: [0, 1])
        #expect(layout.bounds?.milliseconds == [10])
        #expect(tally.latency(slot: 0, window: 0, layout) == [30, 30])
    }

    @Test("a grid of nothing, or of nonsense, has no windows")
    func emptyGrids() {
        #expect(FleetGrid(from: 100, to: 100, step: 60).windows == 0)
        #expect(FleetGrid(from: 100, to: 0, step: 60).windows == 0)
        #expect(FleetGrid(from: .min, to: .max, step: 1).windows == 0)
        #expect(FleetGrid(from: 0, to: 90, step: 0).windows == 90)
    }
}
