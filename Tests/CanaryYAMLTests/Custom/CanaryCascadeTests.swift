import CanaryCore
import CanaryTelemetry
import CanaryYAML
import Testing

@Suite("CanaryCascade")
struct CanaryCascadeTests {
    private func resolve(
        _ canary: JSONValue = SampleNamespace.threeLines,
        cluster: PolicyDocument? = nil,
        namespace: PolicyDocument? = nil,
        facts: ClusterFacts = SampleNamespace.facts
    ) throws -> ResolvedCanary {
        try CanaryCascade.resolve(canary, cluster: cluster, namespace: namespace, facts: facts, trust: .object)
    }

    private func fault(
        _ canary: JSONValue = SampleNamespace.threeLines,
        cluster: PolicyDocument? = nil,
        facts: ClusterFacts = SampleNamespace.facts
    ) -> String {
        do {
            _ = try resolve(canary, cluster: cluster, facts: facts)
            return "no fault"
        } catch {
            return (error as? SpecError)?.summary ?? "\(error)"
        }
    }

    // MARK: Three lines

    @Test("Three lines are a canary: the rest is inferred, and it is said from what")
    func threeLines() throws {
        let canary = try resolve()

        #expect(canary.spec.name == "demo4" && canary.spec.namespace == "test1")
        #expect(canary.spec.route.kind == .virtualService && canary.spec.route.object == "demo4-vs")
        #expect(canary.spec.route.stable == DestinationSpec(subset: "v1", workload: "demo4-deployment-v1"))
        #expect(canary.spec.route.canary == DestinationSpec(subset: "v2", workload: "demo4-deployment-v2"))
        #expect(canary.spec.telemetry.pods == PodScrape())
        #expect(canary.spec.steps == [5, 10, 25, 50, 100])
        #expect(canary.origins["route.virtualService"] == "inferred from VirtualService test1/demo4-vs")
        #expect(canary.origins["route.stable.subset"] == "inferred from DestinationRule test1/demo4")
        #expect(canary.origins["route.canary.workload"] == "inferred from Deployment test1/demo4-deployment-v2")
        #expect(canary.origins["steps"] == nil)
        #expect(canary.notes.isEmpty)
    }

    @Test("The route of the canary's own name is preferred to one that sends to its service")
    func ownName() throws {
        var facts = SampleNamespace.facts
        facts.virtualServices.append(SampleNamespace.virtualService("demo4"))

        let canary = try resolve(facts: facts)

        #expect(canary.spec.route.object == "demo4")
        #expect(canary.origins["route.virtualService"] == "inferred from the canary's name")
    }

    @Test("A rule with a lone destination gets its partner from the DestinationRule, in that rule's order")
    func lone() throws {
        var facts = SampleNamespace.facts
        facts.virtualServices = [
            SampleNamespace.virtualService("demo4-vs", [SampleNamespace.rule("v2", nil)])
        ]

        let canary = try resolve(facts: facts)

        #expect(canary.spec.route.stable.subset == "v1" && canary.spec.route.canary.subset == "v2")
    }

    @Test("Subsets that are called stable and canary are what they are called")
    func namedSubsets() throws {
        var facts = SampleNamespace.facts
        facts.virtualServices = [SampleNamespace.virtualService("x", [SampleNamespace.rule("canary", "stable")])]
        facts.destinationRules = [SampleNamespace.destinationRule(["canary", "stable"])]
        facts.deployments = []

        let canary = try resolve(facts: facts)

        #expect(canary.spec.route.stable.subset == "stable" && canary.spec.route.canary.subset == "canary")
    }

