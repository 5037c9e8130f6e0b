import CanaryCore
import CanaryStatistics
import CanaryTelemetry
import Testing

@Suite("Thinned and worsened counts")
struct PodWindowChanceTests {
    private let pod = PodWindow(
        pod: "v1-0",
        requests: [
            ResponseCount(key: ResponseKey("200"), count: 900),
            ResponseCount(key: ResponseKey("404"), count: 60),
            ResponseCount(key: ResponseKey("500"), count: 40),
        ],
        latency: [0, 100, 800, 0, 60]
    )

    private func mean(_ count: Int = 4000, _ value: (inout SeededStream) -> Int) -> Double {
        var random = SeededStream(seed: 11)
        return (0..<count).reduce(0.0) { sum, _ in sum + Double(value(&random)) } / Double(count)
    }

    @Test("thinning keeps every response and every bucket in proportion")
    func proportions() {
        for (index, expected) in [900.0, 60, 40].enumerated() {
            let kept = mean { pod.thinned(to: 0.2, &$0).requests[index].count }
            // Five standard errors of the mean.
            #expect((kept - 0.2 * expected).magnitude < 5 * (0.16 * expected / 4000).squareRoot())
        }
        #expect((mean { pod.thinned(to: 0.2, &$0).latency[2] } - 160).magnitude < 1)
        #expect(mean { pod.thinned(to: 0.2, &$0).latency[3] } == 0)
    }

    @Test("a part and the rest are the whole, and all or nothing stay exact")
    func whole() {
        var random = SeededStream(seed: 12)
        for _ in 0..<100 {
            let part = pod.thinned(to: 0.3, &random)
            let rest = pod.without(part)
            #expect(part.total + rest.total == pod.total)
            #expect(zip(part.latency, rest.latency).map { $0 + $1 } == pod.latency)
        }
        #expect(pod.thinned(to: 1, &random) == pod)
        #expect(pod.thinned(to: 0, &random).total == 0)
        #expect(pod.thinned(to: .nan, &random).total == 0)
    }

    @Test("failing turns successes into 503 and nothing else")
    func failing() {
        var random = SeededStream(seed: 13)
        for _ in 0..<100 {
            let worse = pod.failing(0.1, &random)
            #expect(worse.total == pod.total)
            #expect(worse.requests.first { $0.key.text == "500" }?.count == 40)
            #expect(worse.requests.map(\.key) == worse.requests.map(\.key).sorted())
        }
        #expect((mean { pod.failing(0.1, &$0).failures } - 136).magnitude < 1)
        #expect((mean { pod.failing(0.1, &$0).latency[2] } - 720).magnitude < 1)
        let dead = pod.failing(1, &random)
        #expect(dead.failures == 1000 && dead.latency.allSatisfy { $0 == 0 })
        #expect(pod.failing(0, &random) == pod)
    }

    @Test("latency moves to slower buckets by the share that lies there, and is not lost")
    func slower() throws {
        let bounds = try #require(LatencyBounds(milliseconds: [10, 20, 40, 80]))
        let twice = LatencyShift(bounds: bounds, factor: 2)
        var random = SeededStream(seed: 14)

        // Buckets as wide as the factor: everything moves on by exactly one, and the last one stays.
        #expect(twice.apply([1000, 200, 30, 4, 5], &random) == [0, 1000, 200, 30, 9])

        let half = LatencyShift(bounds: bounds, factor: 2.0.squareRoot())
        let moved = mean { half.apply([0, 1000, 0, 0, 0], &$0)[2] }
        #expect((moved - 500).magnitude < 2)
        for factor in [0.5, 1, 1.25, 1.5, 3, 1e9, 1e300, .infinity, .nan] {
            let counts = LatencyShift(bounds: bounds, factor: factor).apply([7, 0, 5, 3, 1], &random)
            #expect(counts.reduce(0, +) == 16)
        }
        #expect(LatencyShift(bounds: bounds, factor: 1).apply([7, 0, 5, 3, 1], &random) == [7, 0, 5, 3, 1])
        #expect(twice.apply([1, 2], &random) == [1, 2])
    }
}
