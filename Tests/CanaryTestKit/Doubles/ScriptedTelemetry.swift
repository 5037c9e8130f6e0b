import CanaryCore
package import CanaryTelemetry

/// Telemetry that a closure makes up, round by round.
package actor ScriptedTelemetry: TelemetrySource {
    private let next: @Sendable (Int) async -> Window

    /// How many rounds were asked for.
    package private(set) var rounds = 0

    /// - Parameter next: the window of a round, counted from 0; its length is put in by the source.
    package init(_ next: @escaping @Sendable (Int) async -> Window) {
        self.next = next
    }

    package func observe(seconds: Double) async -> Window {
        let round = rounds
        rounds += 1
        var window = await next(round)
        window.seconds = seconds
        return window
    }
}
