import CanaryQueries

/// Values for every hole, as different specs give them.
enum SampleHoles {
    static let workloads = holes(
        cohorts: "destination_workload_namespace=\"test1\", destination_workload=~\"demo4-v1|demo4-v2\"",
        one: "destination_workload_namespace=\"test1\", destination_workload=\"demo4-v2\""
    )

    static let match = holes(
        cohorts: "destination_canonical_revision=~\"v1|v2\\\\.1\"",
        one: "destination_canonical_revision=\"v2.1\"",
        match: ", route_name=\"st\\\"aff\", upstream_cluster=\"outbound|80|v2|demo4\"",
        reporter: "source",
        pod: "kubernetes_pod_name",
        period: .milliseconds(90_500)
    )

    static let subset = holes(
        cohorts: "destination_workload!=\"unknown\"",
        one: "destination_canonical_revision=\"v2\"",
        reporter: "waypoint",
        namespace: "te\"st\\1.",
        pod: "instance",
        period: .seconds(86_400)
    )

    static let all = [workloads, match, subset]

    static func holes(
        cohorts: String,
        one: String,
        match: String = "",
        reporter: String = "destination",
        namespace: String = "test1",
        pod: String = "pod",
        period: Duration = .seconds(300)
    ) -> [String: QueryHole] {
        [
            "reporter": .text(reporter), "cohorts": .matchers(cohorts), "stable": .matchers(one),
            "canary": .matchers(one),
            "cohort": .matchers(one), "match": .matchers(match), "namespace": .text(namespace), "pod": .label(pod),
            "services": .matchers("destination_service=~\"demo4\\\\.test1(\\\\..*)?\""),
            "version": .matchers("namespace=\"test1\", pod=~\"demo4-v2-.*\""), "period": .duration(period),
        ]
    }

    static func query(
        _ expression: String,
        kind: String = "counter",
        labels: String = "${pod}",
        more: String = ""
    ) -> String {
        """
        # asks: x
        # unit: requests
        # labels: \(labels)
        # kind: \(kind)
        # direction: lower is better
        \(more)\(expression)

        """
    }
}
