package import CanaryTelemetry

/// Where observations of the two versions come from.
package protocol TelemetrySource: Sendable {
    /// One round over all targets.
    ///
    /// `seconds` is the time since the start of the previous round. A round always ends in bounded time and always gives a
    /// window: targets that failed are named in its quality, and are never counted as zero traffic.
    func observe(seconds: Double) async -> Window
}
