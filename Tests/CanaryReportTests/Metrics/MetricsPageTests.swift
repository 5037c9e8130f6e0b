import CanaryReport
import CanaryTelemetry
import Testing

@Suite("Metrics page")
struct MetricsPageTests {
    private static let counter = MetricFamily(
        "haldane_things",
        .counter,
        labels: ["name"],
        "Things, with \"quotes\" and \\."
    )
    private static let gauge = MetricFamily("haldane_age_seconds", .gauge, unit: "seconds", "Age.")
    private static let facts = MetricFamily("haldane_facts", .info, labels: ["version"], "Facts.")

    @Test("both formats name types as their readers want them")
    func formats() {
        let page = MetricsPage([
            MetricSample(Self.counter, [.init("name", "a")], 3),
            MetricSample(Self.gauge, [], 0.25),
            MetricSample(Self.facts, [.init("version", "1.0")], 1),
            MetricSample(Self.counter, [.init("name", "b")], 4),
        ])

        #expect(
            page.text(.text) == """
                # HELP haldane_things_total Things, with "quotes" and \\\\.
                # TYPE haldane_things_total counter
                haldane_things_total{name="a"} 3
                haldane_things_total{name="b"} 4
                # HELP haldane_age_seconds Age.
                # TYPE haldane_age_seconds gauge
                haldane_age_seconds 0.25
                # HELP haldane_facts_info Facts.
                # TYPE haldane_facts_info gauge
                haldane_facts_info{version="1.0"} 1

                """
        )
        #expect(
            page.text(.openMetrics) == """
                # HELP haldane_things Things, with \\"quotes\\" and \\\\.
                # TYPE haldane_things counter
                haldane_things_total{name="a"} 3
                haldane_things_total{name="b"} 4
                # HELP haldane_age_seconds Age.
                # TYPE haldane_age_seconds gauge
                # UNIT haldane_age_seconds seconds
                haldane_age_seconds 0.25
                # HELP haldane_facts Facts.
                # TYPE haldane_facts info
                haldane_facts_info{version="1.0"} 1
                # EOF

                """
        )
    }

    @Test(
        "label values of any kind come back as they were, without control characters",
        arguments: [
            ("plain", "plain"), ("a \"b\" \\n c\\", "a \"b\" \\n c\\"), ("two\nlines", "two; lines"),
            ("\u{1B}[31mred", "\u{FFFD}[31mred"), ("日本 👍", "日本 👍"), ("{}=,#", "{}=,#"), ("", ""),
        ]
    )
    func labels(value: String, read: String) throws {
        let page = MetricsPage([MetricSample(Self.counter, [.init("name", value)], 1)])

        for format in MetricsPage.Format.allCases {
            let records = try ExpositionReader.samples(of: Array(page.text(format).utf8))
            #expect(records.map { $0.labels.map(\.value) } == [[read]])
        }
    }

    @Test("a label value that never ends is cut")
    func longLabel() throws {
        let page = MetricsPage([MetricSample(Self.counter, [.init("name", String(repeating: "x", count: 100_000))], 1)])

        #expect(page.text(.text).utf8.count < 500)
    }

    @Test(
        "numbers are spelled as the format wants them",
        arguments: [
            (0.0, "0"), (-1, "-1"), (1e6, "1000000"), (0.1, "0.1"), (.nan, "NaN"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (1e300, "1e+300"), (1_766_000_000.25, "1766000000.25"),
        ]
    )
    func numbers(value: Double, text: String) {
        let page = MetricsPage([MetricSample(Self.gauge, [], value)])

        #expect(page.text(.text).hasSuffix("haldane_age_seconds \(text)\n"))
    }

    @Test(
        "OpenMetrics goes to those who ask for it",
        arguments: [
            (nil, MetricsPage.Format.text), ("*/*", .text), ("text/plain", .text),
            ("application/openmetrics-text", .openMetrics),
            ("Application/OpenMetrics-Text; version=1.0.0; charset=utf-8", .openMetrics),
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                .openMetrics
            ),
            ("application/openmetrics-text;q=0", .text),
            ("application/openmetrics-text;version=9.0.0", .text), (";;,,=", .text),
        ] as [(String?, MetricsPage.Format)]
    )
    func negotiation(accept: String?, format: MetricsPage.Format) {
        #expect(MetricsPage.Format(accept: accept) == format)
    }
}
