import CanaryTelemetry
import Testing

/// Which rounds may be judged.
@Suite struct RoundQualityTests {
    @Test("a canary that never had traffic is empty, not a failure")
    func idleCanary() {
        var collector = TwoVersions.makeCollector()
        for factor in [1, 2] {
            collector.ingest(page: IstioPage(series: [TwoVersions.stable(10 * factor)]).bytes, from: "a")
            collector.ingest(page: IstioPage().bytes, from: "b")
            let window = collector.endRound(seconds: 5)
            if factor == 2 {
                #expect(window.quality.unusable == nil)
                #expect(window.canary.isEmpty)
            }
        }

        collector.ingest(page: IstioPage(series: [TwoVersions.stable(30)]).bytes, from: "a")
        collector.ingest(page: IstioPage(series: [TwoVersions.canary(1, code: "503")]).bytes, from: "b")
        let window = collector.endRound(seconds: 5)

        #expect(window.canary.map(\.pod) == ["b"])
        #expect(window.canary.first?.failures == 1)
    }

    @Test("pages without any series of either version say so")
    func noSeries() {
        #expect(TwoVersions.lastWindow([IstioPage(), IstioPage()]).quality.unusable == .noIstioSeries)
        let blind = IstioPage(hasEnvoy: false)
        #expect(TwoVersions.lastWindow([blind, blind]).quality.unusable == .noIstioSeries)
    }

    @Test("no answer at all is not the same as no traffic")
    func nothingScraped() {
        let window = TwoVersions.lastWindow([IstioPage(series: [TwoVersions.stable(1)]), nil])

        #expect(window.quality.unusable == .nothingScraped)
        #expect(window.quality.faults == [PodFault(pod: "p", side: .stable, label: "timeout", message: "no answer")])
    }

    /// Rounds of four stable pods and two canary pods; the named ones fail in the last round.
    private func turnout(rounds: Int, failing: Set<String>) -> WindowQuality {
        var collector = TwoVersions.makeCollector()
        var window = Window(seconds: 0)
        for round in 1...rounds {
            for pod in ["s0", "s1", "s2", "s3", "c0", "c1"] {
                if round == rounds, failing.contains(pod) {
                    collector.fail(target: pod, label: "refused", message: "refused")
                } else {
                    let series = pod.hasPrefix("s") ? TwoVersions.stable(100 * round) : TwoVersions.canary(10 * round)
                    collector.ingest(page: IstioPage(series: [series]).bytes, from: pod)
                }
            }
            window = collector.endRound(seconds: 5)
        }
        return window.quality
    }

    @Test("a round in which fewer than half of a side's pods gave a delta is not judged")
    func tooFewPods() {
        #expect(turnout(rounds: 30, failing: []).unusable == nil)
        #expect(turnout(rounds: 30, failing: ["s0", "s1", "c0"]).unusable == nil)
        #expect(
            turnout(rounds: 30, failing: ["s0", "s1", "s2"]).unusable
                == .tooFewPods(side: .stable, answered: 1, known: 4)
        )
        #expect(
            turnout(rounds: 30, failing: ["c0", "c1"]).unusable == .tooFewPods(side: .canary, answered: 0, known: 2)
        )
        #expect(turnout(rounds: 30, failing: ["s0", "c1"]).faults.map(\.pod) == ["c1", "s0"])
    }

    @Test("more than 5 % failed pod-rounds over the last 20 are not judged, and are forgotten later")
    func tooManyFailures() {
        var collector = TwoVersions.makeCollector()
        var reasons: [WindowQuality.Unusable?] = []
        for round in 1...60 {
            for pod in ["a", "b"] {
                if pod == "a", [30, 32, 34].contains(round) {
                    collector.fail(target: pod, label: "timeout", message: "timeout")
                } else {
                    collector.ingest(page: IstioPage(series: [TwoVersions.stable(round * 10)]).bytes, from: pod)
                }
            }
            reasons.append(collector.endRound(seconds: 5).quality.unusable)
        }

        #expect(reasons[32] == nil)
        #expect(reasons[33] == .tooManyFailures(side: .stable, failed: 3, rounds: 40))
        #expect(reasons[48] == .tooManyFailures(side: .stable, failed: 3, rounds: 40))
        #expect(reasons[50...].allSatisfy { $0 == nil })
    }

    @Test("a pod that appears later is a baseline first and harms nobody")
    func latecomer() {
        var collector = TwoVersions.makeCollector()
        for round in 1...3 {
            collector.ingest(page: IstioPage(series: [TwoVersions.stable(round * 10)]).bytes, from: "a")
            if round == 3 { collector.ingest(page: IstioPage(series: [TwoVersions.canary(7)]).bytes, from: "b") }
            let window = collector.endRound(seconds: 5)
            if round == 3 {
                #expect(window.quality.unusable == nil)
                #expect(window.canaryTotal == 0)
            }
        }
    }

    @Test("a pod that is gone keeps its last part and is no failure afterwards")
    func vanished() {
        var collector = TwoVersions.makeCollector()
        for round in 1...3 {
            collector.ingest(page: IstioPage(series: [TwoVersions.stable(round * 10)]).bytes, from: "a")
            collector.ingest(page: IstioPage(series: [TwoVersions.stable(round * 100)]).bytes, from: "b")
            if round == 3 { collector.forget(target: "b") }
            let window = collector.endRound(seconds: 5)
            if round == 3 { #expect(window.stableTotal == 110) }
        }
        collector.ingest(page: IstioPage(series: [TwoVersions.stable(40)]).bytes, from: "a")
        let window = collector.endRound(seconds: 5)

        #expect(window.stableTotal == 10)
        #expect(window.quality == WindowQuality())
    }

    @Test("a target that nobody asked is a failure")
    func silent() {
        let quality = {
            var collector = TwoVersions.makeCollector()
            for _ in 1...2 {
                collector.ingest(page: IstioPage(series: [TwoVersions.stable(1)]).bytes, from: "a")
                _ = collector.endRound(seconds: 5)
            }
            return collector.endRound(seconds: 5).quality
        }()

        #expect(quality.unusable == .nothingScraped)
        #expect(quality.faults.map(\.pod) == ["a"])
    }

    @Test(
        "a bad page is its target's fault only",
        arguments: ["<html>oops</html>", "istio_requests_total{ 1", "\u{0}\u{1}"]
    )
    func badPage(text: String) {
        var collector = TwoVersions.makeCollector()
        for round in 1...2 {
            collector.ingest(page: IstioPage(series: [TwoVersions.stable(round * 10)]).bytes, from: "a")
            collector.ingest(
                page: round == 1 ? IstioPage(series: [TwoVersions.stable(1)]).bytes : Array(text.utf8),
                from: "b"
            )
            let window = collector.endRound(seconds: 5)
            guard round == 2 else { continue }
            #expect(window.stable.map(\.pod) == ["a"])
            #expect(window.quality.faults.map(\.pod) == ["b"])
            #expect(window.quality.faults.first?.message.contains("line 1") == true)
        }
    }

    @Test("faults in a window are bounded")
    func manyFaults() {
        var collector = TwoVersions.makeCollector()
        for target in 0..<12_000 { collector.fail(target: "t\(target)", label: "refused", message: "refused") }

        let window = collector.endRound(seconds: 5)

        #expect(window.quality.faults.count == 64)
        #expect(window.quality.unusable == .nothingScraped)
    }
}
