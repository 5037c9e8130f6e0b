import CanaryStatistics
import Foundation
import Testing

@Suite struct CanaryEngineBehaviourTests {
    private let steady = WindowContext(step: 0, isFirstAfterWeightChange: false)

    private func engine(_ traffic: inout SyntheticTraffic, stable: Int = 4, history: Int = 100) -> CanaryEngine {
        CanaryEngine(
            configuration: EngineConfiguration(),
            bounds: SyntheticTraffic.bounds,
            history: traffic.history(history, stable: stable)
        )
    }

    @Test("names its metrics after their edges")
    func names() {
        var traffic = SyntheticTraffic(seed: 1)
        let engine = engine(&traffic)

        #expect(engine.metricNames.first == "errors")
        #expect(engine.metricNames.dropFirst().first == "latency>\(Int(engine.edges[0]))ms")
        #expect(engine.metricNames.count == engine.edges.count + 1)
    }

    @Test("judges only errors when there is no history, and deducts nothing")
    func noHistory() {
        var traffic = SyntheticTraffic(seed: 2)
        var engine = CanaryEngine(configuration: EngineConfiguration(), bounds: SyntheticTraffic.bounds, history: [])
        #expect(engine.metricNames == ["errors"])

        var result = engine.judge(traffic.window(canaryErrors: 0.3), in: steady)
        result = engine.judge(traffic.window(canaryErrors: 0.3), in: steady)

        #expect(result.metrics.map(\.weight) == [1])
        #expect(result.gate == 0 && result.isConfirmed)
        #expect(result.decision == .rollback)
    }

    @Test("names the metrics that are proved to be worse by themselves")
    func causes() {
        var traffic = SyntheticTraffic(seed: 16)
        var engine = engine(&traffic)

        var result = engine.judge(traffic.window(), in: steady)
        #expect(result.provedCauses == [])
        for _ in 0..<3 {
            result = engine.judge(traffic.window(canaryErrors: 0.4), in: steady)
        }

        #expect(result.decision == .rollback)
        #expect(result.provedCauses == [0])
        #expect(result.leadingMetric == 0)
        #expect(result.share(ofMetric: 99) == -.infinity)
    }

    @Test("rolls back without burst memory when there is one stable pod")
    func oneStablePod() {
        var traffic = SyntheticTraffic(seed: 3)
        var engine = engine(&traffic, stable: 1)

        var result = engine.judge(traffic.window(stable: 1, canaryErrors: 0.4), in: steady)
        result = engine.judge(traffic.window(stable: 1, canaryErrors: 0.4), in: steady)

        #expect(result.metrics.count > 1)
        #expect(result.metrics.allSatisfy { $0.penalty == 0 })
        #expect(result.withoutBestPod == nil && result.isConfirmed)
        #expect(result.decision == .rollback)
    }

    @Test("measures dispersion between successive windows when there is one stable pod")
    func successiveWindows() {
        var traffic = SyntheticTraffic(seed: 4)
        var history = traffic.history(40, stable: 1)
        for index in history.indices where index % 2 == 0 {
            history[index].stable[0].failures = 40
        }
        var single = CanaryEngine(
            configuration: EngineConfiguration(),
            bounds: SyntheticTraffic.bounds,
            history: history
        )

        let result = single.judge(traffic.window(stable: 1), in: steady)

        #expect(result.metrics[0].phi1 > 5)
        #expect(result.metrics[1].phi1 < 3)
    }

    @Test("is not impressed by one window, however bad")
    func leaveOut() {
        var traffic = SyntheticTraffic(seed: 5)
        var engine = engine(&traffic)
        _ = engine.judge(traffic.window(), in: steady)

        let result = engine.judge(traffic.window(canaryErrors: 0.5), in: steady)

        #expect(result.logE > result.rollbackThreshold)
        #expect(result.decision == .hold)
        let expected = EngineBlocker.leaveOut(
            remaining: result.logE - result.top,
            needed: result.rollbackThreshold / 3
        )
        #expect(result.blockers.contains(expected))
    }

