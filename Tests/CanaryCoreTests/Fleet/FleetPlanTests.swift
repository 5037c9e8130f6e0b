import CanaryCore
import CanaryTelemetry
import Testing

@Suite struct FleetPlanTests {
    private static let now = Timestamp(milliseconds: 1_756_700_012_345)
    /// The last whole minute, five seconds ago.
    private static let end = Timestamp(milliseconds: 1_756_699_980_000)

    @Test("a first look has half an hour of history and ten minutes that are new")
    func firstLook() {
        let plan = FleetPlan(since: [nil], now: Self.now)

        #expect(plan.end == Self.end)
        #expect(plan.grid.windows == 40)
        #expect(plan.windows(since: nil).history == 0..<30)
        #expect(plan.windows(since: nil).new == 30..<40)
    }

    @Test("a later look reads from where the last one ended, and no more")
    func laterLook() {
        let since = Self.end.advanced(by: .seconds(-300))

        let plan = FleetPlan(since: [since, since], now: Self.now)

        #expect(plan.grid.windows == 5)
        #expect(plan.windows(since: since).new == 0..<5)
        #expect(plan.windows(since: since).history.isEmpty)
    }

    @Test("a service that is new to the fleet does not make anything new to the others")
    func newService() {
        let since = Self.end.advanced(by: .seconds(-300))

        let plan = FleetPlan(since: [since, nil], now: Self.now)

        #expect(plan.grid.windows == 40)
        #expect(plan.windows(since: since).new == 35..<40)
        #expect(plan.windows(since: nil).new == 30..<40)
    }

    @Test("after a long pause windows are longer, and at most a day is looked at")
    func longPause() {
        let since = Self.end.advanced(by: .seconds(-10 * 86_400))

        let plan = FleetPlan(since: [since], now: Self.now)

        #expect(plan.grid.windows == 240)
        #expect(plan.seconds == 360)
        #expect(plan.windows(since: since).new == 0..<240)
        #expect(plan.notes.count == 2)
    }

    @Test("times of nonsense give plans without windows, or short ones, and never a trap")
    func nonsense() {
        let moments: [Timestamp] = [Int64.min, .max, 0, -1].map { Timestamp(milliseconds: $0) }
        for now in moments {
            for since in moments {
                let plan = FleetPlan(since: [since, nil], now: now)
                #expect(plan.grid.windows <= 240)
                #expect(plan.windows(since: since).new.upperBound <= plan.grid.windows)
            }
        }
        let odd = FleetPlan.Options(
            step: .zero,
            history: .seconds(-5),
            firstLook: .zero,
            longest: .zero,
            mostWindows: 0
        )
        #expect(FleetPlan(since: [nil], now: Self.now, options: odd).grid.windows >= 1)
    }
}
