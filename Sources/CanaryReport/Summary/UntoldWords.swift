import CanaryCore

/// What is said of a run that was taken over without anything that was known of it.
extension RunLedger.Untold {
    /// `what v2 did before the takeover is not known: it had 25 % of the traffic at the highest that is known`.
    func words(_ canary: String) -> String {
        let highest =
            highestPercent > 0
            ? "it had \(Phrase.weight(highestPercent)) of the traffic at the highest that is known"
            : "no weight of it is known to have been in force"
        return "what \(canary) did before the takeover is not known: \(highest)"
    }

    /// What reached the canary since.
    func requests(_ ledger: RunLedger, _ canary: String) -> String {
        guard ledger.canaryRequests > 0 else { return "no request reached \(canary) after the takeover" }
        return
            "\(Phrase.count(ledger.canaryRequests)) requests reached \(canary) after the takeover, "
            + "\(Phrase.count(ledger.canaryFailures)) of them failed"
    }
}
