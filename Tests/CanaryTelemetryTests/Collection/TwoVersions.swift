import CanaryTelemetry

/// Collectors and series of two versions, `reviews-v1` and `reviews-v2`.
enum TwoVersions {
    static func makeCollector(_ reporter: Reporter = .destination) -> TelemetryCollector {
        TelemetryCollector(
            configuration: CollectorConfiguration(
                reporter: reporter,
                stable: CohortSelector(workload: "reviews-v1"),
                canary: CohortSelector(workload: "reviews-v2")
            )
        )
    }

    static func stable(_ requests: Int, _ latency: [Int] = [], code: String = "200") -> IstioPage.Series {
        IstioPage.Series(code: code, requests: requests, latency: latency)
    }

    static func canary(_ requests: Int, _ latency: [Int] = [], code: String = "200") -> IstioPage.Series {
        IstioPage.Series(
            workload: "reviews-v2",
            revision: "v2",
            version: "v2",
            code: code,
            requests: requests,
            latency: latency
        )
    }

    /// Rounds of one target each; nil is a failed scrape. The last window.
    static func lastWindow(_ pages: [IstioPage?]) -> Window {
        var collector = makeCollector()
        var window = Window(seconds: 0)
        for page in pages {
            if let page {
                collector.ingest(page: page.bytes, from: "p")
            } else {
                collector.fail(target: "p", label: "timeout", message: "no answer")
            }
            window = collector.endRound(seconds: 5)
        }
        return window
    }
}
