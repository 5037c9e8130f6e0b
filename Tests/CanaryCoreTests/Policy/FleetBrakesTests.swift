import CanaryCore
import Testing

struct FleetBrakesTests {
    private let start = Timestamp(milliseconds: 1_780_000_000_000)
    private let rules = CanaryPolicy.Brakes(rollbacks: 2)

    private func run(_ number: Int, _ outcome: Outcome? = nil, after seconds: Int) -> ReleaseMemory.LastRun {
        ReleaseMemory.LastRun(
            id: "run-\(number)",
            release: nil,
            roles: .asNamed,
            outcome: outcome ?? .rolledBack(Reason("errors", "worse"), .proved),
            startedAt: start,
            endedAt: start.advanced(by: .seconds(seconds))
        )
    }

    private func end(_ brakes: inout FleetBrakes, _ number: Int, _ outcome: Outcome? = nil, after seconds: Int)
        -> Notice?
    {
        brakes.ended(
            run(number, outcome, after: seconds),
            of: CanaryKey(namespace: "shop", name: "c\(number)"),
            brakes: rules,
            scope: .cluster,
            at: start.advanced(by: .seconds(seconds))
        )
    }

    @Test("more rollbacks than allowed engage the brakes once, with one notice that names the canaries")
    func engages() {
        var brakes = FleetBrakes()
        #expect(end(&brakes, 1, after: 0) == nil)
        #expect(end(&brakes, 1, after: 0) == nil)
        #expect(end(&brakes, 2, after: 100) == nil)
        #expect(brakes.engaged == nil)

        let notice = end(&brakes, 3, after: 200)

        #expect(notice?.urgency == .page)
        #expect(
            notice?.reason.text
                == "the brakes of the cluster hold: 3 rollbacks within 10 min (shop/c1, shop/c2, shop/c3); nothing begins or steps up "
                + "until `haldane freeze --all --lift --reason WHY`, rollbacks go on"
        )
        #expect(end(&brakes, 4, after: 210) == nil)
    }

    @Test("rollbacks that are far apart, by an operator or of replaced pods do not count")
    func doNotCount() {
        var brakes = FleetBrakes()
        for number in 0..<20 { #expect(end(&brakes, number, after: number * 400) == nil) }
        for number in 100..<110 {
            let label = number % 2 == 0 ? Reason.operatorLabel : Reason.releaseChangedLabel
            #expect(end(&brakes, number, .rolledBack(Reason(label, ""), .proved), after: 20_000) == nil)
            #expect(end(&brakes, number + 50, .held(.telemetryLost, Reason("lost", "")), after: 20_000) == nil)
        }
        #expect(brakes.engaged == nil)
    }

    @Test("engaged brakes survive a restart and stay until they are lifted, for good")
    func lift() throws {
        var brakes = FleetBrakes()
        for number in 1...3 { _ = end(&brakes, number, after: number) }
        brakes = try JSONRoundTrip.of(brakes)
        let mark = try #require(brakes.engaged?.mark)
        let canary = CanaryKey(namespace: "shop", name: "c9")
        let later = start.advanced(by: .seconds(3600))
        let gate = PolicyGate(for: canary, policies: [], brakes: [.init(.cluster, brakes)])
        #expect(gate.closed(at: later)?.label == "brakes")

        #expect(brakes.lift(.init(mark: "2020-01-01T00:00:00Z", by: "bob", reason: "old"), at: later) == nil)
        let notice = brakes.lift(.init(mark: mark, by: "alice", reason: "DNS is back"), at: later)

        #expect(notice?.reason.text == "the brakes are lifted by alice: DNS is back; releases begin and step up again")
        #expect(brakes.engaged == nil)
        // What is read again from the cluster does not engage them once more.
        for number in 1...3 { _ = end(&brakes, number, after: number) }
        #expect(brakes.engaged == nil)
    }
}
