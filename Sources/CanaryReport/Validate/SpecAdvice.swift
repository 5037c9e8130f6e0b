package import CanaryCore

/// What is allowed in a spec and yet worth a word.
package enum SpecAdvice {
    /// Sentences without a final stop.
    package static func warnings(_ spec: CanarySpec) -> [String] {
        var warnings: [String] = []
        let pace = spec.pace
        if pace.history < .seconds(1800) {
            warnings.append(
                "pace.history is \(Phrase.duration(pace.history.inSeconds)): less than 30 min makes bursts of stable look like regressions"
            )
        }
        if pace.deadline < pace.interval * (6 * spec.steps.count) {
            warnings.append("pace.deadline leaves less than six rounds a step; the run will be held")
        }
        if let last = spec.steps.last, last < 100 {
            warnings.append("the last step is \(Phrase.weight(last)): the run ends promoted there")
        }
        if spec.telemetry.comparable == .assume {
            warnings.append("telemetry.comparable is assume: every verdict will repeat that")
        }
        if spec.telemetry.security.skipsVerification {
            warnings.append("TLS certificates of the scrape targets are not verified")
        }
        if let server = spec.telemetry.prometheus {
            if server.security.skipsVerification {
                warnings.append("the TLS certificate of the Prometheus server is not verified")
            }
            if server.url.hasPrefix("http://"),
                server.token ?? server.password ?? server.passwordFile != nil
                    || server.security.tokenFile != nil
            {
                warnings.append("telemetry.prometheus.url is http://: the credentials go over the network in the clear")
            }
        }
        if spec.guards.absoluteErrors == nil {
            warnings.append("guards.absolute is off: a dead canary is left to the statistics")
        }
        return warnings
    }
}
