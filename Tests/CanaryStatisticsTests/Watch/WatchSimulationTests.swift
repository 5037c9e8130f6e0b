import CanaryStatistics
import Testing

/// What is promised of evidence that is kept for years, on simulated years that are shorter.
struct WatchSimulationTests {
    /// How the canary is the same as stable, or as bad as is tolerated.
    struct Null: Sendable, CustomTestStringConvertible {
        var name: String
        var canaryErrors: Double
        var requests: Double
        var testDescription: String { name }
    }

    static let nulls = [
        Null(name: "equal", canaryErrors: 0.01, requests: 40),
        // rho p + delta, where nothing is left of the margin.
        Null(name: "at the margin", canaryErrors: 0.0115, requests: 40),
        Null(name: "at the margin, little traffic", canaryErrors: 0.0115, requests: 3),
    ]

    @Test("false alarms over long null streams stay within the budget", arguments: nulls)
    func falseAlarms(null: Null) {
        let (services, length, period) = (12, 2000, 400.0)
        var alarms = 0
        for service in 0..<services {
            var traffic = WatchTraffic(seed: UInt64(1000 + service))
            traffic.canaryRequests = null.requests
            traffic.hasLatency = false
            // One alarm in 400 windows would be within the budget.
            var watch = Watch(traffic.model(), logThreshold: Elementary.log(period))
            for _ in 0..<length {
                watch.add([traffic.window(canaryErrors: null.canaryErrors)])
                guard watch.reading.isAlarm else { continue }
                alarms += 1
                // As if somebody had looked into it: the watch begins anew.
                watch = Watch(traffic.model(), logThreshold: Elementary.log(period))
            }
        }

        let allowed = Double(services * length) / period
        print("watch, \(null.name): \(alarms) false alarms in \(services * length) windows, budget \(allowed)")
        #expect(Double(alarms) <= allowed)
    }

    @Test("a regression is seen within the expected number of windows", arguments: [(0.03, 120), (0.06, 40), (0.5, 4)])
    func delay(errors: Double, most: Int) {
        var delays: [Int] = []
        for seed in 0..<8 {
            var traffic = WatchTraffic(seed: UInt64(500 + seed))
            traffic.hasLatency = false
            var watch = Watch(traffic.model())
            watch.add((0..<100).map { _ in traffic.window() })
            var delay = 0
            while !watch.reading.isAlarm, delay < 1000 {
                watch.add([traffic.window(canaryErrors: errors)])
                delay += 1
            }
            delays.append(delay)
        }
        let median = delays.sorted()[delays.count / 2]
        print("watch, errors 1 % → \(errors * 100) % of 40 requests a window: median \(median) windows, all \(delays)")
        #expect(median <= most)
    }

    @Test("a canary that is slower is seen by its latency")
    func slower() {
        var traffic = WatchTraffic(seed: 77)
        var watch = Watch(traffic.model())
        watch.add((0..<30).map { _ in traffic.window() })
        traffic.slow = 0.5
        var delay = 0
        while !watch.reading.isAlarm, delay < 300 {
            watch.add([traffic.window()])
            delay += 1
        }
        let reading = watch.reading
        print("watch, half of the responses three buckets slower: \(delay) windows")
        #expect(delay < 60)
        #expect(reading.metricLogs.indices.max { reading.metricLogs[$0] < reading.metricLogs[$1] } != 0)
    }

    @Test("the day's number is an e-value: its mean over equal services is at most one")
    func dayMean() {
        var sum = 0.0
        let services = 60
        for service in 0..<services {
            var traffic = WatchTraffic(seed: UInt64(9000 + service))
            traffic.hasLatency = false
            var watch = Watch(traffic.model())
            watch.add((0..<60).map { _ in traffic.window() })
            sum += Elementary.exp(watch.reading.logE)
        }
        print("watch, mean of the day's e-value over \(services) equal services: \(sum / Double(services))")
        #expect(sum / Double(services) < 1.5)
    }

    @Test("equal versions are proved safe, and a bad one is not")
    func safety() {
        var traffic = WatchTraffic(seed: 31)
        traffic.canaryRequests = 400
        var equal = Watch(traffic.model())
        equal.add((0..<150).map { _ in traffic.window() })
        var bad = Watch(traffic.model())
        bad.add((0..<150).map { _ in traffic.window(canaryErrors: 0.03) })

        #expect(equal.reading.safetyLogs.allSatisfy { $0 >= Elementary.log(20) }, "\(equal.reading.safetyLogs)")
        #expect(bad.reading.safetyLogs[0] < 0)
    }

    @Test("bursts that stable has shown raise the divisors and slow the evidence")
    func bursts() {
        var traffic = WatchTraffic(seed: 41)
        traffic.hasLatency = false
        let calm = (0..<120).map { _ in traffic.window() }
        let bursty = (0..<120).map { index in
            index % 10 == 0
                ? (traffic.side(400, errors: 0.15), traffic.window().1) : traffic.window()
        }
        var one = Watch(traffic.model())
        one.learn(calm)
        var other = Watch(traffic.model())
        other.learn(bursty)

        #expect(one.reading.phi[0] < 1.5)
        #expect(other.reading.phi[0] > 3)
        let worse = (0..<10).map { _ in traffic.window(canaryErrors: 0.05) }
        one.add(worse)
        other.add(worse)
        #expect(other.reading.logM < one.reading.logM)
    }
}
