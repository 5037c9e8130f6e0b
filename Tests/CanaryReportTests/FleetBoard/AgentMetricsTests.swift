import CanaryCore
import CanaryReport
import CanaryTelemetry
import CanaryTestKit
import Foundation
import Testing

@Suite("Agent metrics")
struct AgentMetricsTests {
    private static let now = SampleFleet.start.advanced(by: .seconds(5))

    private static func metrics(_ view: AgentView?, runs: [RunMetrics] = []) -> AgentMetrics {
        AgentMetrics(
            view,
            identity: "haldane-agent-7f6d-x2x4k",
            version: "0.2.0",
            heartbeat: SampleFleet.start,
            runs: runs,
            active: runs.count
        )
    }

    /// A run in the middle of its steps, named as in a cluster.
    private static func run(_ name: String, in namespace: String, rounds: Int = 60) -> RunMetrics {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: rounds)
        var metrics = RunMetrics(at: SampleFleet.start)
        for progress in run.progress {
            var header = progress.header
            header.spec.name = name
            header.spec.namespace = namespace
            metrics.note(
                RunProgress(
                    progress.happening,
                    header: header,
                    at: progress.at,
                    rollout: progress.rollout,
                    ledger: progress.ledger
                ),
                at: progress.at
            )
        }
        return metrics
    }

    private static func promtool(_ text: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "haldane-agent-\(UUID().uuidString).prom")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        return try ServerProcess.output(
            of: "sh",
            ["-c", "promtool check metrics < '\(file.path)' 2>&1"],
            variable: "HALDANE_SHELL",
            package: "prometheus"
        )
    }

    @Test("a busy agent shows itself, and promtool finds nothing to criticise")
    func busy() throws {
        let metrics = Self.metrics(SampleFleet.busy, runs: [Self.run("prices", in: "shop")])
        let page = MetricsPage(metrics.samples(at: Self.now))

        #expect(try Self.promtool(page.text(.text)) == "")
        let text = page.text(.openMetrics)
        for line in [
            #"haldane_agent_info{version="0.2.0",identity="haldane-agent-7f6d-x2x4k"} 1"#,
            "haldane_agent_heartbeat_timestamp_seconds 1800000000",
            "haldane_agent_is_ready 1", "haldane_agent_member 1", "haldane_agent_members 2",
            #"haldane_agent_canaries{phase="RollingBack"} 1"#, #"haldane_agent_canaries{phase="Idle"} 2"#,
            #"haldane_agent_mirror_age_seconds{kind="pods"} 95"#, #"haldane_agent_mirror_failing{kind="pods"} 1"#,
            #"haldane_agent_is_frozen{scope="cluster"} 0"#, #"haldane_agent_is_frozen{scope="search"} 1"#,
            "haldane_agent_orphans 0", #"haldane_agent_brakes{scope="cluster"} 0"#,
            #"haldane_agent_rollouts_total{outcome="promoted"} 7"#,
            #"haldane_agent_rollouts_total{outcome="promoted",detail="unsettled"} 1"#,
            #"haldane_agent_rollouts_total{outcome="rolledBack",detail="incomplete"} 0"#,
            #"haldane_agent_rollouts_total{outcome="refused"} 0"#, "haldane_agent_takeovers_total 1",
            "haldane_agent_lease_lost_total 0", #"haldane_agent_write_refusals_total{reason="conflict"} 3"#,
            #"haldane_run_phase{namespace="shop",canary="prices",phase="finished"} 0"#,
            #"haldane_run_evidence_ratio{namespace="shop",canary="prices",objective="errors",kind="harm"}"#,
            #"haldane_run_evidence_ratio{namespace="shop",canary="prices",objective="latency",kind="safety"}"#,
        ] {
            #expect(text.contains("\n\(line)"), "\(line)")
        }
        try Golden.check(text, "agent-metrics.txt", file: #filePath)
    }

    @Test("labels and names are those of the table, and no sample is there twice")
    func table() throws {
        let runs = [Self.run("a", in: "x"), Self.run("b", in: "x", rounds: 600), Self.run("a", in: "y", rounds: 3)]
        let samples = Self.metrics(SampleFleet.busy, runs: runs).samples(at: Self.now)
        let known = Dictionary(
            uniqueKeysWithValues: (MetricCatalogue.page + MetricCatalogue.fleet).map { ($0.sampleName, $0) }
        )
        var seen: Set<String> = []

        for sample in samples {
            let family = try #require(known[sample.family.sampleName])
            #expect(sample.labels.allSatisfy { family.labels.contains($0.name) })
            #expect(seen.insert("\(family.name) \(sample.labels)").inserted, "\(family.name) \(sample.labels)")
        }
        let own = Set(samples.map(\.family.sampleName)).filter { $0.hasPrefix("haldane_agent_") }
        #expect(own == Set(MetricCatalogue.fleet.map(\.sampleName)))
    }

    @Test("before the agent has begun there are a heartbeat and a version, and it is not ready")
    func early() throws {
        let text = MetricsPage(Self.metrics(nil).samples(at: Self.now)).text(.text)

        #expect(text.contains("haldane_agent_heartbeat_timestamp_seconds 1800000000\n"))
        #expect(text.contains("haldane_agent_is_ready 0\n"))
        #expect(!text.contains("haldane_agent_canaries"))
        #expect(try Self.promtool(text) == "")
    }

    @Test("idle canaries cost no series, and scopes are bounded")
    func cardinality() {
        var view = SampleFleet.large(5000)
        view.policies = (0..<1000).map { index in
            AgentView.Policy(.namespace("team-\(index)"), freeze: index == 999 ? "frozen" : nil)
        }
        let samples = Self.metrics(view).samples(at: Self.now)

        #expect(samples.count < 500)
        let text = MetricsPage(samples).text(.text)
        #expect(text.contains(#"haldane_agent_is_frozen{scope="team-999"} 1"#))
        #expect(text.contains(#"haldane_agent_is_frozen{scope="cluster"} 0"#))
    }

    @Test("a scrape of 200 rollouts stays below a megabyte")
    func size() throws {
        let run = Self.run("checkout-service", in: "team-payments")
        let runs = (0..<200).map { _ in run }
        let clock = ContinuousClock()
        var text = ""
        let time = clock.measure {
            let samples = Self.metrics(SampleFleet.large(1000), runs: runs).samples(at: Self.now)
            text = MetricsPage(samples).text(.openMetrics)
        }

        // Pods, the observed weight, writes and faults of a real run are some ten lines more each.
        #expect(text.utf8.count < 750_000, "\(text.utf8.count) bytes")
        // Debug builds are some ten times slower than what is shipped.
        #expect(time < .seconds(10))
        print("a scrape of 200 rollouts: \(text.utf8.count) bytes, made in \(time)")
    }
}
