/// What one pod served in one window.
///
/// Counts are doubles because they come from counters that are doubles; anything that is not a finite number of at
/// least zero counts as zero, so no input can trap or poison the evidence.
package struct PodCounts: Sendable, Hashable, Codable {
    /// The pod's name. It identifies the pod from window to window.
    package var name: String
    /// Requests that were answered, by the definition of *n* in §10 of the statistics text.
    package var requests: Double
    /// Requests that failed, at most `requests`.
    package var failures: Double
    /// Requests per latency bucket, not cumulative: one entry for each bound and one for what is above the last.
    ///
    /// Empty (or of any other length) means that nothing is known of this pod's latency in this window.
    package var latency: [Double]
    /// True for a canary pod that is inside its own warm-up in this window. Ignored for stable pods.
    package var isWarming: Bool

    /// Counts of one pod and window; see the properties for what is allowed.
    package init(name: String, requests: Double, failures: Double, latency: [Double], isWarming: Bool = false) {
        self.name = name
        self.requests = requests
        self.failures = failures
        self.latency = latency
        self.isWarming = isWarming
    }
}
