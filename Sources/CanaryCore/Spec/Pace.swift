/// The times of a run.
package struct Pace: Sendable, Hashable, Codable {
    /// Start of a round of scraping to start of the next.
    package var interval: Duration
    /// The least history of the stable version before the first step.
    package var history: Duration
    /// After a weight change, before its effect is tested.
    package var settle: Duration
    /// Per canary pod, from its first request.
    package var warmup: Duration
    /// From the first weight change to the last decision, without bake.
    package var deadline: Duration
    /// After 100 %: how long rollback stays armed.
    package var bake: Duration

    package init(
        interval: Duration = .seconds(5),
        history: Duration = .seconds(1800),
        settle: Duration = .seconds(15),
        warmup: Duration = .seconds(60),
        deadline: Duration = .seconds(1800),
        bake: Duration = .seconds(600)
    ) {
        self.interval = interval
        self.history = history
        self.settle = settle
        self.warmup = warmup
        self.deadline = deadline
        self.bake = bake
    }
}
