import CanaryStatistics
import Foundation
import Testing

@Suite struct CanaryEngineWithoutPodsTests {
    @Test("follows the oracle's rollout of aggregated counts, with known numbers of pods")
    func oracle() throws {
        let part = try #require(Oracle.cases("engine_without_pods").first)
        var configuration = RecordedRollout.configuration
        configuration.isPerPod = false
        configuration.knownPods = PodNumbers(stable: 8, canary: 2)
        var engine = try CanaryEngine(
            configuration: configuration,
            bounds: LatencyTests.bounds,
            history: part.objects("history").map { try Self.window($0) }
        )
        #expect(try engine.edges == part.numbers("edges"))
        #expect(try engine.promoteEdges == part.numbers("promote_edges"))

        var lastWeight: Double?
        let decisions: [EngineDecision: Double] = [.rollback: -1, .hold: 0, .advance: 1, .promote: 2]
        for line in try part.objects("windows") {
            let observed = try #require(line["obs"] as? [String: Any])
            let weight = try line.number("weight")
            let step = configuration.steps.firstIndex(of: weight) ?? 0
            let result = try engine.judge(
                Self.window(observed),
                in: WindowContext(step: step, isFirstAfterWeightChange: lastWeight.map { $0 != weight } ?? true)
            )
            lastWeight = weight

            let place: Comment = "window \(result.window)"
            #expect(try agrees(result.logE, line.number("log_e_total")), place)
            #expect(result.logD == result.logE, place)
            #expect(result.isConfirmed && result.withoutBestPod == nil && result.gate == 0, place)
            #expect(try agrees(result.metrics.map(\.logE), line.numbers("log_e_metrics")), place)
            #expect(try agrees(result.metrics.map(\.phi1), line.numbers("phi1")), place)
            #expect(try agrees(result.metrics.map(\.phi2), line.numbers("phi2")), place)
            #expect(try agrees(result.top, line.number("leave_out_sum")), place)
            #expect(try decisions[result.decision] == line.number("decision"), place)
            #expect(try agrees(result.metrics.map(\.rho), part.numbers("rho")), place)
            #expect(try agrees(result.metrics.map(\.delta), part.numbers("delta")), place)
            let margins = try zip(line.rows("log_noninferior"), part.rows("delta_promote"))
            for (row, (logN, delta)) in zip(result.promotion, margins) {
                #expect(agrees(row.map(\.logN), logN), place)
                #expect(agrees(row.map(\.delta), delta), place)
                #expect(try agrees(row.map(\.rho), part.numbers("rho_promote")), place)
            }
        }
    }

    @Test("takes the canary for as dispersed as the stable version if pod numbers are unknown")
    func unknownPodNumbers() throws {
        let part = try #require(Oracle.cases("engine_without_pods").first)
        var configuration = RecordedRollout.configuration
        configuration.isPerPod = false
        var engine = try CanaryEngine(
            configuration: configuration,
            bounds: LatencyTests.bounds,
            history: part.objects("history").map { try Self.window($0) }
        )

        for line in try part.objects("windows").prefix(20) {
            let observed = try #require(line["obs"] as? [String: Any])
            let result = try engine.judge(
                Self.window(observed),
                in: WindowContext(step: 0, isFirstAfterWeightChange: false)
            )

            #expect(result.metrics.map(\.phi1) == result.metrics.map(\.phi2))
        }
    }

    private static func window(_ part: [String: Any]) throws -> WindowCounts {
        func pod(_ name: String, _ suffix: String) throws -> PodCounts {
            try PodCounts(
                name: name,
                requests: part.number("n\(suffix)"),
                failures: part.number("x\(suffix)"),
                latency: part.numbers("b\(suffix)")
            )
        }
        return try WindowCounts(seconds: 5, stable: [pod("A", "A"), pod("B", "B")], canary: [pod("C", "2")])
    }
}
