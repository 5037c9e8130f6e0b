import CanaryTelemetry
import Testing

@Suite struct RandomTrafficTests {
    @Test(
        "over random traffic with restarts and lost scrapes every request of a known process is counted once",
        arguments: [1, 2, 3, 4, 5] as [UInt64]
    )
    func truth(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var collector = TwoVersions.makeCollector()
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
                let series = (counters[pod] ?? [:]).shuffled(using: &random).map {
                    TwoVersions.stable($0.value, code: $0.key)
                }
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
