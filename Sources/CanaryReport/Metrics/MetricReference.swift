import CanaryCore

/// The table of metrics as a document: `deploy/prometheus/METRICS.md`.
package enum MetricReference {
    package static var markdown: String {
        var text = """
            # Metrics of Haldane

            This file is made from the table in the program (`Sources/CanaryReport/Metrics`); a test keeps them equal.

            ## `/metrics` of `haldane run` and `haldane demo` with `--listen`

            OpenMetrics 1.0 for clients that ask for it, Prometheus text 0.0.4 for others. Names, labels and meanings are
            kept between versions. Ratios are from 0 to 1 unless said otherwise, times are seconds. Counters begin at zero
            with the process, but for the requests of the run, which count from its start.


            """
        text += table(MetricCatalogue.page)
        text += """

            ## `/metrics` of `haldane agent`

            Of the agent itself:


            """
        text += table(MetricCatalogue.fleet)
        text += """

            Of each rollout that the agent has in hand, and for five minutes of one that has ended: the `haldane_run_*` families
            above. So that 200 rollouts fit in one scrape, they show less than a run by itself: of phases the present one and
            `finished`, of weights the canary's, of outcomes, writes and notices those that happened, and of latency one objective
            `latency` with the most harm and the least safety of its bounds. `/run/NAMESPACE/NAME/metrics` shows all of one run. Canaries without a rollout
            are counted in `haldane_agent_canaries` and have no series of their own. `haldane_build_info`, `haldane_page_*` and
            `process_*` are there as well.

            ### Label values

            | label | values |
            |---|---|

            """
        for (label, values) in values { text += "| `\(label)` | \(values) |\n" }
        text += """

            ### Scraping, alerts, dashboard

            ```yaml
            scrape_configs:
              - job_name: haldane
                static_configs: [{ targets: ["127.0.0.1:9911"] }]   # haldane run SPEC --listen 127.0.0.1:9911 --linger 2m
            rule_files: [alerts.yaml]
            ```

            An agent in the cluster listens on 0.0.0.0:9911, for probes and scrapes come over the pod's address.

            A run ends with its process: `--linger 2m` keeps the page until Prometheus has seen the outcome. `alerts.yaml`
            beside this file has rules for runs and for checks (`promtool test rules alerts.test.yaml` tests them);
            `../grafana/haldane.json` is a dashboard of both, to be imported as it is.

            ## `haldane check --textfile FILE`

            For the node exporter's textfile collector, written at once after each check.


            """
        return text + table(MetricCatalogue.textfile)
    }

    private static func table(_ families: [MetricFamily]) -> String {
        var text = "| name | type | labels | meaning |\n|---|---|---|---|\n"
        for family in families {
            let labels = family.labels.map { "`\($0)`" }.joined(separator: ", ")
            text += "| `\(family.sampleName)` | \(family.kind.rawValue) | \(labels) | \(family.help) |\n"
        }
        return text
    }

    private static let values: [(String, String)] = [
        ("namespace, canary", "of the spec's metadata"),
        ("phase", "of runs: " + list(RunMetrics.phases) + "; of canaries: " + list(statuses)),
        ("outcome", "promoted, rolledBack, held, stopped, refused"),
        (
            "detail",
            "of promoted: unsettled while Git does not agree; of rolledBack: proved, incomplete; of held: "
                + list(RunMetrics.holds.map(\.rawValue))
        ),
        ("version", "stable, canary; of target faults also unknown"),
        ("kind", "of weights: intended, observed; of evidence: harm, safety; of mirrors: the plural of a kind"),
        ("objective", "errors, latency over a bucket's bound (an agent: latency), names of own metrics; at most 40"),
        ("scope", "of policies: cluster, a namespace, or NAMESPACE/NAME"),
        ("verdict", list(RunMetrics.verdictKinds.map(\.rawValue))),
        ("purpose", "step, promotion, rollback"),
        ("result", "applied, conflict, unavailable, impossible"),
        ("urgency", "info, warning, page"),
        ("reason", "words of the program; at most 40, the rest are counted as other"),
    ]

    private static var statuses: [String] { CanaryStatus.Phase.allCases.map(\.rawValue) }

    private static func list(_ words: [String]) -> String { words.joined(separator: ", ") }
}
