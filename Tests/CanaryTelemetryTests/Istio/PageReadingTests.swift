import CanaryTelemetry
import Testing

/// What a page means: cohorts, reporters, response classes.
@Suite struct PageReadingTests {
    private typealias Series = IstioPage.Series

    /// The window of the second of two pages, the first of which has no series.
    private func window(
        _ series: [IstioPage.Series],
        reporter: Reporter = .destination,
        stable: CohortSelector = CohortSelector(workload: "reviews-v1"),
        canary: CohortSelector = CohortSelector(workload: "reviews-v2"),
        match: [String: String] = [:]
    ) -> Window {
        var collector = TelemetryCollector(
            configuration: CollectorConfiguration(reporter: reporter, stable: stable, canary: canary, match: match)
        )
        collector.ingest(page: IstioPage().bytes, from: "p")
        _ = collector.endRound(seconds: 5)
        collector.ingest(page: IstioPage(series: series).bytes, from: "p")
        return collector.endRound(seconds: 5)
    }

    @Test(
        "a selector takes the workload first, then the revision, then the subset",
        arguments: [
            (CohortSelector(workload: "reviews-v1"), 7),
            (CohortSelector(workload: "reviews-v1", namespace: "test1"), 7),
            (CohortSelector(workload: "reviews-v1", namespace: "other"), 0),
            (CohortSelector(workload: "reviews-v1", revision: "nonsense"), 7),
            (CohortSelector(revision: "r1"), 7), (CohortSelector(revision: "latest"), 0),
            (CohortSelector(subset: "r1"), 7), (CohortSelector(subset: "v1"), 7), (CohortSelector(subset: "x"), 0),
            (CohortSelector(), 0), (CohortSelector(workload: ""), 0),
        ]
    )
    func selectors(selector: CohortSelector, expected: Int) {
        let series = Series(revision: "r1", version: "v1", requests: 7)
        #expect(window([series], stable: selector, canary: CohortSelector()).stableTotal == expected)
    }

    @Test("revision 'latest' is no identity, even when the series says so")
    func latest() {
        let series = Series(workload: "unknown", revision: "latest", version: "latest", requests: 7)
        #expect(window([series], stable: CohortSelector(revision: "latest"), canary: CohortSelector()).stableTotal == 0)
    }

    @Test("only the chosen reporter is counted", arguments: Reporter.allCases)
    func reporters(reporter: Reporter) {
        let series = [
            Series(reporter: "source", requests: 3), Series(reporter: "destination", requests: 5),
            Series(reporter: "waypoint", requests: 7),
        ]

        let window = window(series, reporter: reporter)

        #expect(window.stableTotal == [.source: 3, .destination: 5, .waypoint: 7][reporter])
        #expect(window.stable.map(\.pod) == [reporter == .destination ? "p" : "(all callers)"])
    }

    @Test("every extra label must match, and an absent one is empty")
    func match() {
        let series = [Series(caller: "a", requests: 3), Series(caller: "b", requests: 5)]

        #expect(window(series, match: ["source_workload": "a"]).stableTotal == 3)
        #expect(window(series, match: ["source_workload": "a", "route_name": "staff"]).stableTotal == 0)
        #expect(window(series, match: ["source_workload": "a", "route_name": ""]).stableTotal == 3)
    }

    struct Response: Sendable {
        var code = "200"
        var grpc: String?
        var flags = "-"
        var key: String?
        var isFailure = false
        var isAbort = false
        var hasLatency = false
    }

