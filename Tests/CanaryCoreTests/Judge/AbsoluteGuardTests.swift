import CanaryCore
import Testing

@Suite("The absolute guard")
struct AbsoluteGuardTests {
    private typealias Tally = Finding.Tally

    private func fires(
        first: (events: Double, requests: Double),
        second: (events: Double, requests: Double),
        stable: (events: Double, requests: Double) = (0, 1000),
        bar: Double? = 0.2
    ) -> Bool {
        var guardrail = AbsoluteGuard(bar: bar)
        let tally = Tally(events: stable.events, requests: stable.requests)
        _ = guardrail.feed(stable: tally, canary: Tally(events: first.events, requests: first.requests))
        return guardrail.feed(stable: tally, canary: Tally(events: second.events, requests: second.requests)) != nil
    }

    @Test("two windows together need twenty requests")
    func leastRequests() {
        #expect(!fires(first: (9, 9), second: (10, 10)))
        #expect(fires(first: (10, 10), second: (10, 10)))
    }

    @Test("the share has to be above the bar, not at it")
    func bar() {
        #expect(!fires(first: (10, 50), second: (10, 50)))
        #expect(fires(first: (10, 50), second: (11, 50)))
    }

    @Test("stable has to be below half of the bar")
    func sharedOutage() {
        #expect(fires(first: (50, 50), second: (50, 50), stable: (99, 1000)))
        #expect(!fires(first: (50, 50), second: (50, 50), stable: (100, 1000)))
    }

    @Test("only the last two windows count")
    func twoWindows() {
        var guardrail = AbsoluteGuard(bar: 0.2)
        let stable = Tally(events: 0, requests: 1000)
        _ = guardrail.feed(stable: stable, canary: Tally(events: 0, requests: 1000))
        _ = guardrail.feed(stable: stable, canary: Tally(events: 10, requests: 10))

        #expect(guardrail.feed(stable: stable, canary: Tally(events: 10, requests: 10)) != nil)
    }

    @Test("where stable gets no requests any more, its last share stands in")
    func withoutStable() {
        func fires(lastShare: Double) -> Bool {
            var guardrail = AbsoluteGuard(bar: 0.2)
            let none = Tally(events: 0, requests: 0)
            let stable = Tally(events: lastShare * 1000, requests: 1000)
            _ = guardrail.feed(stable: stable, canary: none)
            // One straggler that fails says nothing.
            _ = guardrail.feed(stable: Tally(events: 1, requests: 1), canary: none)
            _ = guardrail.feed(stable: Tally(events: 1, requests: 1), canary: none)
            _ = guardrail.feed(stable: none, canary: none)
            return guardrail.feed(stable: none, canary: Tally(events: 300, requests: 1000)) != nil
        }

        #expect(fires(lastShare: 0.005))
        #expect(!fires(lastShare: 0.3))
    }

    @Test("no bar, no guard")
    func off() {
        #expect(!fires(first: (50, 50), second: (50, 50), bar: nil))
    }
}
