import CanaryCore
import CanaryTelemetry
import CanaryYAML
import Testing

@Suite("CanaryCascade")
struct CanaryCascadeTests {
    @Test("Values go from the cluster's policy over the namespace's to the object, mappings key by key, lists whole")
    func cascade() throws {
        let cluster = try SampleNamespace.policy(
            """
              maxConcurrent: 20
              defaults:
                steps: [10%, 100%]
                pace: { interval: 10s, bake: 20m, deadline: 2h }
                guards: { onOrphan: hold }
                telemetry: { prometheus: { url: "http://prometheus:9090", delay: 7s } }
            """
        )
        let namespace = try SampleNamespace.policy(
            """
              freeze: { reason: year end }
              defaults: { pace: { bake: 1h, deadline: 3h }, steps: [20%, 40%, 100%] }
            """,
            namespace: "test1"
        )

        let canary = try SampleNamespace.resolve(
            SampleNamespace.canary([
                "pace": ["deadline": "4h"], "policy": ["windows": [["from": "09:00", "to": "17:00"]]],
            ]),
            cluster: cluster,
            namespace: namespace
        )

        #expect(canary.spec.pace.interval == .seconds(10))
        #expect(canary.spec.pace.bake == .seconds(3600))
        #expect(canary.spec.pace.deadline == .seconds(4 * 3600))
        #expect(canary.spec.steps == [20, 40, 100])
        #expect(canary.spec.guards.onOrphan == .hold)
        #expect(canary.spec.telemetry.prometheus?.url == "http://prometheus:9090")
        #expect(canary.spec.telemetry.pods == nil)
        #expect(canary.origins["pace.interval"] == "cluster policy (policy.yaml:8)")
        #expect(canary.origins["pace.bake"] == "namespace policy (policy.yaml:6)")
        #expect(canary.origins["pace.deadline"] == "object")
        #expect(
            canary.policies.map(\.scope) == [
                .cluster, .namespace("test1"), .object(namespace: "test1", name: "demo4"),
            ]
        )
        #expect(canary.policies[0].policy.maxConcurrent == 20)
        #expect(canary.policies[1].policy.freeze?.reason == "year end")
        #expect(canary.policies[2].policy.windows == [CanaryPolicy.ReleaseWindow(from: 540, to: 1020)])
    }

    @Test("An alternative replaces the one of a weaker layer, and another server does not get its credentials")
    func alternatives() throws {
        let cluster = try SampleNamespace.policy(
            """
              defaults:
                telemetry:
                  prometheus: { url: "http://one:9090", tokenFile: /run/token, headers: { X-Scope-OrgID: a }, delay: 9s }
            """
        )
        let own = """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: demo4, namespace: test1 }
            spec: { telemetry: { prometheus: { url: "http://two:9090" } } }
            """

        let scraped = try SampleNamespace.resolve(
            SampleNamespace.canary(["telemetry": ["scrape": ["pods": [:]]]]),
            cluster: cluster
        )
        let moved = try CanaryCascade.compose(
            text: own,
            file: "own.yaml",
            cluster: cluster,
            namespace: nil,
            facts: SampleNamespace.facts,
            trust: .operatorsFile
        )

        #expect(scraped.spec.telemetry.prometheus == nil && scraped.spec.telemetry.pods != nil)
        #expect(moved.decoded.spec.telemetry.prometheus == PrometheusSpec(url: "http://two:9090", delay: .seconds(9)))
    }

    @Test("Profiles of the cluster's policy give telemetry and webhooks to those who name them")
    func profiles() throws {
        let cluster = try SampleNamespace.policy(
            """
              profiles:
                main: { prometheus: { url: "http://main:9090", tokenFile: /run/token } }
                oncall: { webhook: "https://hooks.example.com/1", template: slack }
              defaults: { telemetry: { prometheus: { url: "http://default:9090", username: a, passwordFile: /p } } }
            """
        )

        let canary = try SampleNamespace.resolve(
            SampleNamespace.canary([
                "telemetry": ["profile": "main", "reporter": "source"],
                "notify": [["profile": "oncall", "on": "problems"]],
            ]),
            cluster: cluster
        )

        #expect(canary.spec.telemetry.prometheus?.url == "http://main:9090")
        #expect(canary.spec.telemetry.prometheus?.username == nil)
        #expect(canary.spec.telemetry.prometheus?.security.tokenFile == "/run/token")
        #expect(canary.spec.telemetry.reporter == .source)
        #expect(
            canary.spec.notify
                == [NotifyTarget(webhook: "https://hooks.example.com/1", template: "slack", on: .problems)]
        )
        #expect(canary.origins["telemetry.profile"] == "object")
        #expect(
            SampleNamespace.fault(SampleNamespace.canary(["telemetry": ["profile": "mian"]]), cluster: cluster)
                == "spec.telemetry.profile: the cluster's CanaryPolicy has no telemetry profile 'mian' (did you mean 'main'?)"
        )
        #expect(
            SampleNamespace.fault(SampleNamespace.canary(["telemetry": ["profile": "oncall"]]), cluster: cluster)
                .contains("the profile 'oncall' is a webhook, not telemetry")
        )
    }

    @Test("What only the cluster's policy may have is not used from a namespace's, and that is noted")
    func namespaceProfiles() throws {
        let namespace = try SampleNamespace.policy("  podsProxy: true", namespace: "test1")

        let canary = try SampleNamespace.resolve(namespace: namespace)

        #expect(canary.notes.count == 1 && canary.notes[0].contains("only the cluster's may"))
    }

    @Test("A fault of a merged value is told where it was written")
    func places() throws {
        let cluster = try SampleNamespace.policy("  defaults: { pace: { interval: 10m } }")

        let text = SampleNamespace.fault(SampleNamespace.canary(["pace": ["deadline": "5m"]]), cluster: cluster)

        #expect(text == "spec.pace.deadline: pace.deadline (5m) is shorter than pace.interval (10m)")
        #expect(
            SampleNamespace.fault(SampleNamespace.canary(["pace": ["intervall": "5s"]]))
                == "spec.pace.intervall: unknown key 'intervall' in pace (did you mean 'interval'?)"
        )
    }

    @Test("Without objects to look at the route stays open, and everything else is decoded")
    func preview() throws {
        let composed = try CanaryCascade.compose(
            text: "apiVersion: haldane.dev/v1\nkind: Canary\nmetadata: { name: demo4, namespace: test1 }\n",
            file: "c.yaml",
            cluster: try SampleNamespace.policy("  maxConcurrent: 3\n  defaults: { steps: [50%, 100%] }"),
            namespace: nil,
            facts: nil,
            trust: .object,
            sets: ["pace.bake=3m"]
        )

        let entries = composed.effective
        func origin(_ path: String) -> String? { entries.first { $0.path == path }?.origin.description }
        #expect(composed.isOpen && composed.decoded.spec.name == "demo4")
        #expect(origin("metadata.name") == "c.yaml:3")
        #expect(origin("route") == "inferred in the cluster")
        #expect(origin("steps") == "cluster policy (policy.yaml:6)")
        #expect(origin("pace.bake") == "--set" && origin("pace.settle") == "default")
        #expect(entries.contains { $0.path == "policy.maxConcurrent" && $0.value == "3" })
    }

    @Test("A file of the operator's own with everything in it needs no objects")
    func ownFile() throws {
        let composed = try CanaryCascade.compose(
            text: Specs.full,
            file: "c.yaml",
            cluster: nil,
            namespace: nil,
            facts: ClusterFacts(),
            trust: .operatorsFile
        )

        #expect(composed.decoded.spec == (try SpecDecoder.decode(text: Specs.full, file: "c.yaml").spec))
    }

    @Test("A file that names no namespace is in the agent's")
    func defaultNamespace() throws {
        let composed = try CanaryCascade.compose(
            text: "apiVersion: haldane.dev/v1\nkind: Canary\nmetadata: { name: demo4 }\n",
            file: "c.yaml",
            cluster: nil,
            namespace: nil,
            facts: SampleNamespace.facts,
            trust: .operatorsFile,
            defaultNamespace: "test1"
        )

        #expect(composed.decoded.spec.namespace == "test1")
        #expect(composed.decoded.spec.route.stable.workload == "demo4-deployment-v1")
    }
}
