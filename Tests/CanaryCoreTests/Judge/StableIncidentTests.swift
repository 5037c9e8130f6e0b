import CanaryCore
import CanaryStatistics
import CanaryTelemetry
import Testing

@Suite("Incidents of the stable version and restarts of the canary")
struct StableIncidentTests {
    @Test("the step to 100 % waits while stable itself fails far more than it used to, and goes on afterwards")
    func lastStepWaits() {
        var judge = proved()

        let during = (0..<6).map { _ in judge.judge(window(failing: 0.2), in: .last) }
        let after = (0..<60).map { _ in judge.judge(window(failing: 0.005), in: .last) }

        #expect(during.dropFirst().allSatisfy { $0.decision == .hold || $0.decision == .rollback })
        #expect(during.contains { $0.reason.label == "stable-incident" })
        #expect(after.contains { $0.decision == .promote })
    }

    @Test("a stable version that was never watched before is in no incident for being as it is")
    func withoutHistory() {
        var judge = proved(after: 0, failing: 0.03)

        let verdicts = (0..<90).map { _ in judge.judge(window(failing: 0.03), in: .last) }

        #expect(!verdicts.contains { $0.reason.label == "stable-incident" })
        let later = (0..<6).map { _ in judge.judge(window(failing: 0.5), in: .last) }
        #expect(later.contains { $0.reason.label == "stable-incident" })
    }

    @Test("a canary that restarts more often than stable is not advanced, and not rolled back for that")
    func restarts() {
        var judge = proved()
        var crashing = window(failing: 0.005)
        crashing.quality.restarts = ["c-0", "c-1"]

        let verdict = judge.judge(crashing, in: .last)
        let later = (0..<70).map { _ in judge.judge(window(failing: 0.005), in: .last) }

        #expect(verdict.decision == .hold)
        #expect(verdict.reason.label == "restarts")
        #expect(later.last?.decision == .promote)
    }

    @Test("restarts on both sides say nothing against the canary")
    func restartsEverywhere() {
        var judge = proved()
        var window = window(failing: 0.005)
        window.quality.restarts = ["c-0", "c-1", "s-0"]

        #expect(judge.judge(window, in: .last).decision == .promote)
    }

    /// A judge for which the last step is proved.
    private func proved(after history: Int = 60, failing share: Double = 0.005) -> Judge {
        var judge = Judge(rules: JudgeRules(configuration: .init(), warmUpSeconds: 0, absoluteErrors: nil))
        for _ in 0..<history { _ = judge.judge(window(failing: share, hasCanary: false), in: .history) }
        for _ in 0..<200 {
            if judge.judge(window(failing: share), in: .last).decision == .promote { break }
        }
        return judge
    }

    private func window(failing share: Double, hasCanary: Bool = true) -> Window {
        Window(
            seconds: 5,
            stable: (0..<4).map { pod("s-\($0)", 400, share) },
            canary: hasCanary ? (0..<2).map { pod("c-\($0)", 800, share) } : []
        )
    }

    private func pod(_ name: String, _ requests: Int, _ share: Double) -> PodWindow {
        let failing = Int((Double(requests) * share).rounded())
        return PodWindow(
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
    fileprivate static let history = JudgingContext(
        phase: .watching,
        canaryPercent: 0,
        step: 0,
        isFirstAfterWeightChange: false,
        countsForPromotion: false
    )
    /// The step before 100 %.
    fileprivate static let last = JudgingContext(
        phase: .analyzing,
        canaryPercent: 50,
        step: 3,
        isFirstAfterWeightChange: false,
        countsForPromotion: true
    )
}
