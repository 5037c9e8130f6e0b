/// How a run ended, for people and programs.
package struct RunReport: Sendable {
    package var header: RunHeader
    package var ledger: RunLedger
    /// Nil if the process was interrupted before an outcome.
    package var outcome: Outcome?
    /// Why the process ended without an outcome.
    package var interruption: Reason?
    /// Weights as they are, named by the run's roles; nil if the route could not be read.
    package var weights: RouteWeights?
    /// The path of the route file, or what the object in the cluster is called.
    package var route: String
    /// The path of the journal file.
    package var journalPath: String

    package init(
        header: RunHeader,
        ledger: RunLedger,
        outcome: Outcome?,
        interruption: Reason? = nil,
        weights: RouteWeights?,
        route: String,
        journalPath: String
    ) {
        self.header = header
        self.ledger = ledger
        self.outcome = outcome
        self.interruption = interruption
        self.weights = weights
        self.route = route
        self.journalPath = journalPath
    }
}
