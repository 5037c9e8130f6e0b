import CanaryCore
import Foundation
import Testing

struct CheckStateTests {
    @Test("numbers keep their bits as text, infinities and all")
    func packed() throws {
        for count in 0..<9 {
            let values = [
                0, -0.0, .infinity, -.infinity, 1.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3, -7,
            ].prefix(count)
            let data = try JSONEncoder().encode([PackedDoubles(Array(values))])
            let back = try JSONDecoder().decode([PackedDoubles].self, from: data)
            #expect(back[0].values.map(\.bitPattern) == values.map(\.bitPattern))
        }
    }

    @Test(
        "text that is no packed numbers is refused",
        arguments: ["A", "AAAA", "AAAAAAAAAA=A", "====", "AAAAAAAAAAA!", "ÄÄÄÄ"]
    )
    func notPacked(text: String) {
        let data = Data("[\"\(text)\"]".utf8)
        #expect(throws: (any Error).self) { try JSONDecoder().decode([PackedDoubles].self, from: data) }
    }

    @Test("a state survives being stored")
    func roundTrip() throws {
        var traffic = CheckTraffic(seed: 20)
        var state = CheckState()
        let judge = CheckJudge(rules: CheckRules())
        for step in 0..<3 {
            let evidence = ["a/one", "b/two"].map {
                traffic.evidence(CheckTraffic.subject($0), history: step == 0 ? 20 : 0)
            }
            _ = judge.judge([CheckLook(evidence: evidence)], state: &state, now: traffic.now)
            traffic.wait(300)
        }
        state.told = CheckState.Told(kind: .degraded, at: traffic.now)
        let back = try JSONDecoder().decode(CheckState.self, from: JSONEncoder().encode(state))
        #expect(back == state)
    }

    @Test("what was not looked at for a month is forgotten")
    func prune() {
        var traffic = CheckTraffic(seed: 21)
        var state = CheckState()
        _ = CheckJudge(rules: CheckRules()).judge(
            [CheckLook(evidence: [traffic.evidence(windows: 6)])],
            state: &state,
            now: traffic.now
        )
        state.prune(now: traffic.now.advanced(by: .seconds(29 * 86_400)))
        #expect(state.subjects.count == 1)
        state.prune(now: traffic.now.advanced(by: .seconds(31 * 86_400)))
        #expect(state.subjects.isEmpty)
    }
}
