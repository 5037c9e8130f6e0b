import CanaryCore
import CanaryQueries
import CanarySimulator
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

/// One service of a fleet and the same service alone: the same stored data must give the same counts.
@Suite("A fleet against the archive, with real servers", .timeLimit(.minutes(5)))
struct FleetAgainstArchiveTests {
    private static let release = StoredRelease(
        .counterReset,
        seed: 11,
        history: .seconds(300),
        stages: [StoredRelease.Stage(0.1, for: .seconds(300)), StoredRelease.Stage(0.5, for: .seconds(600))],
        step: .seconds(60),
        requestsPerSecond: 60,
        stablePods: 4,
        canaryPods: 2
    )

    /// Requests, failures and latency of one side in one window.
    private struct Side: Equatable {
        var requests: Double
        var failures: Double
        var latency: [Double]

        init(_ counts: SideCounts) {
            (requests, failures, latency) = (counts.requests, counts.failures, counts.latency)
        }

        init(_ pods: [PodWindow], buckets: Int) {
            requests = Double(pods.reduce(0) { $0 + $1.total })
            failures = Double(pods.reduce(0) { $0 + $1.failures })
            latency = Array(repeating: 0, count: buckets)
            for pod in pods {
                for (bucket, count) in pod.latency.enumerated() where bucket < buckets {
                    latency[bucket] += Double(count)
                }
            }
        }
    }

    private static func compare(_ url: String) async throws {
        let http = HTTPClient()
        let prometheus = PrometheusSpec(url: url, delay: .zero)
        let route = RouteSpec(
            object: "demo4-vs",
            stable: DestinationSpec(host: "demo4", subset: "v1", workload: "demo4-deployment-v1"),
            canary: DestinationSpec(host: "demo4", subset: "v2", workload: "demo4-deployment-v2")
        )
        let spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: route,
            telemetry: TelemetrySpec(prometheus: prometheus),
            pace: Pace(interval: release.step)
        )
        let archive = PrometheusArchive(spec: spec, roles: .asNamed, queries: try .builtIn(), http: http)
        let past = try await archive.windows(from: release.begin, to: release.end)

        let service = "demo4.test1.svc.cluster.local"
        let subject = FleetSubject(
            check: CheckSubject(key: "test1/demo4", comparison: .versions, stable: "v1", canary: "v2"),
            stable: FleetCohorts.Cohort(service: service, selector: CohortSelector(workload: "demo4-deployment-v1")),
            canary: FleetCohorts.Cohort(service: service, selector: CohortSelector(workload: "demo4-deployment-v2"))
        )
        let telemetry = FleetTelemetry(
            client: PrometheusClient(prometheus, http: http),
            questions: try FleetQuestions(.builtIn(), podLabel: "pod", reporter: .destination)
        )
        let plan = FleetPlan(
            since: [release.begin],
            now: release.end,
            options: FleetPlan.Options(step: release.step, delay: .zero)
        )
        let reading = await telemetry.read([subject], since: [release.begin], plan: plan)
        await http.shutdown()

        let evidence = try #require(reading.evidence.first)
        #expect(evidence.fault == nil)
        // Every question was understood, also the one whose failure is only noted.
        #expect(!reading.notes.contains { $0.contains("scraped twice") })
        let usable = past.windows.filter { $0.window.quality.unusable == nil && !$0.window.canary.isEmpty }
        #expect(evidence.windows.count == usable.count)
        #expect(!usable.isEmpty)
        for (pair, stored) in zip(evidence.windows, usable) {
            let buckets = stored.window.bounds.bucketCount
            #expect(Side(pair.stable) == Side(stored.window.stable, buckets: buckets))
            #expect(Side(pair.canary) == Side(stored.window.canary, buckets: buckets))
        }
    }

    @Test("equal counts from Prometheus, with pods that restart")
    func prometheus() async throws {
        let server = try await PrometheusProcess.start(past: Self.release.backfill)

        try await Self.compare(server.url)

        try await server.stop()
    }

    @Test("equal counts from VictoriaMetrics, with pods that restart")
    func victoria() async throws {
        let server = try await VictoriaProcess.start(past: Self.release.backfill)

        try await Self.compare(server.url)

        try await server.stop()
    }
}
