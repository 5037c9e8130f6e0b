import CanaryTelemetry
import Testing

@Suite struct ExpositionReaderTests {
    private func samples(_ text: String, limits: ExpositionLimits = ExpositionLimits()) throws -> [ExpositionRecord] {
        try ExpositionReader.samples(of: Array(text.utf8), limits: limits)
    }

    private func error(_ text: String, limits: ExpositionLimits = ExpositionLimits()) -> ExpositionError? {
        do {
            _ = try samples(text, limits: limits)
            return nil
        } catch {
            return error as? ExpositionError
        }
    }

    private static func record(
        _ name: String,
        _ labels: KeyValuePairs<String, String>,
        _ value: Double,
        _ timestamp: Double? = nil
    ) -> ExpositionRecord {
        ExpositionRecord(
            name: name,
            labels: labels.map { ExpositionRecord.Label(name: $0.key, value: $0.value) },
            value: value,
            timestamp: timestamp
        )
    }

    @Test(
        "a line that clients really write is one sample",
        arguments: [
            ("up 1\n", record("up", [:], 1)),
            ("up{} 0\n", record("up", [:], 0)),
            ("up 1", record("up", [:], 1)),
            ("up 1\r\n", record("up", [:], 1)),
            ("  up \t 1  \n", record("up", [:], 1)),
            ("up 1 1395066363000\n", record("up", [:], 1, 1_395_066_363_000)),
            ("up 1 1520879607.789\n", record("up", [:], 1, 1520879607.789)),
            ("a:b_c 2\n", record("a:b_c", [:], 2)),
            ("m{a=\"x\",b=\"y\"} 3\n", record("m", ["a": "x", "b": "y"], 3)),
            ("m{a=\"x\",} 3\n", record("m", ["a": "x"], 3)),
            ("m { a = \"x\" , b = \"y\" } 3\n", record("m", ["a": "x", "b": "y"], 3)),
            ("m{a=\"q\\\"b\\\\n\\n\"} 3\n", record("m", ["a": "q\"b\\n\n"], 3)),
            ("m{a=\"}{,=#\"} 3\n", record("m", ["a": "}{,=#"], 3)),
            ("m{a=\"é|😀\"} 3\n", record("m", ["a": "é|😀"], 3)),
            ("m_bucket{le=\"0.5\"} 3\n", record("m_bucket", ["le": "0.5"], 3)),
            ("m_bucket{le=\"+Inf\",a=\"x\"} 3\n", record("m_bucket", ["a": "x", "le": "+Inf"], 3)),
            ("m_bucket{a=\"x\",le=\"1.0\",b=\"y\"} 3\n", record("m_bucket", ["a": "x", "b": "y", "le": "1.0"], 3)),
            ("m 3 # {trace_id=\"abc\"} 0.67 1520879607.789\n", record("m", [:], 3)),
            ("m 3 17 # {} 0.67\n", record("m", [:], 3, 17)),
            ("m 34563.968767653917893767356872559\n", record("m", [:], 34563.96876765392)),
            ("m 1e-3\n", record("m", [:], 0.001)),
            ("m +Inf\n", record("m", [:], .infinity)),
        ]
    )
    func lines(text: String, expected: ExpositionRecord) throws {
        #expect(try samples(text) == [expected])
    }

    @Test("comments, blank lines, repeated TYPE lines and # EOF in the middle are passed")
    func mergedBody() throws {
        let text = """
            # TYPE envoy_x counter
            envoy_x{} 1

            # HELP y Anything goes " here \\
            # TYPE y counter
            # TYPE y counter
            # UNIT y seconds
            y_total 2
            # EOF
            #
            z 3
            """

        let found = try samples(text)

        #expect(found.map(\.name) == ["envoy_x", "y_total", "z"])
        #expect(found.map(\.value) == [1, 2, 3])
    }

    @Test("NaN is a value")
    func nan() throws {
        #expect(try samples("m NaN\n").first?.value.isNaN == true)
    }

