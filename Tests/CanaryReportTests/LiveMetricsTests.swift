import CanaryCore
import CanaryReport
import CanaryTelemetry
import Testing

/// How a frame shows metrics of the user's own.
@Suite struct LiveMetricsTests {
    private static func own(
        _ name: String,
        _ kind: MetricWindow.Kind?,
        logE: Double,
        edge: Double? = nil,
        level: Finding.Level? = nil,
        absence: String? = nil
    ) -> Finding {
        let hasCounts = level == nil && absence == nil
        return Finding(
            name: name,
            edge: edge,
            logE: logE,
            penalty: 0,
            safety: nil,
            stable: Finding.Tally(events: hasCounts ? 230 : 0, requests: hasCounts ? 23_000 : 0),
            canary: Finding.Tally(events: hasCounts ? 49 : 0, requests: hasCounts ? 1200 : 0),
            custom: Finding.Custom(kind: kind, direction: .lower, tolerance: 0.005, level: level, absence: absence)
        )
    }

    private func view() throws -> LiveView {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 50)
        var view = LiveView()
        for progress in run.progress { view.note(progress) }
        let last = try #require(run.progress.last { if case .judged = $0.happening { true } else { false } })
        guard case .judged(let window, var verdict) = last.happening else { return view }
        verdict.findings += [
            Self.own("checkout_failures", .ratio, logE: 3),
            Self.own("basket_seconds", .histogram, logE: -1, edge: 0.1),
            Self.own("basket_seconds", .histogram, logE: 1, edge: 0.5),
            Self.own(
                "queue_depth",
                .gauge,
                logE: 9,
                level: Finding.Level(stable: 9.75, canary: 14.1, comparisons: 12, losses: 11)
            ),
            Self.own("hit_rate\u{1B}[2J", nil, logE: 0, absence: "canary: the query returned nothing"),
        ]
        view.note(
            RunProgress(
                .judged(window, verdict),
                header: last.header,
                at: last.at,
                rollout: last.rollout,
                ledger: last.ledger
            )
        )
        return view
    }

    @Test("draws them after the others as in the golden frame")
    func golden() throws {
        let frame = try view().frame(width: 100, style: .plain)

        try Golden.check(frame.joined(separator: "\n") + "\n", "live-metrics.txt")
    }

    @Test("never draws a line wider than the terminal, and lets no name steer it", arguments: [20, 60, 80, 140])
    func widths(width: Int) throws {
        let view = try view()
        for style in [Style.plain, Style(hasColor: false, hasSymbols: false)] {
            for line in view.frame(width: width, style: style) {
                #expect(TextCells.width(line) <= width)
                #expect(!line.contains("\u{1B}"))
            }
        }
    }
}
