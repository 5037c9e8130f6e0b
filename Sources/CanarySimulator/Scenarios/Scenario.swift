/// A story that the simulated mesh can play: what the canary is, and what goes on around it.
///
/// The numbers of each story are chosen for plausibility, once, and stand in `ScenarioNumbers`.
package enum Scenario: String, CaseIterable, Sendable, Hashable, Codable {
    case healthy
    case coldStart = "cold-start"
    case counterReset = "counter-reset"
    case errors
    case latency
    case slowTail = "slow-tail"
    case deadCanary = "dead-canary"
    case slowWarm = "slow-warm"
    case sharedOutage = "shared-outage"
    case podBursts = "pod-bursts"
    case lowTraffic = "low-traffic"
    case noData = "no-data"
    case secondWriter = "second-writer"
    case bypass

    /// One line for a help screen.
    package var summary: String {
        switch self {
        case .healthy: "v2 is as good as v1"
        case .coldStart: "v2 is as good as v1 after a slow first minute of each pod"
        case .counterReset: "v2 is as good as v1; pods of both restart and their counters with them"
        case .errors: "v2 fails 5 percentage points more requests"
        case .latency: "v2 is 1.5 times slower in everything"
        case .slowTail: "v2's slow requests, one in ten, take three times as long"
        case .deadCanary: "v2 answers only 503, and quickly"
        case .slowWarm: "v2 starts at twice the latency and gets better over minutes"
        case .sharedOutage: "v2 is as good as v1; a dependency of both breaks for some minutes"
        case .podBursts: "v2 is as good as v1; single pods of both misbehave for seconds"
        case .lowTraffic: "v2 is as good as v1; two requests a second"
        case .noData: "the targets answer, without any Istio series"
        case .secondWriter: "v2 is as good as v1; somebody else resets the weights"
        case .bypass: "v2 is as good as v1; a caller reaches it past the rule"
        }
    }

    /// What v2 really is, in a sentence without a subject.
    package var nature: String {
        switch self {
        case .healthy, .lowTraffic, .noData: "equal to v1"
        case .coldStart:
            "equal to v1, but each pod is up to 3x slower, with 2 pp more errors, in its first minute of traffic"
        case .counterReset: "equal to v1; every pod of both restarts about each 15 minutes"
        case .errors: "fails 5 pp more requests than v1"
        case .latency: "1.5x slower than v1 in every mode"
        case .slowTail: "equal to v1, but its slow mode (10 % of the requests, 120 ms) is 3x slower"
        case .deadCanary: "answers every request with 503 within about a millisecond"
        case .slowWarm: "2x slower than v1 at first; the excess halves every 2 minutes"
        case .sharedOutage:
            "equal to v1; from 3 minutes after its first request both fail 20 % and are 3x slower for 2 to 3 minutes"
        case .podBursts:
            "equal to v1; each pod of both has an episode of 10 to 20 s about every 20 minutes (30 % errors, 3x slower)"
        case .secondWriter: "equal to v1; the weights are reset to 100/0 20 s into the second step"
        case .bypass: "equal to v1; batch-job sends 8 % of all requests straight to v2"
        }
    }

    /// Requests a second unless the user says otherwise.
    package var defaultRequestsPerSecond: Double {
        self == .lowTraffic ? 2 : 300
    }
}
