import CanaryTelemetry
import Testing

@Suite("StoredRounds")
struct StoredRoundsTests {
    @Test("counters become increases from the second moment on")
    func steady() throws {
        var pages = try #require(StoredPages())
        try pages.steady("a")
        try pages.steady("b")
        try pages.steady("c", version: "v2")

        let windows = pages.windows()

        #expect(windows.count == 8)
        #expect(windows[0].quality.unusable == .baseline)
        #expect(windows.dropFirst().allSatisfy { $0.quality == windows[1].quality && $0.seconds == 10 })
        #expect(windows[1].quality.unusable == nil)
        #expect(windows[1].quality.canaryCallers == [CallerCount(name: "client", count: 10)])
        #expect(StoredPages.totals(windows, "a") == [nil, 10, 10, 10, 10, 10, 10, 10])
        #expect(windows[3].canary.map(\.pod) == ["c"])
    }

    @Test("a value that a server repeats is a failure of the pod, not zero traffic")
    func stale() throws {
        var pages = try #require(StoredPages())
        try pages.steady("b")
        try pages.requests("a", [100, 110, 110, 110, 140, 150, 160, 170])
        try pages.sampled("a", secondsAgo: [3, 3, 13, 23, 3, 3, 3, 3])

        let windows = pages.windows()

        #expect(StoredPages.totals(windows, "a") == [nil, 10, nil, nil, 30, 10, 10, 10])
        #expect(StoredPages.faults(windows, "a") == [nil, nil, "stale", "stale", nil, nil, nil, nil])
    }

    @Test("when every pod is stale nothing can be judged")
    func allStale() throws {
        var pages = try #require(StoredPages())
        try pages.requests("a", [100, 110, 110, 110, 110, 110, 110, 110])
        try pages.sampled("a", secondsAgo: [3, 3, 13, 23, 33, 43, 53, 63])

        let windows = pages.windows()

        #expect(windows.dropFirst(2).allSatisfy { $0.quality.unusable != nil && $0.stableTotal == 0 })
        #expect(windows[2].quality.unusable == .nothingScraped)
    }

    @Test("a pod that is not a target any more is gone; one that is has failed")
    func gone() throws {
        var pages = try #require(StoredPages())
        try pages.steady("b")
        for pod in ["left", "failing"] {
            try pages.requests(pod, [100, 110, 120, nil, nil, nil, nil, nil])
            try pages.sampled(pod, secondsAgo: [3, 3, 3, nil, nil, nil, nil, nil])
        }
        try pages.grid.addTargets(pages.series("pod=\"b\"", Array(repeating: 1, count: 8)))
        try pages.grid.addTargets(pages.series("pod=\"left\"", [1, 1, 1, nil, nil, nil, nil, nil]))
        try pages.grid.addTargets(pages.series("pod=\"failing\"", [1, 1, 1, 0, 0, 0, 0, 0]))

        let windows = pages.windows()

        #expect(StoredPages.faults(windows, "left") == Array(repeating: nil, count: 8))
        #expect(StoredPages.faults(windows, "failing")[3...].allSatisfy { $0 == "no-sample" })
        #expect(StoredPages.totals(windows, "left") == [nil, 10, 10, nil, nil, nil, nil, nil])
    }

    @Test("without knowing the targets, a pod that comes back has failed and one that does not is gone")
    func returning() throws {
        var pages = try #require(StoredPages())
        try pages.steady("b")
        try pages.requests("back", [100, 110, nil, nil, 140, 150, 160, 170])
        try pages.sampled("back", secondsAgo: [3, 3, nil, nil, 3, 3, 3, 3])
        try pages.requests("left", [100, 110, nil, nil, nil, nil, nil, nil])
        try pages.sampled("left", secondsAgo: [3, 3, nil, nil, nil, nil, nil, nil])

        let windows = pages.windows()

        #expect(StoredPages.totals(windows, "back") == [nil, 10, nil, nil, 30, 10, 10, 10])
        #expect(StoredPages.faults(windows, "back") == [nil, nil, "no-sample", "no-sample", nil, nil, nil, nil])
        #expect(StoredPages.faults(windows, "left") == Array(repeating: nil, count: 8))
    }

