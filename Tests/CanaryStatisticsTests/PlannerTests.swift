import CanaryStatistics
import Foundation
import Testing

@Suite struct PlannerTests {
    static let shares = [(0.05, 0.015), (0.10, 0.006), (0.25, 0.003), (0.5, 0.0015)]

    @Test(
        "asks for as many requests as the table says",
        arguments: [
            (0.0, [198.0, 498, 997, 1996]), (0.001, [239, 709, 1779, 5441]), (0.005, [332, 1129, 3106, 9854]),
            (0.02, [488, 1433, 3070, 6970]),
        ]
    )
    func table(errorShare: Double, expected: [Double]) {
        let planner = Planner(configuration: EngineConfiguration())

        let requests = Self.shares.map { share, delta in
            planner.canaryRequests(errorShare: errorShare, share: share, delta: delta).rounded()
        }

        #expect(requests == expected)
    }

    @Test("plans each margin of the ladder with a range and a time")
    func steps() {
        let planner = Planner(configuration: EngineConfiguration())

        let steps = planner.steps(errorShare: 0.005, requestsPerSecond: 100, windowSeconds: 5)

        #expect(steps.map(\.share) == [0.05, 0.1, 0.25, 0.5])
        #expect(steps.map(\.nextShare) == [0.1, 0.25, 0.5, 1])
        #expect(steps.map { $0.leastRequests.rounded() } == [332, 1129, 3106, 9854])
        #expect(steps.allSatisfy { $0.requests.lower < $0.requests.upper })
        #expect(steps.allSatisfy { $0.seconds.lower >= 30 && $0.seconds.upper < 1000 })
        let idle = planner.steps(errorShare: 0.005, requestsPerSecond: 0, windowSeconds: 5)
        #expect(idle.allSatisfy { $0.seconds.lower == .infinity })
    }

    @Test("sees smaller regressions with more traffic and time, and none without")
    func smallestRegression() throws {
        let planner = Planner(configuration: EngineConfiguration())
        func smallest(_ rate: Double, _ seconds: Double) -> Double? {
            planner.smallestVisibleIncrease(
                errorShare: 0.005,
                share: 0.1,
                requestsPerSecond: rate,
                seconds: seconds
            )
        }

        let minute = try #require(smallest(100, 60))
        let hour = try #require(smallest(100, 3600))
        let busy = try #require(smallest(1000, 60))

        #expect(hour < minute && busy < minute)
        #expect(hour > 0.0005)
        #expect(minute < 0.1)
        #expect(smallest(0, 60) == nil)
        #expect(smallest(0.01, 5) == nil)
        #expect(smallest(.nan, 5) == nil)
    }
}
