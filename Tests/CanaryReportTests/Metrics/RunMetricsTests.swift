import CanaryCore
import CanaryReport
import CanaryTelemetry
import CanaryTestKit
import Foundation
import Testing

@Suite("Run metrics")
struct RunMetricsTests {
    private static let start = Timestamp(milliseconds: 1_800_000_000_000)

    /// All samples of a page by name and labels.
    private static func values(_ metrics: RunMetrics) throws -> [String: Double] {
        let page = MetricsPage(metrics.samples).text(.openMetrics)
        var values: [String: Double] = [:]
        for record in try ExpositionReader.samples(of: Array(page.utf8)) {
            let labels = record.labels.filter { $0.name != "namespace" && $0.name != "canary" }
            let key = record.name + labels.map { " \($0.name)=\($0.value)" }.joined()
            #expect(values[key] == nil, "\(key) twice")
            values[key] = record.value
        }
        return values
    }

    private static func played(_ run: SampleRun) -> RunMetrics {
        var metrics = RunMetrics(at: start)
        for progress in run.progress { metrics.note(progress, at: progress.at) }
        return metrics
    }

    @Test("a run that rolls back shows its counts, its evidence and its end")
    func rollback() throws {
        var run = SampleRun(canaryErrors: 0.2)
        run.play(rounds: 200)

        let values = try Self.values(Self.played(run))

        #expect(values["haldane_run_outcome outcome=rolledBack detail=proved"] == 1)
        #expect(values["haldane_run_outcome outcome=promoted"] == 0)
        #expect(values["haldane_run_phase phase=finished"] == 1)
        #expect(values["haldane_run_phase phase=analyzing"] == 0)
        #expect(values["haldane_run_requests_total version=canary"] == Double(run.ledger.canaryRequests))
        #expect(values["haldane_run_request_failures_total version=canary"] == Double(run.ledger.canaryFailures))
        #expect(values["haldane_run_evidence_ratio objective=errors kind=harm"] ?? 0 >= 1)
        #expect(values["haldane_run_weight_ratio version=canary kind=intended"] == 0)
        #expect(values["haldane_run_weight_ratio version=stable kind=intended"] == 1)
        #expect(values["haldane_run_rollback_duration_seconds"] ?? 0 > 0)
        #expect(values["haldane_run_notices_total urgency=page"] ?? 0 >= 1)
        #expect(values["haldane_run_windows_total"] == Double(run.ledger.windows))
        let verdicts = values.filter { $0.key.hasPrefix("haldane_run_verdicts_total") }.values.reduce(0, +)
        #expect(verdicts == Double(run.ledger.windows))
    }

    @Test("counters never decrease, and labels and names are those of the table")
    func counters() throws {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 400)
        let table = Dictionary(uniqueKeysWithValues: MetricCatalogue.page.map { ($0.sampleName, $0) })
        var metrics = RunMetrics(at: Self.start)
        var before: [String: Double] = [:]

        for progress in run.progress {
            metrics.note(progress, at: progress.at)
            for sample in metrics.samples {
                let family = try #require(table[sample.family.sampleName])
                #expect(sample.labels.allSatisfy { family.labels.contains($0.name) })
                guard family.kind == .counter else { continue }
                let key = "\(family.name) \(sample.labels)"
                #expect(sample.value >= before[key] ?? 0, "\(key)")
                before[key] = sample.value
            }
        }

