package import CanaryCore
package import CanaryTelemetry

/// A window of stable's history from an earlier run.
package struct RecalledWindow: Sendable, Hashable {
    /// When it was observed: its age goes with it from run to run.
    package var at: Timestamp
    package var window: Window

    package init(at: Timestamp, window: Window) {
        self.at = at
        self.window = window
    }
}
