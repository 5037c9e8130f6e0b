/// Where telemetry of the past is kept: a Prometheus-compatible server, a recording.
package protocol TelemetryArchive: Sendable {
    /// The windows of (from, to], one a step, oldest first; each is marked unusable where it cannot be judged.
    ///
    /// Ends in bounded time. Throws only if nothing at all can be said.
    func windows(from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastTelemetry
}

/// Why the past cannot be read.
package struct ArchiveFailure: Error, Sendable, Hashable {
    /// A bounded word and a sentence that names the server and the query.
    package var reason: Reason
    /// What to do about it.
    package var hint: String?

    package init(_ reason: Reason, hint: String? = nil) {
        self.reason = reason
        self.hint = hint
    }
}