    @Test(
        "a malformed line is refused with its line and column",
        arguments: [
            ("ok 1\nbad\n", 2, 4), ("ok 1\nbad{a=\"x\"}\n", 2, 11), ("m{a=\"x} 1\n", 1, 5), ("m{a=x} 1\n", 1, 5),
            ("m{=\"x\"} 1\n", 1, 3), ("m{a=\"x\" b=\"y\"} 1\n", 1, 9), ("m{a=\"\\t\"} 1\n", 1, 6),
            ("m{a=\"x\",a=\"y\"} 1\n", 1, 9), ("m{a=\"x\"} one\n", 1, 10), ("m 1 2 3\n", 1, 7), ("m 1 x\n", 1, 5),
            ("ok 1\n5m 1\n", 2, 1), ("m-x 1\n", 1, 2), ("m 0x1p3\n", 1, 3), ("m 1 # x\n", 1, 7), ("m{a=\"x\"", 1, 8),
            ("m_bucket{le=\"many\"} 1\n", 1, 14), ("# TYPE m strange\n", 1, 10), ("m{,} 1\n", 1, 3),
            ("m 1 # {a=\"b\"} 1 2 3\n", 1, 19), ("\u{FEFF}m 1\nx", 1, 1),
        ]
    )
    func malformed(text: String, line: Int, column: Int) throws {
        let found = try #require(error(text))
        #expect(found.line == line, "\(found)")
        #expect(found.column == column, "\(found)")
    }

    @Test(
        "what is no exposition at all is called by its name",
        arguments: [
            ("<html><body>502</body></html>", "HTML"), ("\n\n<!doctype html>\n", "HTML"), ("{\"status\":1}", "JSON"),
            ("\u{1F}garbage", "compressed"),
        ]
    )
    func notExposition(text: String, word: String) throws {
        let found = try #require(error(text))
        #expect(found.code == .notExposition)
        #expect(found.message.contains(word))
    }

    @Test("limits refuse the page and say which")
    func limits() throws {
        let text = "m{a=\"123456789\",b=\"2\"} 1\nm2 1\n"

        #expect(error(text, limits: ExpositionLimits(lineBytes: 10))?.message.contains("10 bytes") == true)
        #expect(error(text, limits: ExpositionLimits(labels: 1))?.message.contains("1 labels") == true)
        #expect(error(text, limits: ExpositionLimits(labelBytes: 8))?.message.contains("8 bytes") == true)
        #expect(error(text, limits: ExpositionLimits(samples: 1))?.line == 2)
        #expect(error(text, limits: ExpositionLimits(bodyBytes: 20))?.code == .tooLarge)
        #expect(error(text, limits: ExpositionLimits(labelSets: 1))?.code == .tooLarge)
        #expect(error(text) == nil)
    }

    @Test("an endless line is refused before it is kept")
    func endlessLine() {
        var reader = ExpositionReader(limits: ExpositionLimits(lineBytes: 1000))
        var fed = 0

        #expect(throws: ExpositionError.self) {
            for _ in 0..<1000 {
                try reader.feed(Array(repeating: UInt8(ascii: "a"), count: 100))
                fed += 100
            }
        }
        #expect(fed <= 1000)
    }

    @Test("a page cut at any byte gives the samples of the whole page")
    func chunkBorders() throws {
        let text = Array(
            """
            # TYPE m histogram\r
            m_bucket{a="x\\"y",le="1"} 1\r
            m_bucket{a="x\\"y",le="+Inf"} 2

            istio_requests_total{reporter="source"} 12345 17
            last 3.25
            """.utf8
        )
        let whole = try ExpositionReader.samples(of: text)

        for cut in 0...text.count {
            var reader = ExpositionReader()
            try reader.feed(text[..<cut])
            try reader.feed(text[cut...])
            try reader.finish()
            #expect(reader.samples == whole)
        }
        var reader = ExpositionReader()
        for byte in text { try reader.feed([byte]) }
        try reader.finish()
        #expect(reader.samples == whole)
        #expect(whole.count == 4)
    }

    @Test("real pages are read in full", arguments: [("envoy-stats.prom", 1384), ("istio-exporter.prom", 184)])
    func realPages(file: String, count: Int) throws {
        #expect(try ExpositionReader.samples(of: Fixture.bytes(file)).count == count)
    }
}
