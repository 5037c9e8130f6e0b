import CanaryCore
import CanaryStatistics
import CanaryTelemetry
import Testing

@Suite("The absolute guard and single pods")
struct PodPlaceboTests {
    @Test("an episode that stable pods have shown too does not roll an equal canary back")
    func knownEpisode() {
        var judge = Judge(rules: rules)
        // One stable pod fails 30 % for two windows of the history, as the canary's only pod does later.
        for index in 0..<40 {
            _ = judge.judge(window(stableFailing: index == 20 || index == 21 ? 60 : 1), in: .at(.watching))
        }

        let verdicts = (0..<2).map { _ in judge.judge(window(stableFailing: 1, canaryFailing: 12), in: .at(.analyzing))
        }

        #expect(!verdicts.contains { $0.reason.label == "absolute" })
    }

    @Test("without such an episode the same canary is rolled back at once")
    func unknownEpisode() {
        var judge = Judge(rules: rules)
        for _ in 0..<40 { _ = judge.judge(window(stableFailing: 1), in: .at(.watching)) }

        let verdicts = (0..<2).map { _ in judge.judge(window(stableFailing: 1, canaryFailing: 12), in: .at(.analyzing))
        }

        #expect(verdicts.last?.reason.label == "absolute")
        #expect(verdicts.last?.decision == .rollback)
    }

    @Test("a dead canary is rolled back whatever single stable pods have shown")
    func deadCanary() {
        var judge = Judge(rules: rules)
        for index in 0..<40 {
            _ = judge.judge(window(stableFailing: index == 20 || index == 21 ? 200 : 1), in: .at(.watching))
        }

        let verdicts = (0..<2).map { _ in judge.judge(window(stableFailing: 1, canaryFailing: 40), in: .at(.analyzing))
        }

        #expect(verdicts.contains { $0.decision == .rollback })
    }

    private let rules = JudgeRules(configuration: .init(), warmUpSeconds: 0, absoluteErrors: 0.2)

    /// Four stable pods of 200 requests, the first with this many failures; a canary pod of 40 requests.
    private func window(stableFailing: Int, canaryFailing: Int? = nil) -> Window {
        Window(
            seconds: 5,
            stable: (0..<4).map { pod("s-\($0)", 200, failing: $0 == 0 ? stableFailing : 1) },
            canary: canaryFailing.map { [pod("c-0", 40, failing: $0)] } ?? []
        )
    }

    private func pod(_ name: String, _ requests: Int, failing: Int) -> PodWindow {
        PodWindow(
            pod: name,
            requests: [
                ResponseCount(key: ResponseKey("200"), count: requests - failing),
                ResponseCount(key: ResponseKey("503"), count: failing),
            ],
            latency: []
        )
    }
}

extension JudgingContext {
    fileprivate static func at(_ phase: Phase) -> JudgingContext {
        JudgingContext(
            phase: phase,
            canaryPercent: phase == .watching ? 0 : 5,
            step: 0,
            isFirstAfterWeightChange: false,
            countsForPromotion: true
        )
    }
}
