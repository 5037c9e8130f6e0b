/// What a collector looks for in the pages it is given.
package struct CollectorConfiguration: Sendable, Hashable {
    package var reporter: Reporter
    package var stable: CohortSelector
    package var canary: CohortSelector

    /// Labels that a series must carry as well, on both sides; an absent label equals the empty value.
    package var match: [String: String]

    package var limits: ExpositionLimits

    package init(
        reporter: Reporter,
        stable: CohortSelector,
        canary: CohortSelector,
        match: [String: String] = [:],
        limits: ExpositionLimits = ExpositionLimits()
    ) {
        self.reporter = reporter
        self.stable = stable
        self.canary = canary
        self.match = match
        self.limits = limits
    }
}
