import CanarySources
import Testing

@Suite struct PageAllowancesTests {
    private static func begun(_ count: Int) -> PageAllowances {
        var allowances = PageAllowances()
        allowances.begin((0..<count).map { "t\($0)" }, inFlight: 64)
        return allowances
    }

    @Test(
        "the pages under way share the round's budget, and one page has its own limit",
        arguments: [(0, 100_000_000), (1, 100_000_000), (2, 100_000_000), (10, 25_600_000), (1000, 4_000_000)]
    )
    func share(targets: Int, bytes: Int) {
        #expect(Self.begun(targets).allowance(of: "t0") == bytes)
    }

    @Test("a page that was too large is asked again with four times as much, up to the limit of one page")
    func tooLarge() {
        var allowances = Self.begun(64)
        var steps: [Int] = []
        while allowances.noteTooLarge("t0") { steps.append(allowances.allowance(of: "t0")) }

        #expect(steps == [16_000_000, 64_000_000, 100_000_000])
        #expect(allowances.allowance(of: "t1") == 4_000_000)
    }

    @Test("what a page needed is remembered while its target is there")
    func memory() {
        var allowances = Self.begun(64)
        allowances.note("t0", size: 8_000_000)
        allowances.note("t1", size: 1_000)
        #expect(allowances.allowance(of: "t0") == 16_000_000)
        #expect(allowances.allowance(of: "t1") == 4_000_000)
        allowances.note("t2", size: .max)
        #expect(allowances.allowance(of: "t2") == 100_000_000)

        allowances.begin((1..<64).map { "t\($0)" }, inFlight: 64)
        #expect(allowances.allowance(of: "t0") < 16_000_000)
        #expect(allowances.allowance(of: "t2") == 100_000_000)
    }

    @Test("a budget below one page is the limit of every page")
    func small() {
        var allowances = PageAllowances(budget: 1000)
        allowances.begin(["a", "b"], inFlight: 64)
        #expect(allowances.allowance(of: "a") == 500)
        let (first, second) = (allowances.noteTooLarge("a"), allowances.noteTooLarge("a"))
        #expect(first && !second)
        #expect(allowances.allowance(of: "a") == 1000)
    }
}
