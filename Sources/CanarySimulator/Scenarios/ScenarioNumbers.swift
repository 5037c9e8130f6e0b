/// The numbers of the scenarios, in one place; times in virtual seconds.
///
/// They were chosen from what such incidents look like, before any judge was run on them.
enum ScenarioNumbers {
    /// `cold-start`: caches and just-in-time compilers of a busy service; the full effect for 40 s, then linearly gone
    /// at 60 s.
    static let coldStartSlowdown = 3.0
    static let coldStartPlateau = 40.0
    static let coldStartEnd = 60.0
    /// `cold-start`: additional share of failures at the full effect, e.g. connection pools that are not yet filled.
    static let coldStartErrors = 0.02

    /// `counter-reset`: each pod's chance of a restart per second (one in 15 minutes).
    static let restartHazard = 1.0 / 900

    /// `errors`: additional share of failures of the canary.
    static let additionalErrors = 0.05

    /// `latency`: factor on every mode.
    static let generalSlowdown = 1.5

    /// `slow-tail`: factor on the slow mode alone.
    static let slowModeSlowdown = 3.0

    /// `slow-warm`: excess latency at a pod's first request, and the time in which it halves.
    static let warmingExcess = 1.0
    static let warmingHalfLife = 120.0

    /// `shared-outage`: start after the canary's first request, shortest and longest duration, and the effect on
    /// everybody.
    static let outageDelay = 180.0
    static let outageShortest = 120.0
    static let outageLongest = 180.0
    static let outageErrors = 0.20
    static let outageSlowdown = 3.0

    /// `pod-bursts`: each pod's chance of an episode per second (one in 20 minutes), its duration and effect.
    static let burstHazard = 1.0 / 1200
    static let burstShortest = 10.0
    static let burstLongest = 20.0
    static let burstErrors = 0.30
    static let burstSlowdown = 3.0

    /// `second-writer`: time from the second raise of the canary's share to the foreign write.
    static let strikeDelay = 20.0

    /// `bypass`: the caller's part of all requests.
    static let bypassShare = 0.08
}
