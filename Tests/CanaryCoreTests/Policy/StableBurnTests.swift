import CanaryCore
import Testing

struct StableBurnTests {
    private let start = Timestamp(milliseconds: 1_780_000_000_000)

    /// Windows of 5 s with this share of failures.
    private func feed(
        _ burn: inout StableBurn,
        _ share: Double,
        windows: Int,
        from index: inout Int,
        requests: Int = 1000
    ) {
        for _ in 0..<windows {
            index += 1
            burn.observe(
                requests: requests,
                failures: Int(Double(requests) * share),
                seconds: 5,
                at: start.advanced(by: .seconds(5 * index))
            )
        }
    }

    @Test("steps wait while stable burns faster than the policy bears, and go on below half of it")
    func hysteresis() throws {
        var burn = StableBurn(.init(success: 0.999, burnRate: 6))
        var index = 0
        feed(&burn, 0.001, windows: 60, from: &index)
        #expect(burn.reason == nil)

        feed(&burn, 0.02, windows: 60, from: &index)
        let reason = try #require(burn.reason)
        #expect(reason.text.contains("99.9 %"))

        feed(&burn, 0.004, windows: 90, from: &index)
        #expect(burn.reason == reason)

        feed(&burn, 0.001, windows: 90, from: &index)
        #expect(burn.reason == nil)
    }

    @Test("few requests, few failures and an objective of everything say nothing")
    func tooFew() {
        var index = 0
        var few = StableBurn(.init(success: 0.999))
        feed(&few, 1, windows: 30, from: &index, requests: 3)
        #expect(!few.isBurning)

        var perfect = StableBurn(.init(success: 1))
        feed(&perfect, 0.5, windows: 60, from: &index)
        #expect(!perfect.isBurning)

        var odd = StableBurn(.init(success: .nan, burnRate: .infinity, over: .zero))
        odd.observe(requests: .max, failures: .max, seconds: .nan, at: Timestamp(milliseconds: .max))
        odd.observe(requests: .min, failures: .max, seconds: -.infinity, at: Timestamp(milliseconds: .min))
        #expect(!odd.isBurning)
    }

    @Test("an outage that is over is forgotten after the time of the policy")
    func forgets() {
        var burn = StableBurn(.init(success: 0.99, over: .seconds(60)))
        var index = 0
        feed(&burn, 0.5, windows: 5, from: &index)
        #expect(burn.isBurning)
        index += 1000
        feed(&burn, 0, windows: 1, from: &index)
        #expect(!burn.isBurning)
    }
}