    @Test(
        "a response is named and classed as the reference says",
        arguments: [
            Response(code: "200", key: "200", hasLatency: true),
            Response(code: "301", key: "301", hasLatency: true),
            Response(code: "404", key: "404", hasLatency: true),
            Response(code: "499", key: "499", isAbort: true, hasLatency: true),
            Response(code: "101", key: "101"),
            Response(code: "500", key: "500", isFailure: true),
            Response(code: "503", flags: "UF,URX", key: "503", isFailure: true),
            Response(code: "504", flags: "UT", key: "504", isFailure: true),
            Response(code: "503", flags: "UO", key: "503", isFailure: true),
            Response(code: "0", flags: "DC", key: "0", isAbort: true),
            Response(code: "503", flags: "FI"), Response(code: "200", flags: "DI"), Response(code: "429", flags: "RL"),
            Response(code: "500", flags: "RLSE"), Response(code: "403", flags: "UAEX"),
            Response(code: "200", flags: "RFCF"),
            Response(code: "503", flags: "URX,FI"),
            Response(grpc: "0", key: "grpc-0", hasLatency: true),
            Response(grpc: "5", key: "grpc-5", hasLatency: true),
            Response(grpc: "13", key: "grpc-13", isFailure: true),
            Response(grpc: "14", key: "grpc-14", isFailure: true),
            Response(grpc: "4", key: "grpc-4", isFailure: true),
            Response(grpc: "", key: "grpc-unknown", isFailure: true),
            Response(code: "0", grpc: "", flags: "DC", key: "0", isAbort: true),
            Response(grpc: "nonsense", key: "grpc-unknown", isFailure: true),
        ]
    )
    func responses(response: Response) {
        let series = Series(
            requestProtocol: response.grpc == nil ? "http" : "grpc",
            code: response.code,
            grpcStatus: response.grpc ?? "",
            flags: response.flags,
            requests: 4,
            latency: [1, 1, 1, 1]
        )

        let window = window([series])

        guard let key = response.key else {
            #expect(window.stableTotal == 0)
            #expect(window.quality.excluded.map(\.count) == [4])
            return
        }
        #expect(window.stable.first?.requests == [ResponseCount(key: ResponseKey(key), count: 4)])
        #expect(window.stable.first?.failures == (response.isFailure ? 4 : 0))
        #expect(window.stable.first?.aborts == (response.isAbort ? 4 : 0))
        #expect(window.stable.first?.latency == (response.hasLatency ? [1, 1, 1, 1] : []))
    }

    @Test("callers of the canary are named, those without a sidecar as unknown")
    func callers() {
        let series = [
            Series(workload: "reviews-v2", caller: "gateway", requests: 9),
            Series(workload: "reviews-v2", caller: "unknown", requests: 2),
            Series(workload: "reviews-v2", caller: "", requests: 3), Series(caller: "elsewhere", requests: 100),
        ]

        #expect(
            window(series).quality.canaryCallers
                == [CallerCount(name: "gateway", count: 9), CallerCount(name: "unknown", count: 5)]
        )
    }

    @Test("no more than 32 callers are named")
    func manyCallers() {
        let series = (0..<100).map { Series(workload: "reviews-v2", caller: "caller-\($0)", requests: 1) }

        let callers = window(series).quality.canaryCallers

        #expect(callers.count == 32)
        #expect(callers.reduce(0) { $0 + $1.count } == 100)
        #expect(callers.first == CallerCount(name: "(other)", count: 69))
    }

    @Test("failures that reached no version are counted for the same service only")
    func unattributed() {
        let nobody = { (service: String, requests: Int) in
            Series(
                reporter: "source",
                workload: "unknown",
                revision: "latest",
                version: "unknown",
                service: service,
                code: "503",
                flags: "UH",
                requests: requests
            )
        }
        let series = [
            Series(reporter: "source", requests: 10), nobody("reviews.test1.svc.cluster.local", 6),
            nobody("other.test1.svc.cluster.local", 50),
        ]

        let window = window(series, reporter: .source)

        #expect(window.quality.unattributed == [CallerCount(name: "UH", count: 6)])
        #expect(window.stableTotal == 10)
        #expect(window.canaryTotal == 0)
    }

    @Test(
        "a page that hides or breaks its counts is refused",
        arguments: [
            ("{LABELS,response_code=\"\"} 5\n", "response_code"),
            ("{LABELS,response_code=\"200\"} -5\n", "2^53"), ("{LABELS,response_code=\"200\"} NaN\n", "2^53"),
            ("{LABELS,response_code=\"200\"} 1e300\n", "2^53"),
            ("{LABELS,response_code=\"200\"} 5\nistio_requests_total{LABELS,response_code=\"200\"} 5\n", "twice"),
        ]
    )
    func brokenCounts(text: String, word: String) throws {
        let labels = #"reporter="destination",destination_workload="reviews-v1""#
        let page =
            "istio_requests_total"
            + text.split(separator: "LABELS", omittingEmptySubsequences: false).joined(separator: labels)

        let reading = TelemetryCollector.read(
            page: Array(page.utf8),
            configuration: CollectorConfiguration(
                reporter: .destination,
                stable: CohortSelector(workload: "reviews-v1"),
                canary: CohortSelector()
            )
        )

        #expect(try #require(reading.fault).message.contains(word))
    }
}
