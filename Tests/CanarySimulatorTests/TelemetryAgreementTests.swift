import CanarySimulator
import CanaryTelemetry
import Testing

/// What the real collector reads from the pages, against what really happened.
@Suite struct TelemetryAgreementTests {
    /// Rounds of 5 s: a baseline, history, the canary at two weights, and three rounds after it went back to 0.
    private static let shares =
        Array(repeating: 0.0, count: 12) + Array(repeating: 0.1, count: 12)
        + Array(repeating: 0.4, count: 12) + [0, 0, 0]

    private static func collector() -> TelemetryCollector {
        TelemetryCollector(
            configuration: CollectorConfiguration(
                reporter: .destination,
                stable: CohortSelector(workload: "demo4-deployment-v1", namespace: "test1"),
                canary: CohortSelector(workload: "demo4-deployment-v2", namespace: "test1")
            )
        )
    }

    private static func round(
        _ mesh: inout SimulatedMesh,
        _ collector: inout TelemetryCollector,
        seconds: Double,
        share: Double
    ) throws -> Window {
        mesh.advance(by: seconds, canaryShare: share)
        for pod in mesh.pods { collector.ingest(page: try #require(mesh.page(of: pod)), from: pod) }
        return collector.endRound(seconds: seconds)
    }

    @Test(
        "every window holds exactly the requests and failures that happened in it",
        arguments: Scenario.allCases.filter { $0 != .noData && $0 != .counterReset }
    )
    func counts(scenario: Scenario) throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: 101))
        var collector = Self.collector()
        _ = try Self.round(&mesh, &collector, seconds: 0, share: 0)
        var latencies = (stable: 0, canary: 0)

        for share in Self.shares {
            let before = mesh.truth
            let window = try Self.round(&mesh, &collector, seconds: 5, share: share)
            let after = mesh.truth

            #expect(window.quality.unusable == nil)
            #expect(window.quality.faults == [])
            #expect(window.stableTotal == after.stable.requests - before.stable.requests)
            #expect(window.canaryTotal == after.canary.requests - before.canary.requests)
            #expect(window.stable.reduce(0) { $0 + $1.failures } == after.stable.failed - before.stable.failed)
            #expect(window.canary.reduce(0) { $0 + $1.failures } == after.canary.failed - before.canary.failed)
            latencies.stable += window.stable.reduce(0) { $0 + $1.latency.reduce(0, +) }
            latencies.canary += window.canary.reduce(0) { $0 + $1.latency.reduce(0, +) }
        }

        let truth = mesh.truth
        let lag = truth.stable.requests - truth.stable.failed - latencies.stable
        #expect((0...2000).contains(lag))
        if scenario != .bypass { #expect(latencies.canary == truth.canary.requests - truth.canary.failed) }
    }

    @Test("the median lies in the bucket that the pages say")
    func median() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .latency, seed: 103))
        var collector = Self.collector()
        _ = try Self.round(&mesh, &collector, seconds: 0, share: 0.3)
        _ = try Self.round(&mesh, &collector, seconds: 300, share: 0.3)
        let window = try Self.round(&mesh, &collector, seconds: 300, share: 0.3)

        let truth = mesh.truth
        for (pods, version) in [(window.stable, truth.stable), (window.canary, truth.canary)] {
            let total = pods.reduce(0) { $0 + $1.latency.reduce(0, +) }
            let upTo25 = pods.reduce(0) { $0 + $1.latency.prefix(5).reduce(0, +) }
            let upTo10 = pods.reduce(0) { $0 + $1.latency.prefix(4).reduce(0, +) }
            #expect((10...25).contains(try #require(version.medianMilliseconds)))
            #expect(upTo10 * 2 < total)
            #expect(upTo25 * 2 > total)
        }
    }

    @Test("restarts lose at most the requests between two scrapes, and are noticed")
    func restarts() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .counterReset, seed: 107))
        var collector = Self.collector()
        _ = try Self.round(&mesh, &collector, seconds: 0, share: 0.2)
        var seen = 0
        var restarts = 0

        for _ in 0..<240 {
            let window = try Self.round(&mesh, &collector, seconds: 5, share: 0.2)
            seen += window.stableTotal + window.canaryTotal
            restarts += window.quality.restarts.count
            for pod in window.stable + window.canary { #expect(pod.requests.allSatisfy { $0.count >= 0 }) }
        }

        let truth = mesh.truth
        let lost = truth.stable.requests + truth.canary.requests - seen
        #expect(truth.restarts >= 5)
        #expect(restarts == truth.restarts)
        #expect((0...truth.restarts * 250).contains(lost))
    }

    @Test("a caller past the rule is named")
    func callers() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .bypass, seed: 109))
        var collector = Self.collector()
        _ = try Self.round(&mesh, &collector, seconds: 0, share: 0)

        let window = try Self.round(&mesh, &collector, seconds: 60, share: 0)

        let expected = mesh.truth.bypassed.map { CallerCount(name: $0.key, count: $0.value) }
        #expect(expected.count == 1)
        #expect(window.quality.canaryCallers == expected)
    }

    @Test("pages without Istio's series are not a usable round")
    func noData() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .noData, seed: 113))
        var collector = Self.collector()
        _ = try Self.round(&mesh, &collector, seconds: 0, share: 0)

        let window = try Self.round(&mesh, &collector, seconds: 60, share: 0.5)

        #expect(window.quality.unusable == .noIstioSeries)
    }
}
