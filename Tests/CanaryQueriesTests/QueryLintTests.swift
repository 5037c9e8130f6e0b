import CanaryQueries
import Testing

@Suite struct QueryLintTests {
    /// A counter of one's own that is as it should be, with a place for what is not.
    private static func own(
        _ expression: String,
        kind: String = "counter",
        labels: String = "${pod}",
        more: String = ""
    )
        throws -> [QueryFinding]
    {
        try QuerySet.builtIn().lint([("own", SampleHoles.query(expression, kind: kind, labels: labels, more: more))])
    }

    @Test("finds nothing in a ratio, a histogram and a gauge that are as they should be")
    func good() throws {
        let files = [
            ("orders", SampleHoles.query("sum by (${pod}) (orders_total{${version}})")),
            ("refused", SampleHoles.query("sum by (${pod}) (refused_total{${version}})", more: "# of: orders\n")),
            (
                "wait",
                SampleHoles.query(
                    "sum by (${pod}, le) (wait_seconds_bucket{${version}})",
                    kind: "histogram",
                    labels: "${pod}, le"
                )
            ),
            ("queue", SampleHoles.query("max\tby\t(${pod})\t(queue_length{${version}})", kind: "gauge")),
            ("after", SampleHoles.query("sum(orders_total{${version}}) by (${pod})")),
            ("peak", SampleHoles.query("max by (${pod}) (max_over_time(queue{${version}}[1m]))", kind: "gauge")),
            ("plain", SampleHoles.query("orders_total{${version}, pod!=\"\"} # tells ${pod}s apart", labels: "none")),
        ]

        let findings = try QuerySet.builtIn().lint(files)

        #expect(
            findings.map(\.error.description) == [
                "plain.promql:6:1: ${pod} is not in it: a sum over pods falls when one of them restarts or ends"
            ]
        )
    }

    struct Example: Sendable {
        var rule: QueryFinding.Rule
        var severity = QueryFinding.Severity.error
        var expression: String
        var kind = "counter"
        var labels = "${pod}"
        var more = ""
        var line = 6
        var column = 1
    }

    static let examples = [
        Example(rule: .syntax, expression: "sum by (${pod}) (a{${version}}", column: 17),
        Example(rule: .syntax, expression: "sum by (${pod}) (a{${version}})\n  )", line: 7, column: 3),
        Example(rule: .syntax, expression: "sum by (${pod}) (a{${version})]", column: 30),
        Example(rule: .syntax, expression: "sum by (${pod}) (a{${version}, é=\"x})", column: 34),
        Example(rule: .syntax, expression: "sum by ($pod) (a{${version}})", column: 9),
        Example(rule: .hole, expression: "sum by (${pods}) (a{${version}, x=\"${pod}\"})", column: 9),
        Example(rule: .hole, expression: "sum by (${pod}) (a{${version}, r=${reporter}})", column: 34),
        Example(rule: .hole, expression: "sum by (${pod}) (a{x=\"${version}\"})", column: 22),
        Example(rule: .hole, expression: "sum by (${pod}) (max_over_time(a{${version}}[${period}]))", column: 46),
        Example(rule: .hole, expression: "sum by (${pod}) (a)"),
        Example(rule: .rate, expression: "sum by (${pod}) (rate(a{${version}}[5m]))", column: 18),
        Example(rule: .rate, expression: "sum by (${pod}) (INCREASE(a{${version}}[5m]))", column: 18),
        Example(
            rule: .labels,
            expression: "sum by (${pod}) (a_bucket{${version}})",
            kind: "histogram",
            labels: "${pod}, le"
        ),
        Example(rule: .labels, expression: "sum(a{${version}, x!=\"${pod}\"})"),
        Example(
            rule: .labels,
            severity: .warning,
            expression: "sum by (${pod}, code) (a{${version}})"
        ),
        Example(rule: .pod, expression: "sum by (node) (a{${version}})", labels: "node"),
        Example(rule: .pod, severity: .warning, expression: "max(a{${version}})", kind: "gauge", labels: "none"),
        Example(rule: .range, expression: "sum by (${pod}) (a{${version}}[5m])", column: 31),
        Example(rule: .range, expression: "a{${version}, x=\"${pod}\"}[5m]", kind: "gauge", labels: "none", column: 26),
        Example(
            rule: .absent,
            severity: .warning,
            expression: "sum by (${pod}) (a{${version}}) or vector(0)",
            column: 33
        ),
        Example(
            rule: .time,
            severity: .warning,
            expression: "sum by (${pod}) (a{${version}} offset 1h)",
            column: 32
        ),
        Example(rule: .time, severity: .warning, expression: "sum by (${pod}) (a{${version}} @ 100)", column: 32),
        Example(rule: .denominator, expression: "sum by (${pod}) (a{${version}})", more: "# of: request_total\n"),
        Example(rule: .denominator, expression: "sum by (${pod}) (a{${version}})", more: "# of: latency_buckets\n"),
        Example(rule: .denominator, expression: "sum by (${pod}) (a{${version}})", more: "# of: own\n"),
        Example(rule: .denominator, expression: "sum by (${pod}) (a{${version}})", more: "# of: request_totals\n"),
        Example(rule: .header, expression: "sum by (${pod}) (a{${version}})", more: "# unit: x\n"),
        Example(
            rule: .header,
            severity: .warning,
            expression: "sum by (${pod}) (a{${version}})",
            more: "# veiw: grafana\n"
        ),
    ]

    @Test("shows what is wrong with its line and column", arguments: examples)
    func finds(example: Example) throws {
        let findings = try Self.own(
            example.expression,
            kind: example.kind,
            labels: example.labels,
            more: example.more
        )

        #expect(findings.count == 1, "\(findings.map(\.error.description))")
        #expect(findings.first?.rule == example.rule)
        #expect(findings.first?.severity == example.severity)
        #expect(findings.first?.error.line == example.line)
        #expect(findings.first?.error.column == example.column)
    }

    @Test("takes the requests that Istio counts of a version for the whole of a ratio")
    func requests() throws {
        #expect(try Self.own("sum by (${pod}) (a{${version}})", more: "# of: cohort_requests\n") == [])
    }

    @Test("names every key that a header lacks")
    func header() throws {
        let findings = try QuerySet.builtIn().lint([("own", "# asks: x\nup\n")])

        #expect(findings.map(\.rule) == [.header, .header, .header, .header])
        #expect(findings.allSatisfy { $0.error.hint != nil })
    }

    @Test("says what a misspelt hole or denominator is meant to be")
    func suggestions() throws {
        #expect(
            try Self.own("sum by (${pods}) (a{${version}, x=\"${pod}\"})").first?.error.hint == "did you mean ${pod}?"
        )
        let ratio = try Self.own("sum by (${pod}) (a{${version}})", more: "# of: request_total\n")
        #expect(ratio.first?.error.hint == "did you mean 'request_totals'?")
    }

    @Test("lets a view ask for rates over a period, and a gauge for rates of its own")
    func rates() throws {
        let view = "sum(rate(a{${cohort}}[${period}]))"

        #expect(try Self.own(view, kind: "gauge", labels: "none", more: "# view: grafana\n") == [])
        #expect(try Self.own("sum by (${pod}) (rate(cpu{${version}}[5m]))", kind: "gauge") == [])
    }

    @Test("holds a replacement to what the original answers")
    func replacement() throws {
        let set = try QuerySet.builtIn()
        let labels = "${pod}, source_workload"
        let text = SampleHoles.query("sum by (\(labels)) (a{${cohorts}})", labels: labels)
        let gauge = SampleHoles.query("max by (${pod}) (up{${cohorts}})", kind: "counter")

        #expect(set.lint([("request_totals", text)]).map(\.rule) == [.replacement])
        #expect(set.lint([("process_start", gauge)]).map(\.rule) == [.replacement])
        #expect(throws: QueryError.self) { try set.adding([("request_totals", text)]) }
    }

    @Test("takes the place of a built-in query, and is remembered as a user's")
    func override() throws {
        let set = try QuerySet.builtIn()
        let original = try #require(set["process_start"])
        let text = original.text.replacing("istio_agent_process_start_time_seconds", with: "envoy_start_seconds")

        let changed = try set.adding([("process_start", text)])

        #expect(changed["process_start"]?.expression.contains("envoy_start_seconds") == true)
        #expect(changed.queries.count == set.queries.count)
        #expect(changed.own == ["process_start"])
        #expect(changed.lint() == [])
    }

    @Test("refuses names that no file of ours would have", arguments: ["", "Own", "own-metric", "1st", "a/b", "é"])
    func names(name: String) throws {
        let text = SampleHoles.query("sum by (${pod}) (a{${version}})")

        #expect(throws: QueryError.self) { try QuerySet.builtIn().adding([(name, text)]) }
    }
}
