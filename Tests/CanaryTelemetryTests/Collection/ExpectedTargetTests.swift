import CanaryTelemetry
import Testing

/// Targets that are known before they are asked: pods that a cluster names.
@Suite struct ExpectedTargetTests {
    private static let stable = TelemetryTarget(name: "s-0", incarnation: "s-0-uid", side: .stable)
    private static let canary = TelemetryTarget(name: "c-0", incarnation: "c-0-uid", side: .canary)

    /// Rounds in which `s-0` counts 100 requests each and the others do as told.
    private static func rounds(
        _ count: Int,
        _ targets: (Int) -> [TelemetryTarget],
        _ act: (Int, inout TelemetryCollector) -> Void
    ) -> [Window] {
        var collector = TwoVersions.makeCollector()
        return (1...count).map { round in
            collector.expect([stable] + targets(round))
            collector.ingest(page: IstioPage(series: [TwoVersions.stable(100 * round)]).bytes, from: "s-0")
            act(round, &collector)
            return collector.endRound(seconds: 5)
        }
    }

    @Test("a canary pod that never answered is the canary's fault from the first round on")
    func knownSide() {
        let windows = Self.rounds(2) { _ in
            [Self.canary]
        } _: { _, collector in
            collector.fail(target: "c-0", label: "refused", message: "refused")
        }

        #expect(windows[0].quality.faults.map(\.side) == [.canary])
        #expect(windows[1].quality.unusable == .tooFewPods(side: .canary, answered: 0, known: 1))
    }

    @Test("a stable pod that never answered does not make the canary's round unusable")
    func otherSide() {
        let more = TelemetryTarget(name: "s-1", side: .stable)
        let windows = Self.rounds(2) { round in
            round == 2 ? [more, Self.canary] : [Self.canary]
        } _: { round, collector in
            // In the first round it is not there yet.
            if round == 2 { collector.fail(target: "s-1", label: "refused", message: "refused") }
            collector.ingest(page: IstioPage(series: [TwoVersions.canary(10 * round)]).bytes, from: "c-0")
        }

        #expect(windows[1].quality.unusable == nil)
        #expect(windows[1].quality.faults.map(\.side) == [.stable])
    }

    @Test("a pod that is not ready may refuse: no fault, no unusable round, no failure over the last rounds")
    func notReady() {
        var pod = Self.canary
        pod.mustAnswer = false
        let windows = Self.rounds(30) { _ in
            [pod]
        } _: { _, collector in
            collector.fail(target: "c-0", label: "refused", message: "refused")
        }

        #expect(windows.dropFirst().allSatisfy { $0.quality == WindowQuality() })
    }

    @Test("what an ending pod still answers counts, and it cannot stand in for a ready one that failed")
    func ending() {
        var ending = TelemetryTarget(name: "c-1", side: .canary)
        ending.mustAnswer = false
        let windows = Self.rounds(3) { round in
            round == 3 ? [Self.canary, ending] : [ending]
        } _: { round, collector in
            collector.ingest(page: IstioPage(series: [TwoVersions.canary(10 * round)]).bytes, from: "c-1")
            if round == 3 { collector.fail(target: "c-0", label: "refused", message: "refused") }
        }

        #expect(windows[1].canaryTotal == 10)
        #expect(windows[1].quality.unusable == nil)
        #expect(windows[2].canaryTotal == 10)
        #expect(windows[2].quality.unusable == .tooFewPods(side: .canary, answered: 0, known: 1))
    }

    @Test("a stable side of which no pod is ready is still observed")
    func nobodyReady() {
        var collector = TwoVersions.makeCollector()
        var pod = Self.stable
        pod.mustAnswer = false
        var window = Window(seconds: 0)
        for round in 1...2 {
            collector.expect([pod])
            collector.ingest(page: IstioPage(series: [TwoVersions.stable(100 * round)]).bytes, from: "s-0")
            window = collector.endRound(seconds: 5)
        }

        #expect(window.quality.unusable == nil)
        #expect(window.stableTotal == 100)
    }

    @Test("a pod that is gone is no failure, and one of the same name with another uid begins anew")
    func replaced() {
        let next = TelemetryTarget(name: "c-0", incarnation: "other-uid", side: .canary)
        let windows = Self.rounds(5) { round in
            round <= 2 ? [Self.canary] : round == 3 ? [] : [next]
        } _: { round, collector in
            guard round != 3 else { return }
            collector.ingest(page: IstioPage(series: [TwoVersions.canary(10 * round)]).bytes, from: "c-0")
        }

        #expect(windows.map(\.canaryTotal) == [0, 10, 0, 0, 10])
        #expect(windows.dropFirst().allSatisfy { $0.quality.unusable == nil })
        #expect(windows.allSatisfy { $0.quality.faults.isEmpty && $0.quality.restarts.isEmpty })
    }

    @Test("what a pod gave before it went away within the round stays, and its failure is forgotten")
    func goneWithinTheRound() {
        var collector = TwoVersions.makeCollector()
        var window = Window(seconds: 0)
        for round in 1...2 {
            collector.expect([Self.stable, Self.canary])
            collector.ingest(page: IstioPage(series: [TwoVersions.stable(100 * round)]).bytes, from: "s-0")
            collector.ingest(page: IstioPage(series: [TwoVersions.canary(10 * round)]).bytes, from: "c-0")
            if round == 2 { collector.expect([Self.stable]) }
            window = collector.endRound(seconds: 5)
        }

        #expect(window.canaryTotal == 10)
        #expect(window.quality.unusable == nil && window.quality.faults.isEmpty)
    }

    @Test("a pod that was known is missed when nobody asked it")
    func notAsked() {
        let windows = Self.rounds(2) { _ in
            [Self.canary]
        } _: { _, _ in
        }

        #expect(windows[1].quality.faults.map(\.message) == ["not asked in this round"])
        #expect(windows[1].quality.unusable == .tooFewPods(side: .canary, answered: 0, known: 1))
    }

    @Test("more targets than can be kept are refused by name, not taken silently")
    func tooMany() {
        var collector = TwoVersions.makeCollector()
        let all = (0...TelemetryCollector.mostTargets).map { TelemetryTarget(name: "t\($0)", mustAnswer: false) }
        collector.expect(all)
        collector.fail(target: "t\(TelemetryCollector.mostTargets)", label: "refused", message: "refused")

        let window = collector.endRound(seconds: 5)

        #expect(window.quality.faults.map(\.message) == ["more than 10000 targets"])
    }
}
