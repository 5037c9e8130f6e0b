/// What one pod did in one window: counts only, never rates.
package struct PodWindow: Sendable, Hashable {
    /// A stable name of the pod: the target's name, or `(all callers)` for a source or waypoint reporter.
    package var pod: String

    /// Requests by response, in ascending order of key; injected faults and policy denials are left out.
    package var requests: [ResponseCount]

    /// Successful requests per latency bucket, not cumulative; empty if no latency is known.
    ///
    /// The total need not equal `requests`: Envoy merges its histograms up to one flush interval after its counters.
    package var latency: [Int]

    package init(pod: String, requests: [ResponseCount], latency: [Int]) {
        self.pod = pod
        self.requests = requests
        self.latency = latency
    }

    /// All counted requests.
    package var total: Int { requests.reduce(0) { $0 &+ $1.count } }

    /// Requests that the version failed.
    package var failures: Int { requests.reduce(0) { $1.key.isFailure ? $0 &+ $1.count : $0 } }

    /// Requests whose client went away.
    package var aborts: Int { requests.reduce(0) { $1.key.isAbort ? $0 &+ $1.count : $0 } }
}

/// A number of requests that ended with the same response.
package struct ResponseCount: Sendable, Hashable {
    package var key: ResponseKey
    package var count: Int

    package init(key: ResponseKey, count: Int) {
        self.key = key
        self.count = count
    }
}
