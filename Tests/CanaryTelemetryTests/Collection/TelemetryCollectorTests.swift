import CanaryTelemetry
import Testing

@Suite struct TelemetryCollectorTests {
    private typealias Series = IstioPage.Series

    private func makeCollector(_ reporter: Reporter = .destination) -> TelemetryCollector {
        TelemetryCollector(
            configuration: CollectorConfiguration(
                reporter: reporter,
                stable: CohortSelector(workload: "reviews-v1"),
                canary: CohortSelector(workload: "reviews-v2")
            )
        )
    }

    private func stable(_ requests: Int, _ latency: [Int] = [], code: String = "200") -> IstioPage.Series {
        Series(code: code, requests: requests, latency: latency)
    }

    private func canary(_ requests: Int, _ latency: [Int] = [], code: String = "200") -> IstioPage.Series {
        Series(workload: "reviews-v2", revision: "v2", version: "v2", code: code, requests: requests, latency: latency)
    }

    /// Rounds of one target each; nil is a failed scrape. The last window.
    private func lastWindow(_ pages: [IstioPage?]) -> Window {
        var collector = makeCollector()
        var window = Window(seconds: 0)
        for page in pages {
            if let page {
                collector.ingest(page: page.bytes, from: "p")
            } else {
                collector.fail(target: "p", label: "timeout", message: "no answer")
            }
            window = collector.endRound(seconds: 5)
        }
        return window
    }

    @Test("the first round only takes baselines")
    func baseline() {
        let window = lastWindow([IstioPage(series: [stable(100)])])

        #expect(window.quality.unusable == .baseline)
        #expect(window.stable.isEmpty)
        #expect(window.seconds == 5)
    }

