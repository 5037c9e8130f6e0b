package import CanaryCore

/// Everything that a report or a status page shows of a run, folded from its journal alone.
///
/// Bounded however long the run: moments are merged, lists are cut and say so. All times are seconds since the run began.
package struct RunStory: Sendable {
    package var header: RunHeader
    package var ledger: RunLedger
    /// What a judgement of the past found; nil for a rollout.
    package var past: PastAccount?
    /// Nil while the run goes on, or if its process went without one.
    package var outcome: Outcome?
    /// Why the last process ended without an outcome, if it said so.
    package var interruption: Reason?
    /// When the last thing happened.
    package var end: Timestamp
    /// Weights as they were last read or written, named by the run's roles.
    package var weights: RouteWeights?
    /// The canary's highest weight in force, in percent; 0 if it never had any.
    package var highestPercent: Double

    /// Each weight that was judged, in order of time, at most `StoryFold.mostStages`; later ones are counted in the last.
    package var stages: [StoryStage]
    /// The time axis: ascending, at most `StoryFold.mostMoments`.
    package var moments: [StoryMoment]
    /// Evidence of each metric, in the order of the verdicts' findings; `values` are parallel to `moments`.
    package var tracks: [EvidenceTrack]
    /// When evidence first reached its threshold, and other turning points, with the exact window.
    package var crossings: [Crossing]
    /// What was done and by whom, in order of time; at most `StoryFold.mostEvents`, the middle left out first.
    package var events: [StoryEvent]
    package var eventsLeftOut: Int

    package var errors: ErrorSources
    package var latency: LatencyStory
    package var quality: DataQuality
    /// Nil where nothing can be said, e.g. without a comparison.
    package var harm: HarmDone?
    package var budget: ErrorBudget
    /// Bytes at the journal's end that were cut off in the middle of a write; 0 where the journal is whole or was not a file.
    package var tornBytes: Int
    /// The journal file's path as it was named; nil where there is none yet.
    package var journalPath: String?

    /// Seconds from the start to the last thing that happened.
    package var seconds: Double { max(end.since(header.startedAt).inSeconds, 0) }

    /// The last verdict that compared the versions.
    package var verdict: Verdict? { ledger.lastComparison }
}

/// How much of the allowed error was spent.
package struct ErrorBudget: Sendable, Hashable {
    /// Chance of rolling back an equal release, and of promoting a worse one, as the spec asked (`guards`).
    package var falseRollback: Double
    package var falsePromotion: Double
    /// The largest total evidence of harm, after deductions, in nats; 1/e^this bounds how surprising an equal release found it.
    package var mostHarm: Double?
    /// What `mostHarm` had to reach, in nats.
    package var harmThreshold: Double?
}
