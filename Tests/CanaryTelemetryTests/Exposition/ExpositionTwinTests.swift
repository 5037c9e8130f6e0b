import CanaryTelemetry
import Testing

/// The vector and the scalar path, whole pages and chunks, over random and damaged input.
@Suite struct ExpositionTwinTests {
    private let configuration = CollectorConfiguration(
        reporter: .source,
        stable: CohortSelector(workload: "demo4-v1"),
        canary: CohortSelector(workload: "demo4-v2")
    )

    private func read(_ page: [UInt8], _ check: ExpositionCheck, chunk: Int? = nil) -> PageReading {
        var reader = PageReader(configuration: configuration, check: check)
        var start = 0
        while start < page.count {
            let end = min(page.count, start + (chunk ?? page.count))
            reader.feed(Array(page[start..<end]))
            start = end
        }
        return reader.finish()
    }

    @Test("all ways of reading a real page agree", arguments: ["envoy-stats.prom", "istio-exporter.prom"])
    func realPages(file: String) throws {
        let page = try Fixture.bytes(file)
        let expected = read(page, .everyLine)

        #expect(expected.fault == nil)
        #expect(expected.seriesCount > 0)
        #expect(read(page, .istioOnly) == expected)
        #expect(read(page, .istioOnlyScalar) == expected)
        for chunk in [1, 7, 63, 64, 65, 1000, 16_384] { #expect(read(page, .istioOnly, chunk: chunk) == expected) }
    }

    @Test("random bytes never trap, and twins agree on them", arguments: [1, 2, 3, 4] as [UInt64])
    func randomBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("istio_requests_total{}\"\\=,.le 0123456789+Infe-#\n\n\r\t<aé".utf8)
        for round in 0..<2000 {
            let length = Int.random(in: 0...400, using: &random)
            let page = (0..<length).map { _ in
                round % 4 == 0
                    ? UInt8.random(in: 0...255, using: &random)
                    : alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
            }
            let expected = read(page, .istioOnlyScalar)
            #expect(read(page, .istioOnly) == expected)
            #expect(read(page, .istioOnly, chunk: 5).fault == expected.fault)
            _ = read(page, .everyLine)
            _ = try? ExpositionReader.samples(of: page)
        }
    }

    @Test("damaged pages never trap, and twins agree on them", arguments: [5, 6] as [UInt64])
    func damagedPages(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let whole = try Fixture.bytes("istio-exporter.prom")
        let lines = whole.split(separator: 10)
        for _ in 0..<300 {
            var page: [UInt8] = []
            let first = Int.random(in: 0..<lines.count, using: &random)
            for line in lines[first...].prefix(30) {
                page += line
                page.append(10)
            }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<page.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: page[place] = UInt8.random(in: 0...255, using: &random)
                case 1: page.remove(at: place)
                default: page.insert(page[Int.random(in: 0..<page.count, using: &random)], at: place)
                }
            }
            let expected = read(page, .istioOnlyScalar)
            #expect(read(page, .istioOnly) == expected)
            #expect(read(page, .istioOnly, chunk: 97) == expected)
            var collector = TelemetryCollector(configuration: configuration)
            collector.ingest(page: whole, from: "a")
            collector.ingest(page: page, from: "a")
            _ = collector.endRound(seconds: 5)
        }
    }

    @Test(
        "in skipping mode what does not look like a line still refuses the page",
        arguments: [
            "<html>\n", "x\n", "Service Unavailable\n", "m 1 oops!\n", "m{a=\"b\"}\n", "?? 1\n",
            "upstream connect error or disconnect\n",
        ]
    )
    func skippedLines(text: String) {
        #expect(read(Array(("envoy_server_live{} 1\n" + text).utf8), .istioOnly).fault != nil)
    }
}
