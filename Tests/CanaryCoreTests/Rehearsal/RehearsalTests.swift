import CanaryCore
import CanaryStatistics
import CanaryTelemetry
import Testing

@Suite("Rehearsal")
struct RehearsalTests {
    /// A shorter pace, so that a test takes little time.
    private static let brisk = CanarySpec.rehearsed { spec in
        spec.pace.interval = .seconds(15)
        spec.pace.history = .seconds(450)
        spec.pace.deadline = .seconds(1200)
        spec.pace.bake = .seconds(120)
        spec.pace.warmup = .seconds(0)
    }

    private func runs(_ rehearsal: Rehearsal, _ count: Int, _ regression: RehearsedRegression? = nil) -> [RehearsalRun]
    {
        (0..<count).map { rehearsal.run($0, regression: regression) }
    }

    @Test("calm history: no placebo is rolled back, and worse canaries are")
    func calm() throws {
        let rehearsal = try Rehearsal(spec: Self.brisk, history: MadeHistory(windows: 240).history(), seed: 7)
        let placebo = runs(rehearsal, 10)
        let report = RehearsalReport(
            rehearsal,
            placebo: placebo,
            regressed: [
                (.errors(0.05), runs(rehearsal, 4, .errors(0.05))), (.latency(2), runs(rehearsal, 4, .latency(2))),
                (.dead, runs(rehearsal, 4, .dead)),
            ],
            asked: 10
        )

        #expect(report.placebo.rolledBack == 0)
        #expect(report.placebo.promoted == 10)
        #expect(report.exitCode == .healthy)
        #expect(report.regressions.allSatisfy { $0.seen == 1 })
        #expect(report.smallestSeen(kind: "errors") == .errors(0.05))
        let median = try #require(report.placebo.promotionSeconds?.median)
        #expect(median > 120 && median < 1320)
        #expect(placebo.allSatisfy { $0.pods.count == 2 && $0.firstChangeAt != nil })
        // Others play the canary each time.
        #expect(Set(placebo.map(\.pods)).count > 5)
        #expect(Set(placebo.map(\.startedAt)).count > 5)
    }

    @Test("a run is a function of the seed and its number")
    func deterministic() throws {
        let history = MadeHistory(windows: 240, episodes: 0.001).history()
        let first = try Rehearsal(spec: Self.brisk, history: history, seed: 7)
        let again = try Rehearsal(spec: Self.brisk, history: history, seed: 7)
        let other = try Rehearsal(spec: Self.brisk, history: history, seed: 8)

        #expect(runs(first, 4, .latency(1.25)) == runs(again, 4, .latency(1.25)).reversed().reversed())
        #expect(first.run(3) == again.run(3))
        #expect(first.run(3) != other.run(3))
        #expect(first.run(3, regression: .dead).pods == first.run(3).pods)
        #expect(first.run(3, regression: .dead).startedAt == first.run(3).startedAt)
    }

    @Test("bursts on single pods: the report counts what the runs say, by moment")
    func bursty() throws {
        // One pod fails half of its requests for three minutes, once: whoever plays the canary there is rolled back.
        var made = MadeHistory(windows: 240).timedWindows()
        for index in 100..<112 {
            let pod = made[index].window.stable[2]
            let failed = pod.total / 2
            made[index].window.stable[2].requests = [
                ResponseCount(key: ResponseKey("200"), count: pod.total - failed),
                ResponseCount(key: ResponseKey("503"), count: failed),
            ]
        }
        let history = RehearsalHistory(runs: [made], origin: "made", hasClock: true)
        let rehearsal = try Rehearsal(spec: Self.brisk, history: history, pods: 1, seed: 5)
        let all = runs(rehearsal, 40)
        let report = RehearsalReport(rehearsal, placebo: all, regressed: [], asked: 40)

        let bad = all.filter { $0.ending == .rolledBack }
        #expect(!bad.isEmpty)
        #expect(bad.allSatisfy { $0.pods.contains("v1-2") })
        #expect(report.falseRollbacks.events == bad.count)
        #expect(report.falseRollbacks.trials == all.count { $0.ending != .historyEnded })
        #expect(report.moments.map(\.rollouts).reduce(0, +) == bad.count)
        let moment = try #require(report.moments.first)
        #expect(moment.from >= made[100].at && moment.to <= made[130].at)
        #expect(moment.pods == ["v1-2"])
        #expect(report.exitCode == (report.falseRollbacks.lower > 0.01 ? .degraded : .healthy))
    }

