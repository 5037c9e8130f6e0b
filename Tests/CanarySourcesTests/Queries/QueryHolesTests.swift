import CanaryCore
import CanaryQueries
import CanarySources
import CanaryTestKit
import Foundation
import Testing

@Suite struct QueryHolesTests {
    private static func spec(
        stable: DestinationSpec = DestinationSpec(subset: "v1", workload: "demo4-v1"),
        canary: DestinationSpec = DestinationSpec(subset: "v2", workload: "demo4-v2"),
        namespace: String = "test1",
        match: [String: String] = [:],
        podLabel: String = "pod"
    ) -> CanarySpec {
        CanarySpec(
            name: "demo4",
            namespace: namespace,
            route: RouteSpec(object: "demo4-vs", file: "vs.yaml", stable: stable, canary: canary),
            telemetry: TelemetrySpec(
                prometheus: PrometheusSpec(url: "http://127.0.0.1:9090", podLabel: podLabel),
                match: match
            )
        )
    }

    private static func matchers(_ hole: QueryHole?) -> String {
        if case .matchers(let text)? = hole { text } else { "" }
    }

    @Test("selects both versions by namespace and workload")
    func workloads() {
        let holes = queryHoles(Self.spec(), roles: .asNamed)

        #expect(
            Self.matchers(holes["cohorts"])
                == "destination_workload_namespace=\"test1\", destination_workload=~\"demo4-v1|demo4-v2\""
        )
        #expect(
            Self.matchers(holes["canary"])
                == "destination_workload_namespace=\"test1\", destination_workload=\"demo4-v2\""
        )
        #expect(holes["reporter"] == .text("destination"))
        #expect(holes["namespace"] == .text("test1"))
        #expect(holes["pod"] == .label("pod"))
        #expect(holes["match"] == .matchers(""))
        #expect(Self.matchers(holes["services"]) == "destination_service_namespace=\"test1\"")
    }

    @Test("exchanges the versions with the roles")
    func roles() {
        let holes = queryHoles(Self.spec(), roles: .exchanged)

        #expect(Self.matchers(holes["canary"]).contains("\"demo4-v1\""))
        #expect(Self.matchers(holes["stable"]).contains("\"demo4-v2\""))
    }

    @Test("selects by revision where no workload is given, with dots that are dots")
    func revisions() {
        let spec = Self.spec(stable: DestinationSpec(revision: "1.0"), canary: DestinationSpec(revision: "1.1"))

        let cohorts = Self.matchers(queryHoles(spec, roles: .asNamed)["cohorts"])

        #expect(cohorts.hasSuffix("destination_canonical_revision=~\"1\\\\.0|1\\\\.1\""))
    }

    @Test("leaves subsets to the classification, and asks for no more than the namespace")
    func subsets() {
        let spec = Self.spec(stable: DestinationSpec(subset: "v1"), canary: DestinationSpec(subset: "v2"))
        let nowhere = Self.spec(
            stable: DestinationSpec(subset: "v1"),
            canary: DestinationSpec(subset: "v2"),
            namespace: "default"
        )

        #expect(
            Self.matchers(queryHoles(spec, roles: .asNamed)["cohorts"])
                == "destination_workload_namespace=\"test1\", destination_workload!=\"unknown\""
        )
        #expect(Self.matchers(queryHoles(nowhere, roles: .asNamed)["cohorts"]) == "destination_workload!=\"unknown\"")
        #expect(Self.matchers(queryHoles(nowhere, roles: .asNamed)["services"]) == "destination_service!=\"\"")
        #expect(
            Self.matchers(cohortMatchers(spec, spec.route.canary)).hasSuffix("destination_canonical_revision=\"v2\"")
        )
    }

    @Test("knows Services by their hosts, short and full")
    func services() {
        let spec = Self.spec(
            stable: DestinationSpec(host: "reviews", subset: "v1"),
            canary: DestinationSpec(host: "reviews-v2.test1.svc.cluster.local", subset: "v2")
        )
        let external = Self.spec(
            stable: DestinationSpec(host: "api.example.com", subset: "v1"),
            canary: DestinationSpec(host: "api.example.com", subset: "v2")
        )

        #expect(
            Self.matchers(queryHoles(spec, roles: .asNamed)["services"])
                == "destination_service=~\"reviews-v2\\\\.test1(\\\\..*)?|reviews\\\\.test1(\\\\..*)?\""
        )
        #expect(
            Self.matchers(queryHoles(external, roles: .asNamed)["services"])
                == "destination_service=~\"api\\\\.example\\\\.com\""
        )
    }

    @Test("adds the spec's own matchers, quoted")
    func match() {
        let spec = Self.spec(match: ["route_name": "st\"aff\\", "a": "b"])

        #expect(Self.matchers(queryHoles(spec, roles: .asNamed)["match"]) == ", a=\"b\", route_name=\"st\\\"aff\\\\\"")
    }

    @Test("knows the pods of a version by name, by the workload's name, or by the version label")
    func pods() {
        let spec = Self.spec()
        let canary = spec.route.canary

        #expect(
            Self.matchers(versionMatchers(spec, canary, pods: ["a-1", "b.2"]))
                == "namespace=~\"test1|\", pod=~\"a-1|b\\\\.2\""
        )
        #expect(Self.matchers(versionMatchers(spec, canary)).contains("pod=~\"demo4-v2-([0-9]+|"))
        #expect(Self.matchers(versionMatchers(Self.spec(podLabel: "instance"), canary)).hasSuffix("version=\"v2\""))
        let many = (0..<600).map { "p-\($0)" }
        #expect(!Self.matchers(versionMatchers(spec, canary, pods: many)).contains("p-1"))
    }

    @Test("makes PromQL of every built-in query for specs of every shape, by the word of promtool")
    func promtool() async throws {
        let specs = [
            Self.spec(), Self.spec(match: ["route_name": "st\"aff\\"], podLabel: "kubernetes_pod_name"),
            Self.spec(stable: DestinationSpec(revision: "1.0"), canary: DestinationSpec(revision: "1.1")),
            Self.spec(
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2"),
                namespace: "default"
            ),
            Self.spec(
                stable: DestinationSpec(host: "re\"views\\", workload: "a.b|c"),
                canary: DestinationSpec(host: "x.y.svc", workload: "é{}\n")
            ),
        ]
        let own =
            "# asks: x\n# unit: x\n# labels: ${pod}\n# kind: gauge\n# direction: none\nmax by (${pod}) (a{${version}})\n"
        let set = try QuerySet.builtIn().adding([("own", own)])
        var rules = "groups:\n- name: all\n  rules:\n"
        for (number, spec) in specs.enumerated() {
            var holes = queryHoles(spec, roles: .asNamed)
            holes["cohort"] = cohortMatchers(spec, spec.route.canary)
            holes["version"] = versionMatchers(spec, spec.route.canary)
            holes["period"] = .duration(.seconds(300))
            for query in set.queries {
                let lines = try query.filled(holes).split(separator: "\n").map { "      \($0)\n" }.joined()
                rules += "  - record: haldane:\(query.name):spec\(number)\n    expr: |\n\(lines)"
            }
        }
        let path = FileManager.default.temporaryDirectory.path + "/haldane-rules-\(UUID().uuidString).yml"
        try Data(rules.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }

        let output = try await ServerProcess.onThread {
            try ServerProcess.output(
                of: "promtool",
                ["check", "rules", path],
                variable: "PROMTOOL",
                package: "prometheus"
            )
        }

        #expect(output.contains("SUCCESS: \(set.queries.count * specs.count) rules found"), "\(output)")
    }
}
