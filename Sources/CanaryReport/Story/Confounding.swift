package import CanaryCore

/// Where the shares of the whole time and the comparison window by window say different things (Simpson's paradox).
///
/// While a dependency of both versions is broken both fail more. If the canary has another part of the traffic then than at
/// other times, the sums over all windows make it look worse, or better, than it was beside stable at any moment.
package struct Confounding: Sendable, Hashable {
    /// Canary's share of failures less stable's, each over all compared requests.
    package var whole: Double
    /// The same window by window, weighted by the canary's requests.
    package var fair: Double

    /// Nil where the shares of the whole time do not mislead: their difference is within its own interval.
    package init?(_ finding: Finding?, extraFailures: Double, requests: Double) {
        guard let finding, let range = finding.difference95, requests > 0, let canary = finding.canary.share,
            let stable = finding.stable.share
        else { return nil }
        whole = canary - stable
        guard whole < range.low || whole > range.high else { return nil }
        // The interval weighs windows in another way, so that the sum over them may lie outside by a hair.
        fair = min(max(extraFailures / requests, range.low), range.high)
    }

    /// `because both versions failed more when v2 had another part of the traffic`.
    package static func cause(_ canary: String) -> String {
        "because both versions failed more when \(canary) had another part of the traffic"
    }
}

extension RunStory {
    /// Whether the shares of failed requests over the whole time mislead.
    package var confounding: Confounding? {
        guard let harm else { return nil }
        let errors = verdict?.findings.first { $0.name == "errors" }
        return Confounding(errors, extraFailures: harm.extraFailures, requests: Double(harm.requests))
    }
}
