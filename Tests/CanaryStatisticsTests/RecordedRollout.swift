import CanaryStatistics
import Foundation

/// A rollout of the oracle in the recorded-windows format.
struct RecordedRollout {
    let bounds: [Double]
    let history: [WindowCounts]
    let windows: [(counts: WindowCounts, context: WindowContext)]

    static let names = [
        "bursts_late_regression_6_2", "down_3_1", "equal_calm_4_2", "equal_fast_4_2", "freak_then_one_pod_5_2",
        "long_history_gaps_4_2", "plus5pp_4_2",
    ]

    /// The oracle's configuration: a latency tolerance of 5 %.
    static var configuration: EngineConfiguration {
        var configuration = EngineConfiguration()
        configuration.latencyTolerance = 0.05
        return configuration
    }

    init(_ name: String) throws {
        let lines = try Oracle.lines(name)
        guard let header = lines.first else { throw Oracle.Missing(what: name) }
        bounds = try header.numbers("bounds")
        var history: [WindowCounts] = []
        var windows: [(WindowCounts, WindowContext)] = []
        var lastWeight: Double?
        for line in lines.dropFirst() {
            let counts = try WindowCounts(
                seconds: line.number("seconds"),
                stable: Self.pods(line["stable"]),
                canary: Self.pods(line["canary"])
            )
            if line["history"] as? Bool == true {
                history.append(counts)
                continue
            }
            let weight = try line.number("weight")
            let step = Self.configuration.steps.firstIndex(of: weight / 100) ?? 0
            windows.append(
                (
                    counts, WindowContext(step: step, isFirstAfterWeightChange: lastWeight.map { $0 != weight } ?? true)
                )
            )
            lastWeight = weight
        }
        self.history = history
        self.windows = windows
    }

    var engine: CanaryEngine {
        CanaryEngine(configuration: Self.configuration, bounds: bounds, history: history)
    }

    private static func pods(_ list: Any?) throws -> [PodCounts] {
        guard let list = list as? [[String: Any]] else { return [] }
        return try list.map { pod in
            guard let requests = pod["requests"] as? [String: NSNumber] else { throw Oracle.Missing(what: "requests") }
            return try PodCounts(
                name: pod.text("pod"),
                requests: requests.values.reduce(0) { $0 + $1.doubleValue },
                failures: requests.filter { $0.key.hasPrefix("5") }.values.reduce(0) { $0 + $1.doubleValue },
                latency: pod.numbers("latency")
            )
        }
    }
}
