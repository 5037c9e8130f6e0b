import CanaryCore
import Testing

@Suite("Route weights")
struct RouteWeightsTests {
    @Test(
        "a share is written in whole parts of the sum",
        arguments: [
            (5.0, 100, 5), (12.5, 1000, 125), (0, 100, 0), (100, 100, 100), (50, 9000, 4500), (100, 9001, 9001),
            (0, 3, 0),
            (0.1, 1000, 1), (100.0 / 3, 3, 1),
        ] as [(Double, Int, Int)]
    )
    func exact(percent: Double, sum: Int, canary: Int) {
        #expect(RouteWeights(canaryPercent: percent, sum: sum) == RouteWeights(stable: sum - canary, canary: canary))
    }

    @Test(
        "a share that the sum cannot represent gives nothing",
        arguments: [
            (5.0, 3), (12.5, 100), (5, 9001), (-1, 100), (101, 100), (5, 0), (5, -100), (Double.nan, 100),
            (Double.infinity, 100),
            (100, Int.max),
        ] as [(Double, Int)]
    )
    func impossible(percent: Double, sum: Int) {
        #expect(RouteWeights(canaryPercent: percent, sum: sum) == nil)
    }

    @Test(
        "the share of absurd weights is a number",
        arguments: [
            (0, 0, 0.0), (Int.max, Int.max, 100), (-5, 5, 0), (Int.min, Int.min, 0), (0, 7, 100), (2, 1, 100.0 / 3),
        ] as [(Int, Int, Double)]
    )
    func percent(stable: Int, canary: Int, expected: Double) {
        let percent = RouteWeights(stable: stable, canary: canary).canaryPercent

        #expect((percent - expected).magnitude < 1e-9)
    }

    @Test("exchanged roles exchange the weights")
    func swapped() {
        #expect(RouteWeights(stable: 95, canary: 5).swapped == RouteWeights(stable: 5, canary: 95))
    }
}
