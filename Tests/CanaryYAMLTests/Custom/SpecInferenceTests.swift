import CanaryCore
import CanaryTelemetry
import CanaryYAML
import Testing

@Suite("SpecInference")
struct SpecInferenceTests {
    // MARK: Three lines

    @Test("Three lines are a canary: the rest is inferred, and it is said from what")
    func threeLines() throws {
        let canary = try SampleNamespace.resolve()

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

        let canary = try SampleNamespace.resolve(facts: facts)

        #expect(canary.spec.route.object == "demo4")
        #expect(canary.origins["route.virtualService"] == "inferred from the canary's name")
    }

    @Test("A rule with a lone destination gets its partner from the DestinationRule, in that rule's order")
    func lone() throws {
        var facts = SampleNamespace.facts
        facts.virtualServices = [
            SampleNamespace.virtualService("demo4-vs", [SampleNamespace.rule("v2", nil)])
        ]

        let canary = try SampleNamespace.resolve(facts: facts)

        #expect(canary.spec.route.stable.subset == "v1" && canary.spec.route.canary.subset == "v2")
    }

    @Test("Subsets that are called stable and canary are what they are called")
    func namedSubsets() throws {
        var facts = SampleNamespace.facts
        facts.virtualServices = [SampleNamespace.virtualService("x", [SampleNamespace.rule("canary", "stable")])]
        facts.destinationRules = [SampleNamespace.destinationRule(["canary", "stable"])]
        facts.deployments = []

        let canary = try SampleNamespace.resolve(facts: facts)

        #expect(canary.spec.route.stable.subset == "stable" && canary.spec.route.canary.subset == "canary")
    }

    @Test("Without a Deployment the subset's label tells the revision, and that is noted")
    func noDeployment() throws {
        var facts = SampleNamespace.facts
        facts.deployments.removeAll { $0["metadata"]?["name"] == "demo4-deployment-v2" }

        let canary = try SampleNamespace.resolve(facts: facts)

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

        let canary = try SampleNamespace.resolve(facts: facts)

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
            SampleNamespace.fault(facts: facts)
                == "2 routes may be meant by 'demo4': VirtualService test1/demo4-vs, VirtualService test1/demo4-mesh "
                + "(name one: spec: { route: { virtualService: demo4-vs } })"
        )
    }

    @Test("No route that is meant tells which there are")
    func noRoute() {
        let text = SampleNamespace.fault(["metadata": ["name": "nothing", "namespace": "test1"]])

        #expect(text.contains("no route is meant by 'nothing'"))
        #expect(text.contains("there is VirtualService demo4-vs, VirtualService other"))
    }

    @Test("Several Deployments of one version are named, with the line to add")
    func severalDeployments() {
        var facts = SampleNamespace.facts
        facts.deployments.append(SampleNamespace.deployment("demo4-v1b", ["app": "demo4", "version": "v1"]))

        let text = SampleNamespace.fault(facts: facts)

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

        #expect(
            SampleNamespace.fault(facts: facts).contains(
                "2 rules of VirtualService 'test1/demo4-vs' have both destinations"
            )
        )
        let named = try SampleNamespace.resolve(
            SampleNamespace.canary(["route": ["rule": ["name": "staff"]]]),
            facts: facts
        )
        #expect(named.spec.route.rule == .name("staff") && named.spec.route.stable.subset == "v1")
    }

    @Test("A route that is named and not there has a suggestion")
    func misspelt() {
        let text = SampleNamespace.fault(SampleNamespace.canary(["route": ["virtualService": "demo4-sv"]]))

        #expect(
            text
                == "spec.route.virtualService: there is no VirtualService 'demo4-sv' in test1 (did you mean 'demo4-vs'?)"
        )
    }

    @Test("What the author names is kept, and only the rest is inferred")
    func partly() throws {
        let canary = try SampleNamespace.resolve(
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

        let canary = try SampleNamespace.resolve(SampleNamespace.canary(["route": route]))

        #expect(canary.spec.route.canary.subset == "v3")
        #expect(canary.notes.count == 1, "\(canary.notes)")
    }
}
