import CanaryCore
import CanaryTelemetry

/// Windows with round numbers, and a judge for them.
enum JudgeBench {
    static func rules(
        warmup: Duration = .zero,
        comparable: TelemetrySpec.Comparability = .prove,
        guards: Guards = Guards()
    ) -> JudgeRules {
        var pace = Bench.pace
        pace.warmup = warmup
        return JudgeRules(.sample(pace: pace, guards: guards, comparable: comparable))
    }

    /// A pod with `requests` requests, the first `failures` of them failed, and latencies around 10 ms.
    static func pod(
        _ name: String,
        requests: Int,
        failures: Int = 0,
        slow: Int = 0,
        bounds: LatencyBounds = .istio
    ) -> PodWindow {
        var latency = [Int](repeating: 0, count: bounds.bucketCount)
        let good = requests - failures
        let median = bounds.milliseconds.firstIndex { $0 >= 10 } ?? 0
        let tail = bounds.milliseconds.firstIndex { $0 >= 100 } ?? 0
        latency[median] = good - slow - good / 20
        latency[tail] = slow + good / 20
        return PodWindow(
            pod: name,
            requests: [
                ResponseCount(key: ResponseKey("200"), count: good),
                ResponseCount(key: ResponseKey("503"), count: failures),
            ],
            latency: latency
        )
    }

    /// Four stable pods, 1000 requests together, and two canary pods.
    static func window(
        canary: Int = 0,
        failures: Int = 0,
        stableFailures: Int = 0,
        seconds: Double = 5,
        unusable: WindowQuality.Unusable? = nil,
        bounds: LatencyBounds = .istio
    ) -> Window {
        let stable = (0..<4).map {
            pod("s-\($0)", requests: 250, failures: $0 == 0 ? stableFailures : 0, bounds: bounds)
        }
        let canaries =
            canary == 0
            ? []
            : [
                pod("c-0", requests: canary / 2, failures: failures / 2, bounds: bounds),
                pod("c-1", requests: canary - canary / 2, failures: failures - failures / 2, bounds: bounds),
            ]
        return Window(
            seconds: seconds,
            bounds: bounds,
            stable: stable,
            canary: canaries,
            quality: WindowQuality(unusable: unusable)
        )
    }

    static let watching = JudgingContext(
        phase: .watching,
        canaryPercent: 0,
        step: 0,
        isFirstAfterWeightChange: false,
        countsForPromotion: false
    )

    static func analyzing(step: Int = 0, isFirst: Bool = false, counts: Bool = true) -> JudgingContext {
        JudgingContext(
            phase: .analyzing,
            canaryPercent: 5,
            step: step,
            isFirstAfterWeightChange: isFirst,
            countsForPromotion: counts
        )
    }

    /// A judge that has watched stable for a while.
    static func watched(_ rules: JudgeRules = rules(), windows: Int = 60, bounds: LatencyBounds = .istio) -> Judge {
        var judge = Judge(rules: rules)
        for index in 0..<windows {
            _ = judge.judge(window(stableFailures: index % 3, bounds: bounds), in: watching)
        }
        return judge
    }
}
