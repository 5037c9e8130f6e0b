import CanaryCore
import CanaryStatistics
import CanaryTelemetry
import Measuring
import SyntheticTraffic

/// One window of 8 + 2 pods and seven metrics: the engine alone, and the judge with everything it adds.
enum EngineBench {
    static func run() throws -> [BenchLine] {
        var generator = WindowGenerator(
            profile: TrafficProfile(requestsPerSecond: 300, stablePods: 8, canaryPods: 2, intervalSeconds: 5),
            story: .podBursts,
            seed: 7
        )
        let history = (0..<360).map { _ in generator.next(canaryShare: 0) }
        let windows = (0..<2000).map { _ in generator.next(canaryShare: 0.05) }
        let counts = windows.map { WindowCounts($0) }
        let learned = CanaryEngine(
            configuration: EngineConfiguration(),
            bounds: LatencyBounds.istio.milliseconds,
            history: history.map { WindowCounts($0) }
        )
        var watched = Judge(
            rules: JudgeRules(configuration: EngineConfiguration(), warmUpSeconds: 60, absoluteErrors: 0.2)
        )
        for window in history { _ = watched.judge(window, in: context(.watching, isFirst: false)) }

        var evidence = 0.0
        let times = try Rounds.run(
            11,
            [
                {
                    var engine = learned
                    for (position, window) in counts.enumerated() {
                        evidence +=
                            engine.judge(
                                window,
                                in: WindowContext(step: 0, isFirstAfterWeightChange: position == 0)
                            ).logE
                    }
                },
                {
                    var judge = watched
                    for (position, window) in windows.enumerated() {
                        evidence += judge.judge(window, in: context(.analyzing, isFirst: position == 0)).logE
                    }
                },
            ]
        )
        func microseconds(_ position: Int) -> Double { (times[position].min() ?? 0) / Double(windows.count) * 1e6 }
        func text(_ position: Int) -> String {
            let middle = (Summary.median(times[position]) ?? 0) / Double(windows.count) * 1e6
            return "\(microseconds(position).text(1)) µs (median \(middle.text(1)))"
        }
        return [
            BenchLine(what: "engine, one window of 8 + 2 pods", measured: text(0), isMet: evidence.isFinite),
            BenchLine(
                what: "judge with its words, the same window",
                measured: text(1),
                limit: "at most 50 µs",
                isMet: microseconds(1) <= 50
            ),
            BenchLine(what: "judge to engine, time", measured: "\(Rounds.ratio(times[1], to: times[0]).text(2))"),
        ]
    }

    private static func context(_ phase: JudgingContext.Phase, isFirst: Bool) -> JudgingContext {
        JudgingContext(
            phase: phase,
            canaryPercent: phase == .watching ? 0 : 5,
            step: 0,
            isFirstAfterWeightChange: isFirst,
            countsForPromotion: true
        )
    }
}

extension WindowCounts {
    /// The counts of a window whose pods are not warming.
    init(_ window: Window) {
        func counts(_ pods: [PodWindow]) -> [PodCounts] {
            pods.map { pod in
                PodCounts(
                    name: pod.pod,
                    requests: Double(pod.total),
                    failures: Double(pod.failures),
                    latency: pod.latency.map(Double.init)
                )
            }
        }
        self.init(seconds: window.seconds, stable: counts(window.stable), canary: counts(window.canary))
    }
}
