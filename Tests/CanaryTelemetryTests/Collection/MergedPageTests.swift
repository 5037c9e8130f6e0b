import CanaryTelemetry
import Testing

/// An agent's page: its own part, Envoy's, and the application's OpenMetrics.
@Suite struct MergedPageTests {
    private let configuration = CollectorConfiguration(
        reporter: .destination,
        stable: CohortSelector(workload: "reviews-v1"),
        canary: CohortSelector(workload: "reviews-v2")
    )

    private func page(_ requests: Int, agentStart: Double?, applicationStart: Double) -> [UInt8] {
        let envoy = IstioPage(series: [.init(requests: requests, latency: [requests, 0, 0, 0])], start: agentStart)
        let application = """
            # HELP process_start_time_seconds Start time.
            # TYPE process_start_time_seconds gauge
            # UNIT process_start_time_seconds seconds
            process_start_time_seconds \(applicationStart)
            # TYPE jobs counter
            jobs_total{kind="a b"} 17 # {trace_id="x"} 1 1520879607.789
            jobs_created{kind="a b"} 1520430000.123
            # EOF
            """
        return envoy.bytes + Array(application.utf8)
    }

    private func window(_ pages: [[UInt8]]) -> Window {
        var collector = TelemetryCollector(configuration: configuration)
        var window = Window(seconds: 0)
        for page in pages {
            collector.ingest(page: page, from: "p")
            window = collector.endRound(seconds: 5)
        }
        return window
    }

    @Test("Envoy's plain text and OpenMetrics are read from one body")
    func body() throws {
        let page = page(100, agentStart: 1000, applicationStart: 5000.5)

        let samples = try ExpositionReader.samples(of: page)
        let reading = TelemetryCollector.read(page: page, configuration: configuration)

        #expect(samples.suffix(3).map(\.name) == ["process_start_time_seconds", "jobs_total", "jobs_created"])
        #expect(reading.fault == nil)
        #expect(reading.process.startSeconds == 1000)
        #expect(reading.seriesCount == 1)
    }

    @Test("an application that restarts beside its sidecar resets nothing")
    func applicationRestart() {
        let window = window([
            page(100, agentStart: 1000, applicationStart: 1001), page(130, agentStart: 1000, applicationStart: 9000),
        ])

        #expect(window.stableTotal == 30)
        #expect(window.quality.restarts.isEmpty)
    }

    @Test("without an agent the process's own start time decides")
    func noAgent() {
        let window = window([
            page(100, agentStart: nil, applicationStart: 1001), page(130, agentStart: nil, applicationStart: 9000),
        ])

        #expect(window.stableTotal == 130)
        #expect(window.quality.restarts == ["p"])
    }

    @Test("without any start time Envoy's uptime decides, and then the counters")
    func uptime() {
        let pages = [(100, 500), (130, 505), (140, 2), (10, 7)].map { requests, uptime in
            IstioPage(series: [.init(requests: requests)], start: nil).bytes
                + Array("envoy_server_uptime{} \(uptime)\n".utf8)
        }

        #expect(window(Array(pages[...1])).stableTotal == 30)
        #expect(window(Array(pages[...2])).stableTotal == 140)
        #expect(window(pages).stableTotal == 10)
        #expect(window(pages).quality.restarts == ["p"])
    }

    @Test("a reading made elsewhere gives the window of the page itself")
    func readings() {
        var direct = TelemetryCollector(configuration: configuration)
        var split = TelemetryCollector(configuration: configuration)
        for round in 1...3 {
            let page = page(round * 10, agentStart: 1000, applicationStart: 1)
            direct.ingest(page: page, from: "p")
            split.ingest(reading: TelemetryCollector.read(page: page, configuration: configuration), from: "p")
            #expect(direct.endRound(seconds: 5) == split.endRound(seconds: 5))
        }
    }

    @Test("a page read in chunks of any size is the page", arguments: [1, 13, 64, 4096])
    func chunks(size: Int) {
        let page = page(100, agentStart: 1000, applicationStart: 1)
        var reader = PageReader(configuration: configuration)
        var rest = page[...]
        while !rest.isEmpty {
            reader.feed(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }

        #expect(reader.finish() == TelemetryCollector.read(page: page, configuration: configuration))
    }
}
