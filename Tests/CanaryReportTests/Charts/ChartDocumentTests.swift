import CanaryReport
import Foundation
import Testing

@Suite struct ChartDocumentTests {
    @Test("each kind of chart looks as it did", arguments: SampleCharts.all.map(\.id))
    func golden(id: String) throws {
        let chart = try #require(SampleCharts.all.first { $0.id == id })
        // A line an element, so that differences can be read.
        try GoldenChart.check(chart.figure.replacing("><", with: ">\n<"), "\(id).html")
    }

    @Test("figures are well-formed XML with ids of their own, a name, and a description")
    func documents() throws {
        let text = SampleCharts.all.map(\.figure).joined()
        try expectWellFormed(text)
        let ids = text.matches(of: /\ id="([^"]*)"/).map(\.1)
        #expect(Set(ids).count == ids.count)
        for chart in SampleCharts.all {
            for size in ChartSize.allCases {
                let svg = chart.svg(size)
                let names = try #require(svg.firstMatch(of: /aria-labelledby="([^ "]*) ([^ "]*)"/), "\(chart.id)")
                #expect(svg.contains("<title id=\"\(names.1)\">\(chart.title)</title>"))
                #expect(svg.contains("<desc id=\"\(names.2)\">"))
                let hasLinks = svg.contains("<a href=\"#event-")
                #expect(svg.contains(hasLinks ? "role=\"group\"" : "role=\"img\""), "\(chart.id)")
                #expect(!svg.contains("<script") && !svg.contains("style="), "\(chart.id)")
                for reference in svg.matches(of: /url\(#([^)]*)\)/) { #expect(ids.contains(reference.1)) }
            }
        }
    }

    @Test("a chart of 320 moments stays small, and one of 20,000 hardly grows")
    func sizes() {
        #expect(SampleCharts.errors(points: 320).picture.utf8.count < 20_000)
        #expect(SampleCharts.errors(points: 20_000).picture.utf8.count < 40_000)
        for chart in SampleCharts.all { #expect(chart.picture.utf8.count < 15_000, "\(chart.id)") }
        #expect(ChartStyle.css.utf8.count < 6000)
    }

    @Test("untrusted text cannot leave its place")
    func escaping() throws {
        let nasty = "</title><script>alert(1)</script>\"'&\u{0}\u{1B}[31m\u{FFFF}\n]]>"
        var chart = SampleCharts.errors
        chart.id = nasty
        chart.title = nasty
        chart.summary = nasty
        chart.axis.label = nasty
        chart.series[0].label = nasty
        chart.bands[0].label = nasty
        chart.rules = [ValueRule(nasty, value: 0.01)]
        chart.marks = [TimeMark(nasty, at: 100, detail: nasty, anchor: nasty)]
        chart.steps = [TimeSpan(nasty, from: 0, to: 1200)]
        chart.unusable = [TimeSpan(nasty, from: 300, to: 400)]
        try expectWellFormed(chart.figure)
        #expect(!chart.figure.contains("<script"))
        #expect(ChartMarkup.escaped("a<b>&\"'\n") == "a&lt;b&gt;&amp;&quot;&#39; ")
        #expect(ChartMarkup.escaped("é → 日本 €") == "é → 日本 €")
        #expect(ChartMarkup.escaped("a\u{85}\u{FFFE}b") == "a\u{FFFD}\u{FFFD}b")
        #expect(ChartMarkup.id("a b") != ChartMarkup.id("a_b"))
        #expect(ChartMarkup.id("").allSatisfy { $0.isLetter })
    }

    @Test("gaps break lines, a lonely point is a dot, and what lies outside is said")
    func gaps() throws {
        var chart = TimeChart(
            id: "gaps",
            title: "Gaps",
            summary: "",
            time: TimeAxis(from: 0, to: 100),
            axis: ValueAxis(.milliseconds, limits: 0...10, isClipped: true)
        )
        chart.series = [
            TimeSeries(
                "a",
                role: .stable,
                points: [
                    .init(at: 0, value: 1), .init(at: 10, value: 2), .init(at: 20, value: nil),
                    .init(at: 30, value: .nan),
                    .init(at: 40, value: 3), .init(at: 50, value: nil), .init(at: 60, value: 5),
                    .init(at: 90, value: 400),
                ]
            )
        ]
        let line = try #require(chart.svg.firstMatch(of: /<path class="l rs" d="([^"]*)"/)?.1)
        #expect(line.count { $0 == "M" } == 2)
        #expect(chart.svg.contains("<path class=\"o rs\""))
        #expect(chart.svg.contains("▲ up to 400 ms"))
        #expect(!chart.svg.contains("down to"))
    }

    @Test("a band without an end reaches the edge silently, a finite one that is cut says how far it goes")
    func cutBands() {
        var chart = SampleCharts.errors
        chart.rules = []
        chart.bands.append(TimeBand("worse", role: .harm, points: [.init(at: 0, lower: 0.01, upper: .infinity)]))
        #expect(!chart.svg.contains("▲"))
        chart.bands[2].points.append(.init(at: 9, lower: 0.01, upper: 0.75))
        #expect(chart.svg.contains("▲ band: up to 75 %"))
    }

    @Test("a mismatch of the split begins and ends upright where the intention changed")
    func mismatch() throws {
        let split = SplitChart(
            id: "s",
            title: "",
            summary: "",
            time: TimeAxis(from: 0, to: 100),
            intended: [.init(at: 0, value: 0), .init(at: 50, value: 10)],
            observed: [
                .init(at: 0, value: 0), .init(at: 40, value: 0), .init(at: 60, value: 0), .init(at: 100, value: 10),
            ]
        )
        let path = try #require(split.svg.firstMatch(of: /<path class="b rh" d="([^"]*)"/)?.1)
        #expect(path.hasPrefix("M0 110h324v-110h"), "\(path)")
        #expect(!split.table.header.contains("mismatch"))
    }

    @Test("labels at line ends keep apart")
    func labels() {
        var chart = SampleCharts.evidence
        for index in 0..<6 {
            chart.series.append(
                TimeSeries(
                    "more \(index)",
                    role: .neutral,
                    points: [.init(at: 0, value: 1), .init(at: 1200, value: 1)]
                )
            )
        }
        let places = chart.svg.matches(of: /<text class="d r." x="[^"]*" y="([^"]*)"/).compactMap { Double($0.1) }
            .sorted()
        #expect(places.count == 11)
        #expect(zip(places, places.dropFirst()).allSatisfy { $1 - $0 >= 15.9 })
        for index in 0..<30 {
            chart.series.append(TimeSeries("many \(index)", role: .neutral, points: [.init(at: 0, value: 1)]))
        }
        #expect(!chart.svg.contains("class=\"d "), "with more labels than room, the legend has them")
        #expect(chart.svg.contains(">many 29<"))
    }
}

/// Fails unless the text is well-formed XML once it has a root.
func expectWellFormed(_ text: String, _ comment: Comment? = nil) throws {
    let tool = try ChildTool.run("xmllint", ["--noout", "--nonet", "--huge", "-"], input: "<all>\(text)</all>")
    #expect(tool.code == 0, "\(comment.map { "\($0): " } ?? "")\(tool.output.prefix(500))")
}
