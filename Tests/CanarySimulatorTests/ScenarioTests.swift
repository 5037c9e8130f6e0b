import CanarySimulator
import Testing

@Suite struct ScenarioTests {
    /// Ten minutes of history, then the canary at 30 %.
    private static func truth(_ scenario: Scenario, seed: UInt64 = 61, seconds: Double = 600) -> MeshTruth {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: seed))
        mesh.advance(by: 600, canaryShare: 0)
        mesh.advance(by: seconds, canaryShare: 0.3)
        return mesh.truth
    }

    private static func failures(_ truth: VersionTruth) -> Double { truth.failedShare ?? -1 }
    private static func mean(_ truth: VersionTruth) -> Double { truth.meanMilliseconds ?? -1 }
    private static func median(_ truth: VersionTruth) -> Double { truth.medianMilliseconds ?? -1 }
    private static func p99(_ truth: VersionTruth) -> Double { truth.p99Milliseconds ?? -1 }

    @Test("equal canaries are equal", arguments: [Scenario.healthy, .counterReset, .noData, .secondWriter, .bypass])
    func equal(scenario: Scenario) {
        let truth = Self.truth(scenario)

        #expect((Self.failures(truth.canary) - Self.failures(truth.stable)).magnitude < 0.002)
        #expect((Self.failures(truth.canary) - 0.005).magnitude < 0.002)
        #expect((Self.mean(truth.canary) / Self.mean(truth.stable) - 1).magnitude < 0.05)
        #expect((Self.p99(truth.canary) / Self.p99(truth.stable) - 1).magnitude < 0.1)
    }

    @Test("the stable version's latencies use many buckets")
    func latencies() {
        let truth = Self.truth(.healthy).stable

        #expect((11...15).contains(Self.median(truth)))
        #expect((25...40).contains(Self.mean(truth)))
        #expect((200...700).contains(Self.p99(truth)))
    }

    @Test("errors: five percentage points more")
    func errors() {
        let truth = Self.truth(.errors)
        #expect((Self.failures(truth.canary) - Self.failures(truth.stable) - 0.05).magnitude < 0.006)
        #expect((Self.mean(truth.canary) / Self.mean(truth.stable) - 1).magnitude < 0.05)
    }

    @Test("latency: everything takes 1.5 times as long")
    func latency() {
        let truth = Self.truth(.latency)
        #expect((Self.median(truth.canary) / Self.median(truth.stable) - 1.5).magnitude < 0.05)
        #expect((Self.p99(truth.canary) / Self.p99(truth.stable) - 1.5).magnitude < 0.15)
        #expect((Self.failures(truth.canary) - Self.failures(truth.stable)).magnitude < 0.002)
    }

    @Test("slow-tail: the median stays, the tail is longer")
    func slowTail() {
        let truth = Self.truth(.slowTail)
        #expect((Self.median(truth.canary) / Self.median(truth.stable) - 1).magnitude < 0.05)
        #expect(Self.p99(truth.canary) / Self.p99(truth.stable) > 1.7)
    }

    @Test("dead-canary: nothing is answered")
    func deadCanary() {
        let truth = Self.truth(.deadCanary)
        #expect(truth.canary.requests > 0)
        #expect(truth.canary.failed == truth.canary.requests)
        #expect(truth.canary.meanMilliseconds == nil)
        #expect(Self.failures(truth.stable) < 0.01)
    }

    @Test("cold-start: slow in the first minute, equal afterwards")
    func coldStart() {
        let minute = Self.truth(.coldStart, seconds: 40)
        let later = Self.truth(.coldStart, seconds: 900)

        #expect((Self.median(minute.canary) / Self.median(minute.stable) - 3).magnitude < 0.15)
        #expect((Self.failures(minute.canary) - 0.025).magnitude < 0.012)
        let slowed = Double(minute.canary.requests) * Self.mean(minute.canary)
        let all = Double(later.canary.requests) * Self.mean(later.canary)
        // The last third of the first minute is in the rest too, between 3 and 1 times as slow.
        let rest = (all - slowed) / Double(later.canary.requests - minute.canary.requests)
        #expect((rest / Self.mean(later.stable) - 1).magnitude < 0.08)
    }

    @Test("slow-warm: twice as slow at first, nearly equal after twenty minutes")
    func slowWarm() {
        let first = Self.truth(.slowWarm, seconds: 20)
        let fourMinutes = Self.truth(.slowWarm, seconds: 240)
        let twentyMinutes = Self.truth(.slowWarm, seconds: 1200)

        #expect((1.75...2.15).contains(Self.median(first.canary) / Self.median(first.stable)))
        // The mean of 1 + 2^(-t/2 min) over four minutes is 1.54, over twenty 1.14.
        #expect((Self.mean(fourMinutes.canary) / Self.mean(fourMinutes.stable) - 1.54).magnitude < 0.15)
        #expect((Self.mean(twentyMinutes.canary) / Self.mean(twentyMinutes.stable) - 1.14).magnitude < 0.06)
    }

    @Test("shared-outage: both fail, equally, for two to three minutes", arguments: [UInt64(1), 2, 3])
    func sharedOutage(seed: UInt64) {
        let before = Self.truth(.sharedOutage, seed: seed, seconds: 175)
        let after = Self.truth(.sharedOutage, seed: seed, seconds: 600)

        #expect(Self.failures(before.stable) < 0.01)
        #expect(Self.failures(before.canary) < 0.01)
        // 20 % during 120 to 180 of 600 seconds.
        #expect((0.04...0.07).contains(Self.failures(after.canary)))
        #expect((Self.failures(after.canary) - Self.failures(after.stableBesideCanary)).magnitude < 0.006)
        #expect((Self.mean(after.canary) / Self.mean(after.stableBesideCanary) - 1).magnitude < 0.05)
    }

    @Test("pod-bursts: episodes on both sides and in the history, one pod at a time")
    func podBursts() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .podBursts, seed: 67))
        var failed: [String: Int] = [:]
        var requests: [String: Int] = [:]
        var bursts: [String: Int] = [:]

        for _ in 0..<360 {
            mesh.advance(by: 5, canaryShare: 0.2)
            for pod in mesh.pods {
                let lines = ExpositionLines(try #require(mesh.page(of: pod)), only: ["istio_requests_total"])
                let labels = ["reporter": "destination"]
                let count = lines.total("istio_requests_total", labels)
                let bad = lines.total("istio_requests_total", labels.merging(["response_code": "503"]) { $1 })
                let share = Double(bad - failed[pod, default: 0]) / Double(max(count - requests[pod, default: 0], 1))
                if share > 0.15 { bursts[pod, default: 0] += 1 }
                failed[pod] = bad
                requests[pod] = count
            }
        }

        // Half an hour, ten pods, an episode each 20 minutes of 2 to 5 windows: about 15 episodes, 50 windows.
        let windows = bursts.values.reduce(0, +)
        #expect((20...100).contains(windows))
        #expect(bursts.keys.contains { $0.contains("v1") })
        #expect(bursts.keys.contains { $0.contains("v2") })
    }

    @Test("low-traffic: two requests a second")
    func lowTraffic() {
        let truth = Self.truth(.lowTraffic)
        let expected = 2.0 * 1200
        #expect(
            (Double(truth.stable.requests + truth.canary.requests) - expected).magnitude < 5 * expected.squareRoot()
        )
    }

    @Test("bypass: batch-job sends eight percent straight to the canary, at weight 0 too")
    func bypass() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .bypass, seed: 71))
        mesh.advance(by: 300, canaryShare: 0)

        let truth = mesh.truth
        let all = truth.stable.requests + truth.canary.requests
        #expect(truth.bypassed == ["batch-job": truth.canary.requests])
        #expect((Double(truth.canary.requests) / Double(all) - 0.08).magnitude < 0.006)
        let lines = ExpositionLines(try #require(mesh.page(of: "demo4-v2-0")))
        #expect(lines.total("istio_requests_total", ["source_workload": "batch-job"]) > 0)
        #expect(lines.matching("istio_requests_total", ["source_workload": "istio-ingressgateway"]).isEmpty)
    }

    @Test("second-writer: somebody writes once, twenty seconds into the second step")
    func secondWriter() {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .secondWriter, seed: 73))
        var strikes: [Double] = []
        for share in [0, 0.05, 0.1, 0.25] {
            for _ in 0..<24 {
                mesh.advance(by: 5, canaryShare: share)
                if mesh.secondWriterStrike() { strikes.append(mesh.now) }
            }
        }

        #expect(strikes == [260])
    }

    @Test("a rollback before the second step puts the second writer off")
    func secondWriterWaits() {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .secondWriter, seed: 73))
        for share in [0, 0.05, 0, 0.05, 0] {
            mesh.advance(by: 60, canaryShare: share)
            let strikes = mesh.secondWriterStrike()
            #expect(!strikes)
        }
    }

    @Test("nobody else writes in other scenarios", arguments: Scenario.allCases.filter { $0 != .secondWriter })
    func noSecondWriter(scenario: Scenario) {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: 79, requestsPerSecond: 1))
        for share in [0, 0.05, 0.1, 0.25] {
            mesh.advance(by: 60, canaryShare: share)
            let strikes = mesh.secondWriterStrike()
            #expect(!strikes)
        }
    }

    @Test("expectations follow the design's table")
    func expectations() {
        let cases: [(Scenario, String, String, Double?, Bool)] = [
            (.healthy, "promoted", "", nil, true),
            (.healthy, "held", "deadline", nil, false),
            (.errors, "rolledBack", "errors", 10, true),
            (.errors, "promoted", "", nil, false),
            (.slowWarm, "rolledBack", "latency", 45, false),
            (.slowWarm, "rolledBack", "latency", 90, true),
            (.slowWarm, "promoted", "", nil, true),
            (.sharedOutage, "held", "deadline", nil, true),
            (.podBursts, "rolledBack", "errors", 400, false),
            (.lowTraffic, "held", "deadline", nil, true),
            (.secondWriter, "held", "contested by another writer", nil, true),
            (.secondWriter, "held", "deadline", nil, false),
            (.bypass, "rolledBack", "Incomplete: batch-job", nil, true),
            (.bypass, "rolledBack", "errors", nil, false),
            (.bypass, "held", "weightNotEffective", nil, true),
        ]
        for (scenario, outcome, reason, seconds, isAllowed) in cases {
            let answer = scenario.expectation.allows(
                outcome: outcome,
                reason: reason,
                secondsAfterFirstCanaryRequest: seconds
            )
            #expect(answer == isAllowed, "\(scenario) \(outcome) \(reason)")
        }
        #expect(Scenario.bypass.expectation.mustName == "batch-job")
        #expect(Set(Scenario.allCases.map(\.summary)).count == Scenario.allCases.count)
    }
}
