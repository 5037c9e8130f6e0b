import CanaryCore
import Testing

@Suite struct BurnRateTests {
    private static let objective = ServiceObjective(success: 0.999)

    /// Six hours in slices of five minutes, with a share of failures in the last ones.
    private static func burn(_ shares: [Double], of requests: Double = 3000) -> BurnRate {
        let quiet = Array(repeating: 0.0, count: max(72 - shares.count, 0))
        let slices = (quiet + shares).map {
            BurnRate.Slice(seconds: 300, requests: requests, failures: requests * $0)
        }
        return BurnRate(objective: objective, slices: slices)
    }

    @Test("bars are those of the workbook for thirty days: 14.4 and 6")
    func bars() {
        let burn = Self.burn([])

        #expect(abs(burn.threshold(of: .fast) - 14.4) < 1e-12)
        #expect(abs(burn.threshold(of: .slow) - 6) < 1e-12)
    }

    @Test("a burn over an hour that still goes on is fast")
    func fast() {
        #expect(Self.burn(Array(repeating: 0.015, count: 12)).alert == .fast)
    }

    @Test("a burn that has ended is no alert, however large it was")
    func ended() {
        #expect(Self.burn([0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0, 0, 0, 0, 0, 0]).alert == nil)
    }

    @Test("a smaller burn over six hours is slow")
    func slow() {
        #expect(Self.burn(Array(repeating: 0.007, count: 72)).alert == .slow)
    }

    @Test("a burn within the budget is none")
    func within() {
        let burn = Self.burn(Array(repeating: 0.001, count: 72))

        #expect(burn.alert == nil)
        #expect(abs((burn.rate(over: burn.sixHours) ?? 0) - 1) < 1e-9)
    }

    @Test("a single failure among a handful of requests is no alert")
    func fewRequests() {
        #expect(Self.burn([1], of: 2).alert == nil)
    }

    @Test("no requests and no budget have no rate, and are said")
    func nothing() {
        let idle = BurnRate(objective: Self.objective, slices: [])
        let strict = BurnRate(
            objective: ServiceObjective(success: 1),
            slices: [BurnRate.Slice(seconds: 300, requests: 100, failures: 100)]
        )

        #expect(idle.rate(over: idle.hour) == nil)
        #expect(idle.sentence.contains("no requests in the last 1 h"))
        #expect(strict.alert == nil)
        #expect(strict.sentence.contains("leaves no budget"))
    }

    @Test("the sentence has counts, the rate, the bar and what it means")
    func sentence() {
        #expect(
            Self.burn(Array(repeating: 0.02, count: 12)).sentence
                == "720 of 36,000 requests failed in the last 1 h: 20 times the rate that the objective of 99.9 % over "
                + "720 h allows, 20 in the last 5 min (alert from 14.4); at this rate the whole budget lasts 36 h"
        )
    }
}
