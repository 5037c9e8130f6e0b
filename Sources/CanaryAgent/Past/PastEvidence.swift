import CanaryCore

/// What was read of the past, ready to be judged.
struct PastEvidence: Sendable {
    /// The spec by which it is judged: `pace.interval` is as long as the windows are.
    var spec: CanarySpec
    var roles: Roles
    /// The beginning of the judged time; windows that end by then are history.
    var from: Timestamp
    var windows: [TimedWindow]
    var step: Duration
    var samples: Int
    var notes: [String]
}
