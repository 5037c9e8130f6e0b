import CanaryTelemetry
import Testing

/// What a target did between two scrapes.
@Suite struct TelemetryCollectorTests {
    @Test("the first round only takes baselines")
    func baseline() {
        let window = TwoVersions.lastWindow([IstioPage(series: [TwoVersions.stable(100)])])

        #expect(window.quality.unusable == .baseline)
        #expect(window.stable.isEmpty)
        #expect(window.seconds == 5)
    }

    @Test("the second round counts what happened since the first")
    func difference() {
        let window = TwoVersions.lastWindow([
            IstioPage(series: [TwoVersions.stable(100, [10, 20, 30, 40])]),
            IstioPage(series: [TwoVersions.stable(130, [10, 25, 40, 50])]),
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
        let window = TwoVersions.lastWindow([
            IstioPage(series: [TwoVersions.stable(100)]),
            IstioPage(series: [TwoVersions.stable(110), TwoVersions.stable(1, code: "503")]),
        ])

        #expect(window.stable.first?.failures == 1)
        #expect(window.stableTotal == 11)
    }

    @Test("a restarted process counts from zero and is named")
    func restart() {
        let window = TwoVersions.lastWindow([
            IstioPage(series: [TwoVersions.stable(100, [100, 0, 0, 0])]),
            IstioPage(series: [TwoVersions.stable(120, [70, 50, 0, 0])], start: 2000),
        ])

        #expect(window.stableTotal == 120)
        #expect(window.stable.first?.latency == [70, 50, 0, 0])
        #expect(window.quality.restarts == ["p"])
    }

    @Test("a series that was evicted and came back counts from zero, the others go on")
    func eviction() {
        let window = TwoVersions.lastWindow([
            IstioPage(series: [TwoVersions.stable(100), TwoVersions.stable(9, code: "503")]),
            IstioPage(series: [TwoVersions.stable(110)]),
            IstioPage(series: [TwoVersions.stable(120), TwoVersions.stable(2, code: "503")]),
        ])

        #expect(window.stable.first?.failures == 2)
        #expect(window.stableTotal == 12)
        #expect(window.quality.restarts.isEmpty)
    }

    @Test("series in another order are the same series")
    func order() {
        let window = TwoVersions.lastWindow([
            IstioPage(series: [
                TwoVersions.stable(100), TwoVersions.stable(5, code: "404"), TwoVersions.stable(9, code: "503"),
            ]),
            IstioPage(series: [
                TwoVersions.stable(10, code: "503"), TwoVersions.stable(110), TwoVersions.stable(5, code: "404"),
            ]),
        ])

        #expect(window.stable.first?.failures == 1)
        #expect(window.stableTotal == 11)
    }

    @Test("a page without Envoy's part is no zero: the baseline stays and the next window is longer")
    func missingEnvoyPart() {
        var collector = TwoVersions.makeCollector()
        collector.ingest(page: IstioPage(series: [TwoVersions.stable(100)]).bytes, from: "p")
        _ = collector.endRound(seconds: 5)

        collector.ingest(page: IstioPage(hasEnvoy: false).bytes, from: "p")
        let bad = collector.endRound(seconds: 5)
        collector.ingest(page: IstioPage(series: [TwoVersions.stable(130)]).bytes, from: "p")
        let good = collector.endRound(seconds: 5)

        #expect(bad.quality.faults.map(\.label) == ["no-witness"])
        #expect(bad.quality.faults.map(\.side) == [.stable])
        #expect(bad.quality.unusable != nil)
        #expect(good.stableTotal == 30)
    }

    @Test("a baseline outlives five failed rounds, not six", arguments: [(5, 30), (6, 0)])
    func patience(failures: Int, expected: Int) {
        let gap: [IstioPage?] = Array(repeating: nil, count: failures)
        let window = TwoVersions.lastWindow(
            [IstioPage(series: [TwoVersions.stable(100)])] + gap + [IstioPage(series: [TwoVersions.stable(130)])]
        )

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
        var collector = TwoVersions.makeCollector()
        let page = IstioPage(series: [TwoVersions.stable(100, [10, 20, 30, 40])])
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
        let window = TwoVersions.lastWindow([
            IstioPage(series: [TwoVersions.stable(100, [50, 50, 0, 0])]),
            IstioPage(series: [TwoVersions.stable(110, [40, 70, 0, 0])]),
        ])

        #expect(window.quality.faults.map(\.label) == ["bad-histogram"])
    }

    @Test("a histogram that lags behind its counter is normal")
    func lag() {
        let window = TwoVersions.lastWindow([
            IstioPage(series: [TwoVersions.stable(100, [10, 20, 30, 20])]),
            IstioPage(series: [TwoVersions.stable(150, [10, 20, 30, 20])]),
        ])

        #expect(window.quality.faults.isEmpty)
        #expect(window.stableTotal == 50)
        #expect(window.stable.first?.latency == [0, 0, 0, 0])
    }

    @Test("pods with other bounds are compared on the common ones")
    func bounds() {
        var collector = TwoVersions.makeCollector()
        for factor in [1, 2] {
            collector.ingest(
                page: IstioPage(series: [TwoVersions.stable(10 * factor, [1, 2, 3, 4].map { $0 * factor })]).bytes,
                from: "a"
            )
            collector.ingest(
                page: IstioPage(
                    series: [TwoVersions.canary(10 * factor, [1, 2, 3, 4].map { $0 * factor })],
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
        var collector = TwoVersions.makeCollector(.source)
        for factor in [1, 2] {
            for target in ["a", "b"] {
                var one = TwoVersions.stable(10 * factor)
                var other = TwoVersions.canary(factor)
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
}
