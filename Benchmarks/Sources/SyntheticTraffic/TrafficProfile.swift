/// How much traffic there is, on how many pods, and how often they are asked.
package struct TrafficProfile: Sendable, Hashable {
    /// Mean arrivals a second over both versions.
    package var requestsPerSecond: Double
    package var stablePods: Int
    package var canaryPods: Int
    /// Length of a window.
    package var intervalSeconds: Int
    /// Share of requests that a healthy pod fails.
    package var baseErrors = 0.005

    package init(requestsPerSecond: Double, stablePods: Int, canaryPods: Int, intervalSeconds: Int) {
        self.requestsPerSecond = requestsPerSecond
        self.stablePods = max(stablePods, 1)
        self.canaryPods = max(canaryPods, 1)
        self.intervalSeconds = max(intervalSeconds, 1)
    }
}
