import CanaryTelemetry
import Testing

@Suite struct MetricWindowTests {
    private static let odd: [Double] = [.nan, .infinity, -.infinity, -1, 0x1p53 * 2, 1e300]

    @Test("what is no count makes a side absent, with a reason", arguments: odd)
    func impossible(number: Double) {
        #expect(MetricSide.ratio(events: number, total: 1).absence != nil)
        #expect(MetricSide.ratio(events: 1, total: number).absence != nil)
        #expect(MetricSide.histogram(counts: [1, number]).absence != nil)
        #expect(MetricSide.gauge(samples: number, mean: 1).absence != nil)
        #expect((MetricSide.gauge(samples: 1, mean: number).absence == nil) == number.isFinite)
        #expect(MetricSide.gauge(samples: 0, mean: 1).absence == "no samples")
    }

    @Test("a side of another kind, or with other buckets than its bounds, is absent")
    func misfit() {
        func side(_ kind: MetricWindow.Kind, _ side: MetricSide, bounds: [Double] = [1]) -> String? {
            MetricWindow(name: "m", kind: kind, direction: .lower, bounds: bounds, stable: side, canary: side)
                .stable.absence
        }

        #expect(side(.ratio, .gauge(samples: 1, mean: 1)) == "its values are not those of a ratio")
        #expect(side(.histogram, .histogram(counts: [1])) == "its counts do not fit its bucket bounds")
        #expect(side(.histogram, .histogram(counts: [1, 2])) == nil)
        #expect(
            side(.histogram, .histogram(counts: [1, 2, 3]), bounds: [2, 1])
                == "its bucket bounds are not ascending numbers"
        )
    }

    @Test("a window keeps the first sixteen metrics with a name, each name once")
    func kept() {
        func metric(_ name: String, _ mean: Double) -> MetricWindow {
            let side = MetricSide.gauge(samples: 1, mean: mean)
            return MetricWindow(name: name, kind: .gauge, direction: .lower, stable: side, canary: side)
        }
        var window = Window(seconds: 5, metrics: [metric("", 1), metric("a", 1), metric("a", 2)])
        #expect(window.metrics == [metric("a", 1)])

        window.metrics = (0..<20).map { metric("m\($0)", 0) }
        window.metrics.append(metric("late", 0))
        #expect(window.metrics.map(\.name) == (0..<16).map { "m\($0)" })
    }
}
