package import CanaryTelemetry

extension Rollout.WindowSummary {
    /// What the reducer needs of a window.
    package init(_ window: Window) {
        self.init(
            seconds: window.seconds,
            stableRequests: window.stableTotal,
            canaryRequests: window.canaryTotal,
            isUsable: window.quality.unusable == nil,
            canaryCallers: window.quality.canaryCallers.sorted { ($1.count, $0.name) < ($0.count, $1.name) }.prefix(5)
                .map(\.name),
            isCanaryComplete: window.quality.faults.allSatisfy { $0.side == .stable },
            canaryFailures: window.canary.reduce(0) { $0 &+ $1.failures },
            lag: window.lag > 0 ? window.lag : nil
        )
    }
}
