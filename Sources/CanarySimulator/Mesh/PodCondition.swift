/// The state of one pod in one quantum.
struct PodCondition: Sendable, Hashable {
    /// Share of its requests that fail, 0...1.
    var failures: Double
    /// Logarithm of the factor on every latency.
    var logSlowdown = 0.0
    /// Logarithm of the factor on the slow mode alone.
    var logSlowModeSlowdown = 0.0
    /// Whether nothing listens on the application's port.
    var isDead = false
}