    @Test("waits for a second pod, and names the one that is bad")
    func secondPod() {
        var traffic = SyntheticTraffic(seed: 6)
        var engine = engine(&traffic, history: 200)
        var named = false
        var result = engine.judge(traffic.window(), in: steady)
        for _ in 0..<6 where result.decision != .rollback {
            var window = traffic.window()
            window.canary[1] = traffic.pod("c-1", errorShare: 0.05)
            result = engine.judge(window, in: steady)
            named = named || result.blockers.contains(.notConfirmed(pod: "c-1"))
        }

        #expect(named)
    }

    @Test("treats windows of warming pods as warm-up: latency stands still and the error margin is wide")
    func warmUp() {
        var traffic = SyntheticTraffic(seed: 7)
        var engine = engine(&traffic)
        var window = traffic.window(canaryErrors: 0.04)
        for index in window.canary.indices {
            window.canary[index].isWarming = true
            window.canary[index].latency = [0, 0, 0, 0, 0, 0, 0, 0, window.canary[index].requests]
        }

        let before = engine.judge(window, in: steady)
        let after = engine.judge(window, in: steady)

        #expect(after.isWarmUp)
        #expect(after.metrics[0].delta == 0.05)
        #expect(after.metrics[0].logE < 1)
        #expect(after.metrics.dropFirst().allSatisfy { abs($0.logE) < 1e-9 })
        #expect(after.promotion.joined().allSatisfy { abs($0.logN) < 1e-12 && !$0.isLatched })
        #expect(after.promotion == before.promotion)
        #expect(after.withoutBestPod == 0)
        #expect(after.blockers.contains(.warmUp))
    }

    @Test("widens the error margin by the part of requests that warming pods serve")
    func mixedWarmUp() {
        var traffic = SyntheticTraffic(seed: 8)
        var engine = engine(&traffic)
        var window = traffic.window(canary: 3)
        window.canary[2].isWarming = true
        let warm = window.canary[2].requests
        let all = window.canary.map(\.requests).reduce(0, +)

        let result = engine.judge(window, in: steady)

        #expect(!result.isWarmUp)
        #expect(agrees(result.metrics[0].delta, (warm * 0.05 + (all - warm) * 0.0005) / all, tolerance: 1e-12))
        #expect(result.promotion.joined().contains { $0.logN != 0 })
    }

    @Test("rolls back a dead canary even in its warm-up")
    func deadInWarmUp() {
        var traffic = SyntheticTraffic(seed: 9)
        var engine = engine(&traffic)
        var decisions: [EngineDecision] = []
        for _ in 0..<3 {
            var window = traffic.window(canaryErrors: 1)
            for index in window.canary.indices {
                window.canary[index].isWarming = true
            }
            decisions.append(engine.judge(window, in: steady).decision)
        }

        #expect(decisions.contains(.rollback))
    }

    @Test("keeps promotion evidence and dwell still while the split is not proved")
    func splitNotProved() {
        var traffic = SyntheticTraffic(seed: 10)
        var engine = engine(&traffic)
        let unproved = WindowContext(step: 0, isFirstAfterWeightChange: false, countsForPromotion: false)

        var result = engine.judge(traffic.window(), in: unproved)
        for _ in 0..<10 {
            result = engine.judge(traffic.window(), in: unproved)
        }

        #expect(result.blockers.contains(.splitNotProved))
        #expect(result.blockers.contains(.dwell(windows: 0, needed: 6)))
        #expect(result.promotion.joined().allSatisfy { $0.logN == 0 && !$0.isLatched })
        #expect(result.metrics[0].logE != 0)
    }