    @Test("a series that an answer lacks for a while is a hole, and does not count from zero when it is back")
    func gap() throws {
        var pages = try #require(StoredPages())
        try pages.steady("b")
        try pages.requests("a", [100, 110, 120, 130, 140, 150, 160, 170])
        try pages.requests("a", code: "503", [5000, 5001, nil, 5003, 5004, 5005, 5006, 5007])
        try pages.sampled("a", secondsAgo: Array(repeating: 3, count: 8))

        let windows = pages.windows()

        #expect(StoredPages.totals(windows, "a") == [nil, 11, nil, 22, 11, 11, 11, 11])
        #expect(StoredPages.faults(windows, "a") == [nil, nil, "gap", nil, nil, nil, nil, nil])
        #expect(windows[2].quality.faults.first?.message.contains("response_code=\"503\"") == true)
    }

    @Test("a process that began anew counts from zero, told by its start or by falling counters")
    func restart() throws {
        for knowsStart in [true, false] {
            var pages = try #require(StoredPages())
            try pages.steady("b")
            try pages.requests("a", [100, 110, 120, 7, 17, 27, 37, 47])
            try pages.requests("a", code: "404", [50, 51, 52, nil, nil, 2, 3, 4])
            try pages.sampled("a", secondsAgo: Array(repeating: 3, count: 8))
            if knowsStart {
                let starts: [Double?] = [500, 500, 500, 1025, 1025, 1025, 1025, 1025]
                try pages.grid.addProcessStarts(pages.series("pod=\"a\"", starts))
            }

            let windows = pages.windows()

            #expect(StoredPages.totals(windows, "a") == [nil, 11, 11, 7, 10, 12, 11, 11], "\(knowsStart)")
            #expect(windows[3].quality.restarts == ["a"], "\(knowsStart)")
            #expect(StoredPages.faults(windows, "a") == Array(repeating: nil, count: 8), "\(knowsStart)")
        }
    }

    @Test("a value that is no count makes its pod fail in that round", arguments: [Double.nan, .infinity, -1, 1e300])
    func notACount(value: Double) throws {
        var pages = try #require(StoredPages())
        try pages.steady("b")
        try pages.requests("a", [100, 110, value, 130, 140, 150, 160, 170])
        try pages.sampled("a", secondsAgo: Array(repeating: 3, count: 8))

        let windows = pages.windows()

        #expect(StoredPages.totals(windows, "a") == [nil, 10, nil, 20, 10, 10, 10, 10])
        #expect(StoredPages.faults(windows, "a")[2] == "malformed")
    }

    @Test("samples from the future are not believed")
    func future() throws {
        var pages = try #require(StoredPages())
        try pages.steady("b")
        try pages.requests("a", [100, 110, 120, 130, 140, 150, 160, 170])
        try pages.sampled("a", secondsAgo: [3, 3, -60, 3, 3, 3, 3, 3])

        let windows = pages.windows()

        #expect(StoredPages.faults(windows, "a") == [nil, nil, "future", nil, nil, nil, nil, nil])
        #expect(StoredPages.totals(windows, "a")[3] == 20)
    }

    @Test("baselines outlive a stretch of time, and several moments can make one window")
    func stretches() throws {
        let first = try #require(TimeGrid(first: 1_000_000, step: 10_000, count: 3))
        let second = try #require(TimeGrid(first: 1_030_000, step: 10_000, count: 4))
        var one = try #require(StoredPages(first))
        var two = try #require(StoredPages(second))
        try one.requests("a", [100, 110, 120])
        try one.sampled("a", secondsAgo: [1, 1, 1])
        try two.requests("a", [130, 140, nil, 160])
        try two.sampled("a", secondsAgo: [1, 1, nil, 1])
        var rounds = StoredRounds(configuration: StoredPages.configuration)

        let windows = rounds.windows(of: one.grid)
        let joined = rounds.window(of: two.grid, seconds: 40)

        #expect(StoredPages.totals(windows, "a") == [nil, 10, 10])
        #expect(joined.stableTotal == 40)
        #expect(joined.seconds == 40)
        #expect(joined.quality.unusable == nil)
        #expect(joined.quality.faults.isEmpty)
    }

    @Test("buckets of one label set are one histogram, whatever their order")
    func histogram() throws {
        var pages = try #require(StoredPages())
        try pages.steady("a")
        let below: [(String, Double)] = [("+Inf", 10), ("1", 4), ("10", 9), ("5", 6)]
        for (bound, step) in below {
            let labels =
                "destination_workload=\"reviews-v1\",le=\"\(bound)\",pod=\"a\",reporter=\"destination\","
                + "request_protocol=\"http\",response_code=\"200\""
            try pages.grid.addBuckets(pages.series(labels, (0..<8).map { Double($0) * step }))
        }

        let windows = pages.windows()

        #expect(windows[4].bounds.milliseconds == [1, 5, 10])
        #expect(windows[4].stable.first?.latency == [4, 2, 3, 1])
    }
}
