import CanaryCore
import CanaryReport
import Foundation
import Testing

@Suite("HistoryList")
struct HistoryListTests {
    private static func row(
        _ outcome: Outcome?,
        name: String = "demo4",
        change: (inout HistoryRow) -> Void = { _ in }
    ) -> HistoryRow {
        let spec = CanarySpec(
            name: name,
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1", workload: "demo4-v1"),
                canary: DestinationSpec(subset: "v2", workload: "demo4-v2")
            ),
            telemetry: TelemetrySpec(targets: ["http://127.0.0.1:1/stats/prometheus"])
        )
        var row = HistoryRow(
            header: RunHeader(
                version: "1",
                run: "run-20260101T000000-000",
                startedAt: Timestamp(milliseconds: 1_767_225_600_000),
                spec: spec,
                roles: .asNamed,
                place: "demo4-vs.yaml"
            )
        )
        row.outcome = outcome
        row.endedAt = row.startedAt.advanced(by: .seconds(402))
        row.reachedPercent = 5
        row.stableRequests = 22_559
        row.canaryRequests = 1146
        change(&row)
        return row
    }

    private static func item(_ row: HistoryRow?, _ state: HistoryItem.State = .finished, torn: Int = 0) -> HistoryItem {
        HistoryItem(
            row: row,
            state: state,
            begunAt: Timestamp(milliseconds: 1_767_225_600_000),
            run: "run-20260101T000000-000",
            folder: "test1-demo4",
            path: ".haldane/test1-demo4/run-20260101T000000-000.journal.zst",
            bytes: 213_220,
            tornBytes: torn
        )
    }

    private static let failed = Reason(
        "errors",
        "failed: canary 5.5 % of 1,146, stable 0.44 % of 22,559 requests (+5.06 pp)"
    )

    private static let items: [HistoryItem] = [
        item(row(nil), .running(4711)),
        item(row(.rolledBack(failed, .proved))),
        item(row(.rolledBack(failed, .incomplete("reached by crawler")))),
        item(
            row(.stopped(Reason("operator", "stop by operator alice@laptop: lunch"))) { row in
                row.lastCommand = HistoryRow.Command(at: row.endedAt, verb: "stop", by: "alice@laptop", reason: "lunch")
            }
        ),
        item(
            row(.promoted(Reason("promoted", "10 min at 100 % without a regression"))) { row in
                row.reachedPercent = 100
                row.canary.hashes = ["5d4f7c"]
                row.commands = [HistoryRow.Command(at: row.endedAt, verb: "promote", by: "bob@ci", reason: "x")]
            }
        ),
        item(row(.held(.deadline, Reason("deadline", "30 min are over")))),
        item(row(.judged(.degraded, failed)) { $0.purpose = .past }),
        item(row(nil) { $0.interruption = Reason("interrupted", "terminated (SIGTERM)") }, .interrupted),
        item(row(nil), .abandoned, torn: 12),
        item(nil, .unreadable("'x' does not begin with a journal header")),
    ]

    private static let at80 = """
        when (UTC)         took  canary       versions  reached  requests  outcome
        2026-01-01 00:00  06:42  test1/demo4  v1 → v2       5 %    23,705  ▶ running
          run-20260101T000000-000 · process 4711 is at it
        2026-01-01 00:00  06:42  test1/demo4  v1 → v2       5 %    23,705  ✖ rolled back
          run-20260101T000000-000 · failed: canary 5.5 % of 1,146, stable 0.44 % of 22,…
        2026-01-01 00:00  06:42  test1/demo4  v1 → v2       5 %    23,705  ✖ rolled back
          run-20260101T000000-000 · incomplete: reached by crawler · failed: canary 5.5…
        2026-01-01 00:00  06:42  test1/demo4  v1 → v2       5 %    23,705  ◌ stopped
          run-20260101T000000-000 · stop by operator alice@laptop: lunch
        2026-01-01 00:00  06:42  test1/demo4  v1 → v2       5 %    23,705  ? abandoned
          run-20260101T000000-000 · its process went without a word; `haldane status` s…
        2026-01-01 00:00         test1-demo4                               ? unreadable
          run-20260101T000000-000 · 'x' does not begin with a journal header

        """

    private static func list(_ items: [HistoryItem] = items, more: Int = 0, faults: [String] = []) -> HistoryList {
        HistoryList(home: ".haldane", items: items, more: more, faults: faults)
    }

    @Test("fits into the terminal: two lines a run below 140 columns, one above", arguments: [60, 80, 100, 160])
    func width(_ width: Int) throws {
        let text = Self.list().text(style: .plain, width: width)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { TextCells.width($0) <= width })
        #expect(lines.count == 1 + Self.items.count * (width < 140 ? 2 : 1))
        for word in width < 80
            ? []
            : [
                "running", "rolled back", "stopped", "promoted", "held", "past degraded", "interrupted", "abandoned",
                "unreadable",
            ]
        {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test("at 80 columns")
    func picture() {
        let text = Self.list(Array(Self.items.prefix(4) + Self.items.suffix(2))).text(style: .plain, width: 80)
        #expect(text == Self.at80)
    }

    @Test("long names leave out the requests, which the second line then has")
    func longNames() {
        let row = Self.row(.stopped(Reason("x", "y")), name: String(repeating: "long-", count: 6))
        let lines = Self.list([Self.item(row)]).text(style: .plain, width: 80).split(separator: "\n")
        #expect(!lines[0].contains("requests") && lines[2].contains("23,705 requests"))
    }

    @Test("is cut nowhere where nobody looks at it, so that grep finds everything")
    func piped() {
        let text = Self.list().text(style: .plain, width: nil)
        for piece in [
            "(+5.06 pp)", "incomplete: reached by crawler", "alice@laptop", "v1 → v2 (5d4f7c)",
            "promoted on the way by bob@ci",
            "process 4711 is at it", "terminated (SIGTERM)", "12 B at its end are no whole write",
            "'x' does not begin with a journal header", "deadline: 30 min are over",
        ] {
            #expect(text.contains(piece), "\(piece)")
        }
    }

    @Test("names from journals cannot steer a terminal, and long ones are cut")
    func untrusted() {
        let evil = "a\u{1B}[2J\u{7}\n" + String(repeating: "b", count: 500)
        let row = Self.row(.stopped(Reason("operator", evil)), name: evil) { row in
            row.canary.label = evil
            row.lastCommand = HistoryRow.Command(at: row.endedAt, verb: "stop", by: evil, reason: evil)
        }
        for width in [80, 160] {
            let text = Self.list([Self.item(row), Self.item(nil, .unreadable(evil))]).text(style: .plain, width: width)
            #expect(!text.unicodeScalars.contains("\u{1B}") && !text.unicodeScalars.contains("\u{7}"))
            #expect(text.split(separator: "\n").allSatisfy { TextCells.width(String($0)) <= width })
        }
        let remarks = Self.list([], faults: [evil]).remarks
        #expect(remarks.allSatisfy { !$0.unicodeScalars.contains("\u{1B}") })
    }

    @Test("says how many more there are, and that there are none")
    func remarks() {
        #expect(Self.list([]).remarks == ["no runs in .haldane"])
        #expect(Self.list([]).text(style: .plain, width: 80).isEmpty)
        let more = Self.list(more: 123).remarks
        #expect(more.count == 1 && more[0].hasPrefix("123 older runs are not shown: --limit 133"))
    }

    @Test("is one object with a schema for programs")
    func json() throws {
        let bytes = Self.list(more: 3).json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(object["schema"] as? String == "haldane.history/1" && object["more"] as? Int == 3)
        let runs = try #require(object["runs"] as? [[String: Any]])
        #expect(runs.count == Self.items.count)
        #expect(Set(runs.map { Set($0.keys) }).count == 1, "every run has every key")
        #expect(runs[0]["state"] as? String == "running" && runs[0]["process"] as? Int == 4711)
        #expect(runs[1]["outcome"] as? String == "rolledBack" && runs[1]["by"] as? String == "automation")
        #expect(runs[2]["detail"] as? String == "rolledBack(incomplete)")
        #expect(runs[3]["by"] as? String == "alice@laptop" && runs[3]["seconds"] as? Double == 402)
        #expect(runs[6]["kind"] as? String == "past" && runs[6]["reachedPercent"] is NSNull)
        #expect(runs[9]["fault"] as? String == "'x' does not begin with a journal header")
    }

    @Test("a row is stored and read back unchanged")
    func stored() throws {
        for item in Self.items {
            let bytes = try JSONEncoder().encode(item.row)
            #expect(try JSONDecoder().decode(HistoryRow?.self, from: bytes) == item.row)
        }
    }

    @Test("what was removed is told with how much was freed")
    func pruned() throws {
        var report = PruneReport(isDryRun: false)
        report.folders = 2
        report.leftCount = 3
        report.leftBytes = 2_000_000
        #expect(report.sum == "nothing to remove: 3 journals in 2 folders, 2 MB")
        let ended = Timestamp(milliseconds: 1_767_225_600_000)
        report.journals = [
            PruneReport.Journal(
                run: "run-1",
                service: "test1/demo4",
                endedAt: ended,
                bytes: 213_220,
                path: "p",
                why: .age
            ),
            PruneReport.Journal(
                run: "run-2",
                service: "test1/demo4",
                endedAt: ended,
                bytes: 999_999,
                path: "q",
                why: .size
            ),
        ]
        report.journals[1].failure = "Permission denied"
        let text = report.text(style: .plain)
        #expect(text.contains("removed test1/demo4 run-1, ended 2026-01-01, 213 kB (too old)\n"))
        #expect(text.contains("✖ not removed: test1/demo4 run-2, ended 2026-01-01, 1 MB: Permission denied\n"))
        #expect(text.hasSuffix("1 journal removed, 213 kB freed; 3 left (2 MB)\n"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json())) as? [String: Any])
        #expect(object["schema"] as? String == "haldane.prune/1" && object["freedBytes"] as? Int == 213_220)
    }
}
