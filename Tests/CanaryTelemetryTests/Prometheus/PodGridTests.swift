import CanaryTelemetry
import Testing

@Suite("PodGrid")
struct PodGridTests {
    private static func label(of body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StoredDataError)?.label
        }
    }

    @Test("a series without the pod label is refused with the labels that were found and a hint")
    func podLabel() throws {
        var pages = try #require(StoredPages())
        let text = StoredPages.labels("a").replacing("pod=\"a\",", with: "instance=\"10.0.0.1:15020\",")

        let error = #expect(throws: StoredDataError.self) {
            try pages.grid.addRequests(pages.series(text, [1, 2]))
        }

        #expect(error?.label == "no-pod-label")
        #expect(error?.message.contains("destination_workload, instance") == true)
        #expect(error?.hint?.contains("podLabel: instance") == true)
    }

    @Test("series without a response code, twice, out of order or at other moments are refused")
    func refusals() throws {
        var pages = try #require(StoredPages())
        let withoutCode = StoredPages.labels("a").replacing("response_code=\"200\",", with: "")
        #expect(Self.label { try pages.grid.addRequests(pages.series(withoutCode, [1])) } == "no-response-code")

        try pages.requests("a", [1, 2, 3])
        #expect(Self.label { try pages.requests("a", [nil, nil, 4]) } == "duplicate-series")
        #expect(Self.label { try pages.requests("a", [nil, nil, nil, 4]) } == nil)

        var series = pages.series(StoredPages.labels("b"), [1, 2])
        series.times.reverse()
        #expect(Self.label { try pages.grid.addRequests(series) } == "out-of-order")
        series = pages.series(StoredPages.labels("c"), [1, 2])
        series.times[1] += 1
        #expect(Self.label { try pages.grid.addRequests(series) } == "outside")
        series = pages.series(StoredPages.labels("e"), [1, 2])
        series.times[1] = .max
        #expect(Self.label { try pages.grid.addRequests(series) } == "outside")
        let bucket = pages.series(StoredPages.labels("d"), [1])
        #expect(Self.label { try pages.grid.addBuckets(bucket) } == "no-bucket-bound")
    }

    @Test("fractions are rounded and counted; series of others are left out and counted")
    func fractions() throws {
        var pages = try #require(StoredPages())
        try pages.requests("a", [100.4, 110.6])
        try pages.requests("x", version: "v9", [1, 2])

        #expect(pages.grid.fractions == 2)
        #expect(pages.grid.foreignSeries == 1)
        #expect(pages.grid.podNames == ["a"])
        #expect(pages.grid.samples == 4)
    }

    @Test("a grid of time needs a step and moments that can be written")
    func times() {
        #expect(TimeGrid(first: 0, step: 0, count: 1) == nil)
        #expect(TimeGrid(first: 0, step: 1, count: 0) == nil)
        #expect(TimeGrid(first: .max, step: 1, count: 2) == nil)
        #expect(TimeGrid(first: 0, step: .max, count: 2) == nil)
        #expect(TimeGrid(first: 1000, step: 5, count: 3)?.last == 1010)
    }
}
