/// What may keep a run from stepping up from outside: freezes, windows, limits, a stable version in trouble.
package protocol StepGate: Sendable {
    /// Why the weight must not rise at the moment; nil lets it. Answers at once.
    func closed(for header: RunHeader, at now: Timestamp) async -> Reason?

    /// Takes stable's counts from before the run, which the run takes as history; oldest first.
    func recall(_ windows: [TimedWindow])
}