    @Test("goes through all steps to promote an equal canary")
    func promote() {
        var traffic = SyntheticTraffic(seed: 11)
        traffic.requestsPerPod = 400
        var engine = engine(&traffic, history: 120)
        var step = 0
        var isFirst = true
        var decisions: [EngineDecision] = []
        for _ in 0..<400 where decisions.last != .promote {
            let result = engine.judge(
                traffic.window(),
                in: WindowContext(step: step, isFirstAfterWeightChange: isFirst)
            )
            isFirst = result.decision == .advance
            if isFirst {
                step += 1
            }
            if result.decision != .hold {
                decisions.append(result.decision)
            }
        }

        #expect(decisions == [.advance, .advance, .advance, .promote])
    }

    @Test("during the bake compares with the stable version of the last half hour")
    func bake() {
        var traffic = SyntheticTraffic(seed: 12)
        var engine = engine(&traffic)
        for _ in 0..<5 {
            _ = engine.judge(traffic.window(), in: steady)
        }
        engine.beginBake()
        var calm = engine
        for index in 0..<60 {
            let result = calm.judgeBake(traffic.window(stable: 0), isFirst: index == 0)
            #expect(result.decision == .hold)
            #expect(result.promotion.isEmpty)
            #expect(result.metrics[0].stable.n == result.metrics[0].canary.n)
        }

        var decisions: [EngineDecision] = []
        for index in 0..<10 {
            decisions.append(
                engine.judgeBake(traffic.window(stable: 0, canaryErrors: 0.1), isFirst: index == 0).decision
            )
        }

        #expect(decisions.contains(.rollback))
        #expect(!decisions.contains(.advance) && !decisions.contains(.promote))
    }

    @Test("ends a pod's evidence with the pod, so its state does not grow")
    func podsComeAndGo() {
        var traffic = SyntheticTraffic(seed: 13)
        var engine = engine(&traffic)
        for index in 0..<60 {
            var window = traffic.window()
            window.stable[0].name = "s-new-\(index)"
            window.canary[0].name = "c-new-\(index)"
            let result = engine.judge(window, in: steady)
            #expect(result.decision != .rollback)
        }

        var text = ""
        dump(engine, to: &text)

        #expect(!text.contains("s-new-3\""))
        #expect(!text.contains("c-new-3\""))
        #expect(text.contains("s-new-59"))
    }

    @Test("does without latency that is missing or has another number of buckets")
    func missingLatency() {
        var traffic = SyntheticTraffic(seed: 14)
        var engine = engine(&traffic)
        var window = traffic.window()
        for index in window.canary.indices {
            window.canary[index].latency = index == 0 ? [] : [1, 2, 3]
        }

        let result = engine.judge(window, in: steady)

        #expect(result.metrics[0].canary.n > 0)
        #expect(result.metrics.dropFirst().allSatisfy { $0.canary.n == 0 && abs($0.logE) < 1e-9 })
    }

    @Test("seldom rolls back an equal canary, however often one looks")
    func falseRollbacks() {
        let seed: UInt64 = 77
        print("seed \(seed)")
        var rolledBack = 0
        for run in 0..<100 {
            var traffic = SyntheticTraffic(seed: seed &+ UInt64(run))
            traffic.requestsPerPod = 40
            var engine = engine(&traffic, history: 60)
            for _ in 0..<100 {
                if engine.judge(traffic.window(), in: steady).decision == .rollback {
                    rolledBack += 1
                    break
                }
            }
        }

        #expect(rolledBack <= 2)
    }

    @Test("begins the bake by itself if that was forgotten, and without any reference says nothing")
    func forgottenBake() {
        var traffic = SyntheticTraffic(seed: 15)
        var engine = CanaryEngine(configuration: EngineConfiguration(), bounds: [], history: [])

        let result = engine.judgeBake(traffic.window(canaryErrors: 0.9), isFirst: true)

        #expect(result.decision == .hold)
        #expect(abs(result.metrics[0].logE) < 1e-12)
    }
}
