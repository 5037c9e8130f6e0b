package import CanaryCore

/// A time at one weight in which the canary was judged.
package struct StoryStage: Sendable, Hashable {
    package let phase: JudgingContext.Phase
    /// What tells it from its neighbours: the weight, or the step of a judgement of the past.
    let place: Double
    /// Index into the spec's steps.
    package let step: Int
    /// Seconds since the run began.
    package let from: Double
    /// The length of its windows together.
    package private(set) var seconds = 0.0
    /// The canary's weight in percent; in a judgement of the past its observed share at the end.
    package private(set) var percent = 0.0
    package private(set) var stable = StoryMoment.Counts()
    package private(set) var canary = StoryMoment.Counts()
    /// The last verdict that compared the versions here, with its findings; nil without any.
    package private(set) var comparison: Verdict?
    /// The last verdict.
    package private(set) var verdict: Verdict?

    init(phase: JudgingContext.Phase, place: Double, step: Int, from: Double) {
        self.phase = phase
        self.place = place
        self.step = step
        self.from = from
    }

    mutating func add(_ draft: MomentDraft, _ verdict: Verdict) {
        seconds += draft.seconds
        percent = draft.percent
        stable.add(draft.stable)
        canary.add(draft.canary)
        if verdict.window > 0 { comparison = verdict }
        self.verdict = verdict
    }
}
