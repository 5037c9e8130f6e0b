package import CanaryTelemetry

/// A window with its time: of an earlier run, or of stored telemetry.
package struct TimedWindow: Sendable, Hashable {
    /// The end of the window.
    package var at: Timestamp
    package var window: Window

    package init(at: Timestamp, window: Window) {
        self.at = at
        self.window = window
    }
}