    @Test("the second round counts what happened since the first")
    func difference() {
        let window = lastWindow([
            IstioPage(series: [stable(100, [10, 20, 30, 40])]), IstioPage(series: [stable(130, [10, 25, 40, 50])]),
        ])

        #expect(window.quality == WindowQuality())
        #expect(
            window.stable == [
                PodWindow(
                    pod: "p",
                    requests: [ResponseCount(key: ResponseKey("200"), count: 30)],
                    latency: [0, 5, 10, 10]
                )
            ]
        )
        #expect(window.bounds.milliseconds == [10, 100, 1000])
    }

    @Test("the first error of a known process is counted, although its series is new")
    func birth() {
        let window = lastWindow([
            IstioPage(series: [stable(100)]), IstioPage(series: [stable(110), stable(1, code: "503")]),
        ])

        #expect(window.stable.first?.failures == 1)
        #expect(window.stableTotal == 11)
    }

    @Test("a restarted process counts from zero and is named")
    func restart() {
        let window = lastWindow([
            IstioPage(series: [stable(100, [100, 0, 0, 0])]),
            IstioPage(series: [stable(120, [70, 50, 0, 0])], start: 2000),
        ])

        #expect(window.stableTotal == 120)
        #expect(window.stable.first?.latency == [70, 50, 0, 0])
        #expect(window.quality.restarts == ["p"])
    }

    @Test("a series that was evicted and came back counts from zero, the others go on")
    func eviction() {
        let window = lastWindow([
            IstioPage(series: [stable(100), stable(9, code: "503")]), IstioPage(series: [stable(110)]),
            IstioPage(series: [stable(120), stable(2, code: "503")]),
        ])

        #expect(window.stable.first?.failures == 2)
        #expect(window.stableTotal == 12)
        #expect(window.quality.restarts.isEmpty)
    }

    @Test("series in another order are the same series")
    func order() {
        let window = lastWindow([
            IstioPage(series: [stable(100), stable(5, code: "404"), stable(9, code: "503")]),
            IstioPage(series: [stable(10, code: "503"), stable(110), stable(5, code: "404")]),
        ])

        #expect(window.stable.first?.failures == 1)
        #expect(window.stableTotal == 11)
    }

    @Test("a page without Envoy's part is no zero: the baseline stays and the next window is longer")
    func missingEnvoyPart() {
        var collector = makeCollector()
        collector.ingest(page: IstioPage(series: [stable(100)]).bytes, from: "p")
        _ = collector.endRound(seconds: 5)

        collector.ingest(page: IstioPage(hasEnvoy: false).bytes, from: "p")
        let bad = collector.endRound(seconds: 5)
        collector.ingest(page: IstioPage(series: [stable(130)]).bytes, from: "p")
        let good = collector.endRound(seconds: 5)

        #expect(bad.quality.faults.map(\.label) == ["no-witness"])
        #expect(bad.quality.faults.map(\.side) == [.stable])
        #expect(bad.quality.unusable != nil)
        #expect(good.stableTotal == 30)
    }

    @Test("a baseline outlives five failed rounds, not six", arguments: [(5, 30), (6, 0)])
    func patience(failures: Int, expected: Int) {
        let gap: [IstioPage?] = Array(repeating: nil, count: failures)
        let window = lastWindow([IstioPage(series: [stable(100)])] + gap + [IstioPage(series: [stable(130)])])

        #expect(window.stableTotal == expected)
    }

    @Test(
        "buckets that cannot be true drop the pod's window",
        arguments: [
            ("le=\"100.0\"} 30", "le=\"100.0\"} 3"), ("le=\"+Inf\"} 100", "le=\"+Inf\"} 101"),
            ("le=\"+Inf\"} 100", "le=\"5000\"} 100"),
        ]
    )
    func badBuckets(text: String, replacement: String) {
        var collector = makeCollector()
        let page = IstioPage(series: [stable(100, [10, 20, 30, 40])])
        collector.ingest(page: page.bytes, from: "p")
        _ = collector.endRound(seconds: 5)
        let parts = page.text.split(separator: text, omittingEmptySubsequences: false)

        collector.ingest(page: Array(parts.joined(separator: replacement).utf8), from: "p")
        let window = collector.endRound(seconds: 5)

        #expect(parts.count == 2)
        #expect(window.quality.faults.map(\.label) == ["bad-histogram"])
        #expect(window.stableTotal == 0)
    }

    @Test("a bucket that fell while the count rose drops the pod's window")
    func fallenBucket() {
        let window = lastWindow([
            IstioPage(series: [stable(100, [50, 50, 0, 0])]), IstioPage(series: [stable(110, [40, 70, 0, 0])]),
        ])

        #expect(window.quality.faults.map(\.label) == ["bad-histogram"])
    }

    @Test("a histogram that lags behind its counter is normal")
    func lag() {
        let window = lastWindow([
            IstioPage(series: [stable(100, [10, 20, 30, 20])]), IstioPage(series: [stable(150, [10, 20, 30, 20])]),
        ])

        #expect(window.quality.faults.isEmpty)
        #expect(window.stableTotal == 50)
        #expect(window.stable.first?.latency == [0, 0, 0, 0])
    }

    @Test("pods with other bounds are compared on the common ones")
    func bounds() {
        var collector = makeCollector()
        for factor in [1, 2] {
            collector.ingest(
                page: IstioPage(series: [stable(10 * factor, [1, 2, 3, 4].map { $0 * factor })]).bytes,
                from: "a"
            )
            collector.ingest(
                page: IstioPage(
                    series: [canary(10 * factor, [1, 2, 3, 4].map { $0 * factor })],
                    bounds: [5, 10, 1000]
                )
                .bytes,
                from: "b"
            )
            let window = collector.endRound(seconds: 5)
            guard factor == 2 else { continue }
            #expect(window.bounds.milliseconds == [10, 1000])
            #expect(window.stable.first?.latency == [1, 5, 4])
            #expect(window.canary.first?.latency == [3, 3, 4])
        }
        #expect(collector.bounds.milliseconds == [10, 1000])
    }

    @Test("callers are summed into one pseudo-pod a version")
    func callers() {
        var collector = makeCollector(.source)
        for factor in [1, 2] {
            for target in ["a", "b"] {
                var one = stable(10 * factor)
                var other = canary(factor)
                one.reporter = "source"
                other.reporter = "source"
                collector.ingest(page: IstioPage(series: [one, other]).bytes, from: target)
            }
            let window = collector.endRound(seconds: 5)
            guard factor == 2 else { continue }
            #expect(window.stable.map(\.pod) == ["(all callers)"])
            #expect(window.stableTotal == 20)
            #expect(window.canaryTotal == 2)
            #expect(window.quality.unusable == nil)
        }
    }

    @Test("a canary that never had traffic is empty, not a failure")
    func idleCanary() {
        var collector = makeCollector()
        for factor in [1, 2] {
            collector.ingest(page: IstioPage(series: [stable(10 * factor)]).bytes, from: "a")
            collector.ingest(page: IstioPage().bytes, from: "b")
            let window = collector.endRound(seconds: 5)
            if factor == 2 {
                #expect(window.quality.unusable == nil)
                #expect(window.canary.isEmpty)
            }
        }

        collector.ingest(page: IstioPage(series: [stable(30)]).bytes, from: "a")
        collector.ingest(page: IstioPage(series: [canary(1, code: "503")]).bytes, from: "b")
        let window = collector.endRound(seconds: 5)

        #expect(window.canary.map(\.pod) == ["b"])
        #expect(window.canary.first?.failures == 1)
    }

    @Test("pages without any series of either version say so")
    func noSeries() {
        #expect(lastWindow([IstioPage(), IstioPage()]).quality.unusable == .noIstioSeries)
        let blind = IstioPage(hasEnvoy: false)
        #expect(lastWindow([blind, blind]).quality.unusable == .noIstioSeries)
    }

    @Test("no answer at all is not the same as no traffic")
    func nothingScraped() {
        let window = lastWindow([IstioPage(series: [stable(1)]), nil])

        #expect(window.quality.unusable == .nothingScraped)
        #expect(window.quality.faults == [PodFault(pod: "p", side: .stable, label: "timeout", message: "no answer")])
    }

    /// Rounds of four stable pods and two canary pods; the named ones fail in the last round.
    private func turnout(rounds: Int, failing: Set<String>) -> WindowQuality {
        var collector = makeCollector()
        var window = Window(seconds: 0)
        for round in 1...rounds {
            for pod in ["s0", "s1", "s2", "s3", "c0", "c1"] {
                if round == rounds, failing.contains(pod) {
                    collector.fail(target: pod, label: "refused", message: "refused")
                } else {
                    let series = pod.hasPrefix("s") ? stable(100 * round) : canary(10 * round)
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
        var collector = makeCollector()
        var reasons: [WindowQuality.Unusable?] = []
        for round in 1...60 {
            for pod in ["a", "b"] {
                if pod == "a", [30, 32, 34].contains(round) {
                    collector.fail(target: pod, label: "timeout", message: "timeout")
                } else {
                    collector.ingest(page: IstioPage(series: [stable(round * 10)]).bytes, from: pod)
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
        var collector = makeCollector()
        for round in 1...3 {
            collector.ingest(page: IstioPage(series: [stable(round * 10)]).bytes, from: "a")
            if round == 3 { collector.ingest(page: IstioPage(series: [canary(7)]).bytes, from: "b") }
            let window = collector.endRound(seconds: 5)
            if round == 3 {
                #expect(window.quality.unusable == nil)
                #expect(window.canaryTotal == 0)
            }
        }
    }

    @Test("a pod that is gone keeps its last part and is no failure afterwards")
    func vanished() {
        var collector = makeCollector()
        for round in 1...3 {
            collector.ingest(page: IstioPage(series: [stable(round * 10)]).bytes, from: "a")
            collector.ingest(page: IstioPage(series: [stable(round * 100)]).bytes, from: "b")
            if round == 3 { collector.forget(target: "b") }
            let window = collector.endRound(seconds: 5)
            if round == 3 { #expect(window.stableTotal == 110) }
        }
        collector.ingest(page: IstioPage(series: [stable(40)]).bytes, from: "a")
        let window = collector.endRound(seconds: 5)

        #expect(window.stableTotal == 10)
        #expect(window.quality == WindowQuality())
    }

    @Test("a target that nobody asked is a failure")
    func silent() {
        let quality = {
            var collector = makeCollector()
            for _ in 1...2 {
                collector.ingest(page: IstioPage(series: [stable(1)]).bytes, from: "a")
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
        var collector = makeCollector()
        for round in 1...2 {
            collector.ingest(page: IstioPage(series: [stable(round * 10)]).bytes, from: "a")
            collector.ingest(page: round == 1 ? IstioPage(series: [stable(1)]).bytes : Array(text.utf8), from: "b")
            let window = collector.endRound(seconds: 5)
            guard round == 2 else { continue }
            #expect(window.stable.map(\.pod) == ["a"])
            #expect(window.quality.faults.map(\.pod) == ["b"])
            #expect(window.quality.faults.first?.message.contains("line 1") == true)
        }
    }

    @Test("faults in a window are bounded")
    func manyFaults() {
        var collector = makeCollector()
        for target in 0..<12_000 { collector.fail(target: "t\(target)", label: "refused", message: "refused") }

        let window = collector.endRound(seconds: 5)

        #expect(window.quality.faults.count == 64)
        #expect(window.quality.unusable == .nothingScraped)
    }

    @Test(
        "over random traffic with restarts and lost scrapes every request of a known process is counted once",
        arguments: [1, 2, 3, 4, 5] as [UInt64]
    )
    func truth(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var collector = makeCollector()
        var counters: [String: [String: Int]] = [:]
        var starts: [String: Double] = [:]
        var expected = 0
        var failures = 0
        var pending: [String: (total: Int, failed: Int)] = [:]
        var counted = 0
        var countedFailures = 0
        var misses: [String: Int] = [:]

        for round in 0..<200 {
            for pod in ["a", "b", "c"] {
                // A restart while a scrape is lost would lose requests for everybody; so only after a good one.
                if round > 0, misses[pod] == 0, Int.random(in: 0..<20, using: &random) == 0 {
                    counters[pod] = [:]
                    starts[pod, default: 1000] += 100
                }
                for code in ["200", "404", "503"] where Bool.random(using: &random) {
                    let more = Int.random(in: 0...30, using: &random)
                    counters[pod, default: [:]][code, default: 0] += more
                    guard round > 0 else { continue }
                    pending[pod, default: (0, 0)].total += more
                    if code == "503" { pending[pod, default: (0, 0)].failed += more }
                }
                let isLost = round > 0 && misses[pod, default: 0] < 4 && Int.random(in: 0..<8, using: &random) == 0
                if isLost {
                    misses[pod, default: 0] += 1
                    collector.fail(target: pod, label: "timeout", message: "timeout")
                    continue
                }
                misses[pod] = 0
                let taken = pending.removeValue(forKey: pod) ?? (0, 0)
                expected += taken.total
                failures += taken.failed
                let series = (counters[pod] ?? [:]).shuffled(using: &random).map { stable($0.value, code: $0.key) }
                collector.ingest(page: IstioPage(series: series, start: starts[pod] ?? 1000).bytes, from: pod)
            }
            let window = collector.endRound(seconds: 5)
            counted += window.stableTotal
            countedFailures += window.stable.reduce(0) { $0 + $1.failures }
        }

        #expect(counted == expected, "seed \(seed)")
        #expect(countedFailures == failures, "seed \(seed)")
    }
}