    @Test("Without a Deployment the subset's label tells the revision, and that is noted")
    func noDeployment() throws {
        var facts = SampleNamespace.facts
        facts.deployments.removeAll { $0["metadata"]?["name"] == "demo4-deployment-v2" }

        let canary = try resolve(facts: facts)

        #expect(canary.spec.route.canary == DestinationSpec(subset: "v2", revision: "v2"))
        #expect(
            canary.notes == ["no Deployment has the labels of the subset 'v2' of demo4.test1.svc.cluster.local yet"]
        )
    }

    @Test("The versions of an HTTPRoute are its two Services")
    func gateway() throws {
        let facts = ClusterFacts(
            httpRoutes: [
                [
                    "metadata": ["name": "demo4"],
                    "spec": [
                        "rules": [
                            [
                                "backendRefs": [
                                    ["name": "demo4-v1", "port": 80, "weight": 90],
                                    ["name": "demo4-v2", "port": 80, "weight": 10],
                                ]
                            ]
                        ]
                    ],
                ]
            ],
            deployments: [
                SampleNamespace.deployment("a", ["v": "1"]), SampleNamespace.deployment("b", ["v": "2"]),
            ],
            services: [
                SampleNamespace.service("demo4-v1", ["v": "1"]), SampleNamespace.service("demo4-v2", ["v": "2"]),
            ]
        )

        let canary = try resolve(facts: facts)

        #expect(canary.spec.route.kind == .httpRoute && canary.spec.route.object == "demo4")
        #expect(canary.spec.route.stable == DestinationSpec(host: "demo4-v1", workload: "a"))
        #expect(canary.spec.route.canary == DestinationSpec(host: "demo4-v2", workload: "b"))
    }

    // MARK: Doubt

    @Test("Two routes that may be meant are both named, with the line to add")
    func severalRoutes() {
        var facts = SampleNamespace.facts
        facts.virtualServices.append(SampleNamespace.virtualService("demo4-mesh"))

        #expect(
            fault(facts: facts)
                == "2 routes may be meant by 'demo4': VirtualService test1/demo4-vs, VirtualService test1/demo4-mesh "
                + "(name one: spec: { route: { virtualService: demo4-vs } })"
        )
    }

    @Test("No route that is meant tells which there are")
    func noRoute() {
        let text = fault(["metadata": ["name": "nothing", "namespace": "test1"]])

        #expect(text.contains("no route is meant by 'nothing'"))
        #expect(text.contains("there is VirtualService demo4-vs, VirtualService other"))
    }

    @Test("Several Deployments of one version are named, with the line to add")
    func severalDeployments() {
        var facts = SampleNamespace.facts
        facts.deployments.append(SampleNamespace.deployment("demo4-v1b", ["app": "demo4", "version": "v1"]))

        let text = fault(facts: facts)

        #expect(text.contains("2 Deployments have the labels of the subset 'v1'"))
        #expect(text.contains("demo4-deployment-v1, demo4-v1b"))
        #expect(text.contains("spec: { route: { stable: { workload: demo4-deployment-v1 } } }"))
    }

    @Test("Several rules with the two versions ask for the rule; naming it is enough")
    func severalRules() throws {
        var facts = SampleNamespace.facts
        facts.virtualServices = [
            SampleNamespace.virtualService(
                "demo4-vs",
                [SampleNamespace.rule(name: "staff"), SampleNamespace.rule()]
            )
        ]

        #expect(fault(facts: facts).contains("2 rules of VirtualService 'test1/demo4-vs' have both destinations"))
        let named = try resolve(SampleNamespace.canary(["route": ["rule": ["name": "staff"]]]), facts: facts)
        #expect(named.spec.route.rule == .name("staff") && named.spec.route.stable.subset == "v1")
    }

    @Test("A route that is named and not there has a suggestion")
    func misspelt() {
        let text = fault(SampleNamespace.canary(["route": ["virtualService": "demo4-sv"]]))

        #expect(
            text
                == "spec.route.virtualService: there is no VirtualService 'demo4-sv' in test1 (did you mean 'demo4-vs'?)"
        )
    }

    @Test("What the author names is kept, and only the rest is inferred")
    func partly() throws {
        let canary = try resolve(
            SampleNamespace.canary(["route": ["stable": ["subset": "v2", "workload": "mine"]]])
        )

        #expect(canary.spec.route.stable == DestinationSpec(subset: "v2", workload: "mine"))
        #expect(canary.spec.route.canary == DestinationSpec(subset: "v1", workload: "demo4-deployment-v1"))
        #expect(canary.origins["route.stable.subset"] == "object")
    }

    @Test("A route that is written in full and cannot be used now is noted, and left to the run")
    func brokenRoute() throws {
        let route: JSONValue = [
            "virtualService": "demo4-vs", "stable": ["subset": "v1", "workload": "a"],
            "canary": ["subset": "v3", "workload": "b"],
        ]

        let canary = try resolve(SampleNamespace.canary(["route": route]))

        #expect(canary.spec.route.canary.subset == "v3")
        #expect(canary.notes.count == 1, "\(canary.notes)")
    }

    // MARK: The cascade

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

        let canary = try resolve(
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

        let scraped = try resolve(SampleNamespace.canary(["telemetry": ["scrape": ["pods": [:]]]]), cluster: cluster)
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

        let canary = try resolve(
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
            fault(SampleNamespace.canary(["telemetry": ["profile": "mian"]]), cluster: cluster)
                == "spec.telemetry.profile: the cluster's CanaryPolicy has no telemetry profile 'mian' (did you mean 'main'?)"
        )
        #expect(
            fault(SampleNamespace.canary(["telemetry": ["profile": "oncall"]]), cluster: cluster)
                .contains("the profile 'oncall' is a webhook, not telemetry")
        )
    }

    @Test("What only the cluster's policy may have is not used from a namespace's, and that is noted")
    func namespaceProfiles() throws {
        let namespace = try SampleNamespace.policy("  podsProxy: true", namespace: "test1")

        let canary = try resolve(namespace: namespace)

        #expect(canary.notes.count == 1 && canary.notes[0].contains("only the cluster's may"))
    }

    @Test("A fault of a merged value is told where it was written")
    func places() throws {
        let cluster = try SampleNamespace.policy("  defaults: { pace: { interval: 10m } }")

        let text = fault(SampleNamespace.canary(["pace": ["deadline": "5m"]]), cluster: cluster)

        #expect(text == "spec.pace.deadline: pace.deadline (5m) is shorter than pace.interval (10m)")
        #expect(
            fault(SampleNamespace.canary(["pace": ["intervall": "5s"]]))
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