        #expect(try Self.values(metrics)["haldane_run_outcome outcome=promoted"] == 1)
    }

    @Test("before the run has begun there is nothing to show")
    func nothing() {
        #expect(RunMetrics(at: Self.start).samples.isEmpty)
    }

    @Test("writes are counted by purpose and by how they ended")
    func writes() throws {
        let run = SampleRun(canaryErrors: 0)
        var metrics = Self.played(run)
        let plan = WeightPlan(canaryPercent: 5, purpose: .step)
        func note(_ event: JournalEvent) { metrics.note(.event(event, at: Self.start)) }

        note(.intent(plan: plan, revision: RouteRevision("1")))
        note(.input(.refused(.conflict(Reason("conflict", "it changed")))))
        // An answer that nobody asked for is none.
        note(.input(.refused(.conflict(Reason("conflict", "it changed")))))
        note(.intent(plan: .allStable, revision: RouteRevision("1")))
        note(.input(.refused(.unavailable(Reason("timeout", "no answer")))))

        let values = try Self.values(metrics)
        #expect(values["haldane_run_route_writes_total purpose=step result=conflict"] == 1)
        #expect(values["haldane_run_route_writes_total purpose=step result=applied"] == 0)
        #expect(values["haldane_run_route_writes_total purpose=rollback result=unavailable"] == 1)
    }

    @Test("rounds that cannot be judged are counted under a limited number of reasons")
    func unusable() throws {
        var run = SampleRun(canaryErrors: 0)
        run.play(rounds: 1)
        let last = try #require(run.progress.last)
        var metrics = RunMetrics(at: Self.start)
        for index in 0..<100 {
            var window = Window(seconds: 5)
            window.quality.unusable = .source(label: "reason-\(index)", message: "")
            window.quality.faults = [PodFault(pod: "p", side: .canary, label: "timeout", message: "")]
            window.quality.restarts = ["p"]
            let verdict = Verdict.unknown(Reason("x", "x"))
            let progress = RunProgress(
                .judged(window, verdict),
                header: last.header,
                at: last.at,
                rollout: last.rollout,
                ledger: last.ledger
            )
            metrics.note(progress, at: Self.start.advanced(by: .seconds(index)))
        }

        let values = try Self.values(metrics)
        let reasons = values.filter { $0.key.hasPrefix("haldane_run_windows_unusable_total") }
        #expect(reasons.count == 41)
        #expect(reasons.values.reduce(0, +) == 100)
        #expect(values["haldane_run_windows_unusable_total reason=other"] == 60)
        #expect(values["haldane_run_target_faults_total version=canary reason=timeout"] == 100)
        #expect(values["haldane_run_process_restarts_total"] == 100)
        #expect(values["haldane_run_verdicts_total verdict=unknown"] == 100)
        #expect(values["haldane_run_last_window_timestamp_seconds"] == 1_800_000_099)
        #expect(values["haldane_run_last_usable_window_timestamp_seconds"] == 1_800_000_000)
        #expect(!metrics.hasTelemetry)
    }

    @Test("a lost journal shows")
    func journalLost() throws {
        let run = SampleRun(canaryErrors: 0)
        var metrics = Self.played(run)
        let last = try #require(run.progress.last)
        #expect(metrics.isJournalWritable)

        let notice = Notice(.page, Reason("journalLost", "the disk is full"))
        metrics.note(
            RunProgress(.notice(notice), header: last.header, at: last.at, rollout: last.rollout, ledger: last.ledger),
            at: Self.start
        )

        #expect(!metrics.isJournalWritable)
        #expect(try Self.values(metrics)["haldane_run_journal_writable"] == 0)
    }

    @Test("promtool finds nothing to criticise in the page")
    func promtool() throws {
        var run = SampleRun(canaryErrors: 0.2)
        run.play(rounds: 200)
        var facts = PageFacts()
        facts.requests = [200: 3, 404: 1]
        var process = ProcessFacts()
        process.startSeconds = 1.8e9
        process.cpuSeconds = 1.5
        process.residentBytes = 3e7
        process.virtualBytes = 1e9
        process.openFiles = 12
        process.mostFiles = 1024
        let samples = [MetricSample.build("0.0.0")] + Self.played(run).samples + facts.samples + process.samples
        let file = FileManager.default.temporaryDirectory.appending(path: "haldane-metrics-\(UUID().uuidString).prom")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(MetricsPage(samples).text(.text).utf8).write(to: file)

        let said = try ServerProcess.output(
            of: "sh",
            ["-c", "promtool check metrics < '\(file.path)' 2>&1"],
            variable: "HALDANE_SHELL",
            package: "prometheus"
        )

        #expect(said == "")
    }
}