    @Test("too little traffic ends undecided at the deadline, with what was missing")
    func quiet() throws {
        let history = MadeHistory(requestsPerSecond: 4, windows: 240).history()
        let rehearsal = try Rehearsal(spec: Self.brisk, history: history, seed: 2)
        let report = RehearsalReport(rehearsal, placebo: runs(rehearsal, 5), regressed: [], asked: 5)

        #expect(report.placebo.undecided == 5)
        #expect(report.placebo.open.allSatisfy { $0.ending == "deadline" })
        #expect(report.placebo.open.contains { $0.missingRequests != nil })
        #expect(report.exitCode == .healthy)
    }

    @Test("a rollback that the deadline asks for is no false rollback")
    func deadline() throws {
        var spec = Self.brisk
        spec.guards.onDeadline = .rollback
        let history = MadeHistory(requestsPerSecond: 4, windows: 240).history()
        let rehearsal = try Rehearsal(spec: spec, history: history, seed: 2)

        #expect(runs(rehearsal, 3).allSatisfy { $0.ending == .undecided("deadline") })
    }

    @Test("telemetry that is lost holds a rollout, as it would have")
    func lost() throws {
        var made = MadeHistory(windows: 240).timedWindows()
        for index in 8..<235 { made[index].window.quality.unusable = .nothingScraped }
        let history = RehearsalHistory(runs: [made], origin: "made", hasClock: true)
        let rehearsal = try Rehearsal(spec: Self.brisk, history: history, seed: 3)
        let report = RehearsalReport(rehearsal, placebo: runs(rehearsal, 4), regressed: [], asked: 4)

        #expect(report.placebo.undecided == 4)
        #expect(report.exitCode == .unknown)
    }

    @Test("a history that ends first is counted apart")
    func cut() throws {
        var spec = Self.brisk
        spec.pace.deadline = .seconds(7200)
        let history = MadeHistory(requestsPerSecond: 4, windows: 120).history()
        let rehearsal = try Rehearsal(spec: spec, history: history, seed: 3)
        let report = RehearsalReport(rehearsal, placebo: runs(rehearsal, 4), regressed: [], asked: 4)

        #expect(report.placebo.historyEnded == 4)
        #expect(report.placebo.finished == 0)
        #expect(report.falseRollbacks.upper == 1)
        #expect(report.exitCode == .undecided)
    }

    @Test("what is missing of the history is said")
    func short() throws {
        let failure = #expect(throws: RehearsalShortage.self) {
            _ = try Rehearsal(spec: Self.brisk, history: MadeHistory(windows: 20).history(), seed: 1)
        }
        #expect(failure?.reason.label == "short-history")
        #expect(failure?.reason.text.contains("5 min") == true)
        let empty = #expect(throws: RehearsalShortage.self) {
            _ = try Rehearsal(
                spec: Self.brisk,
                history: RehearsalHistory(runs: [], origin: "x", hasClock: true),
                seed: 1
            )
        }
        #expect(empty?.reason.label == "no-history")
        var silent = MadeHistory(windows: 240).timedWindows()
        for index in silent.indices { silent[index].window.stable = [] }
        let quiet = #expect(throws: RehearsalShortage.self) {
            _ = try Rehearsal(
                spec: Self.brisk,
                history: RehearsalHistory(runs: [silent], origin: "x", hasClock: true),
                seed: 1
            )
        }
        #expect(quiet?.reason.label == "no-requests")
    }

    @Test(
        "pods are chosen while two stay, else totals are divided",
        arguments: [
            (8, nil, RehearsalMode.pods(2)), (3, nil, .pods(1)), (8, 20, .pods(6)), (8, 1, .pods(1)),
            (4, nil, .pods(2)),
        ] as [(Int, Int?, RehearsalMode)]
    )
    func mode(pods: Int, wanted: Int?, expected: RehearsalMode) throws {
        let history = MadeHistory(pods: pods, windows: 240).history()

        #expect(try Rehearsal(spec: Self.brisk, history: history, pods: wanted, seed: 1).mode == expected)
    }

    @Test("one or two pods, or a reporter that counts all callers together, divide totals", arguments: [1, 2, 8])
    func totals(pods: Int) throws {
        var spec = Self.brisk
        if pods == 8 { spec.telemetry.reporter = .source }
        let rehearsal = try Rehearsal(spec: spec, history: MadeHistory(pods: pods, windows: 240).history(), seed: 1)

        #expect(rehearsal.mode.word == "totals")
        let runs = runs(rehearsal, 3)
        #expect(runs.allSatisfy { $0.ending == .promoted && $0.pods.isEmpty })
    }

    @Test("windows longer than the spec's interval are rehearsed as they are, and that is said")
    func interval() throws {
        let history = MadeHistory(windows: 240, seconds: 30).history()
        let rehearsal = try Rehearsal(spec: Self.brisk, history: history, seed: 1)

        #expect(rehearsal.spec.pace.interval == .seconds(30))
        #expect(rehearsal.notes.count == 1)
        #expect(rehearsal.run(0).ending == .promoted)
    }
}
