import CanaryCore
import CanaryStatistics
import CanaryTelemetry
import Testing

@Suite("Placebo traffic")
struct PlaceboTrafficTests {
    private func traffic(
        _ history: RehearsalHistory,
        _ mode: RehearsalMode = .pods(2),
        _ regression: RehearsedRegression? = nil,
        seed: UInt64 = 1
    ) -> PlaceboTraffic {
        var choice = SeededStream(seed: seed)
        return PlaceboTraffic(
            segment: history.segments[0],
            startsAt: 0,
            mode: mode,
            regression: regression,
            failedShare: 0.005,
            choice: &choice,
            random: SeededStream(seed: seed, lanes: 1)
        )
    }

    private func next(_ traffic: inout PlaceboTraffic, _ index: Int, _ percent: Double) throws -> Window {
        let window = traffic.window(at: index, percent: percent)
        return try #require(window)
    }

    @Test("before the first step the placebo pods are not among stable's")
    func watching() throws {
        let history = MadeHistory(windows: 10).history()
        var traffic = traffic(history)
        let window = try next(&traffic, 0, 0)

        #expect(window.canary.isEmpty)
        #expect(window.stable.count == 4)
        #expect(Set(window.stable.map(\.pod)).isDisjoint(with: traffic.placebos))
    }

    @Test("the placebo gets the share of the weight, from its own pods", arguments: [1.0, 5, 10, 25, 50, 90, 99])
    func weights(percent: Double) throws {
        let history = MadeHistory(windows: 150).history()
        var traffic = traffic(history)
        var (stable, canary) = (0.0, 0.0)
        for index in 0..<150 {
            let window = try next(&traffic, index, percent)
            #expect(window.canary.map(\.pod).sorted() == traffic.placebos.sorted())
            stable += Double(window.stableTotal)
            canary += Double(window.canaryTotal)
        }
        let share = canary / (stable + canary)
        let error = (percent / 100 * (1 - percent / 100) / (stable + canary)).squareRoot()
        #expect((share - percent / 100).magnitude < 5 * error)
    }

    @Test("at 100 % stable's pods are there and idle, and the placebo has all of its requests")
    func all() throws {
        let history = MadeHistory(windows: 1).history()
        var traffic = traffic(history)
        let window = try next(&traffic, 0, 100)
        let source = history.segments[0].windows[0].window

        #expect(window.stable.count == 4 && window.stableTotal == 0)
        #expect(window.canary == source.stable.filter { traffic.placebos.contains($0.pod) })
    }

    @Test("dividing totals loses no request")
    func totals() throws {
        let history = MadeHistory(pods: 1, windows: 150).history()
        var traffic = traffic(history, .totals("one pod"))
        var canary = 0.0
        var all = 0.0
        for index in 0..<150 {
            let window = try next(&traffic, index, 10)
            let source = history.segments[0].windows[index].window
            #expect(window.stableTotal + window.canaryTotal == source.stableTotal)
            #expect(window.stable[0].failures + window.canary[0].failures == source.stable[0].failures)
            #expect(window.stable[0].pod != window.canary[0].pod)
            canary += Double(window.canaryTotal)
            all += Double(source.stableTotal)
        }
        #expect((canary / all - 0.1).magnitude < 5 * (0.09 / all).squareRoot())
    }

    @Test("a worse canary fails as much more as was asked for")
    func worse() throws {
        let history = MadeHistory(errors: 0.1, windows: 150).history()
        var choice = SeededStream(seed: 3)
        var traffic = PlaceboTraffic(
            segment: history.segments[0],
            startsAt: 0,
            mode: .pods(2),
            regression: .errors(0.05),
            failedShare: 0.1,
            choice: &choice,
            random: SeededStream(seed: 3)
        )
        var (failed, canary) = (0.0, 0.0)
        for index in 0..<150 {
            let window = try next(&traffic, index, 25)
            failed += Double(window.canary.reduce(0) { $0 + $1.failures })
            canary += Double(window.canaryTotal)
        }
        #expect((failed / canary - 0.15).magnitude < 5 * (0.15 * 0.85 / canary).squareRoot())
    }

    @Test("pods that a deploy replaced are replaced, and a canary without pods ends")
    func replaced() throws {
        let made = MadeHistory(windows: 20).timedWindows()
        let replaced = made.enumerated().map { index, timed in
            var timed = timed
            if index >= 10 {
                for pod in timed.window.stable.indices { timed.window.stable[pod].pod = "new-\(pod)" }
            }
            return timed
        }
        var traffic = traffic(RehearsalHistory(runs: [replaced], origin: "", hasClock: true))
        let before = try next(&traffic, 9, 10)
        #expect(before.canary.allSatisfy { $0.pod.hasPrefix("v1-") })
        let after = try next(&traffic, 10, 10)
        #expect(after.canary.count == 2 && after.canary.allSatisfy { $0.pod.hasPrefix("new-") })
        #expect(after.stable.count == 4)
        #expect(traffic.allPlacebos.count == 4)

        let alone = made.enumerated().map { index, timed in
            var timed = timed
            if index >= 10 {
                timed.window.stable = [PodWindow(pod: "x", requests: timed.window.stable[0].requests, latency: [])]
            }
            return timed
        }
        var ending = self.traffic(RehearsalHistory(runs: [alone], origin: "", hasClock: true))
        let windows = [9, 10, 99].map { ending.window(at: $0, percent: 10) }
        #expect(windows[0] != nil && windows[1] == nil && windows[2] == nil)
    }

    @Test("windows that cannot be judged stay so, with the faults on the right side")
    func unusable() throws {
        var made = MadeHistory(windows: 3).timedWindows()
        made[1].window.quality.unusable = .nothingScraped
        made[2].window.quality.faults = made[2].window.stable.map {
            PodFault(pod: $0.pod, side: .stable, label: "timeout", message: "late")
        }
        var traffic = traffic(RehearsalHistory(runs: [made], origin: "", hasClock: true))

        let dark = try next(&traffic, 1, 5)
        #expect(dark.quality.unusable == .nothingScraped)
        let faults = try next(&traffic, 2, 5).quality.faults
        #expect(Set(faults.filter { $0.side == .canary }.map(\.pod)) == Set(traffic.placebos))
    }
}
