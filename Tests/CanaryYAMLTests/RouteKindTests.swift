import CanaryCore
import CanaryYAML
import Testing

@Suite("Kinds of routes")
struct RouteKindTests {
    @Test(
        "An absent weight is 1 in the Gateway API and 0 for Istio, and a lone destination gets everything",
        arguments: [
            (Routes.gateway("- {name: a-v1, port: 80}\n- {name: a-v2, port: 80, weight: 10}"), 1, 10),
            (Routes.gateway("- {name: a-v1, weight: 0}\n- {name: a-v2}"), 0, 1),
            (Routes.gateway("- {name: a-v2, weight: 1000000}\n- {name: a-v1, weight: 1000000}"), 1_000_000, 1_000_000),
            (Routes.gateway("- {name: a-v1, weight: 7}"), 100, 0),
            (Routes.gateway("- {name: a-v2}"), 0, 100),
            (Routes.gateway("- {name: a-v1, weight: 0}\n- {name: a-v2, weight: 0}"), 0, 0),
        ]
    )
    func weights(text: String, stable: Int, canary: Int) throws {
        for kind in [RouteSpec.Kind.httpRoute, .grpcRoute] {
            let text = kind == .httpRoute ? text : text.replacing("HTTPRoute", with: "GRPCRoute")
            let reading = try RouteReader.read(text: text, selection: Routes.services(kind))
            #expect(reading.weights == RouteWeights(stable: stable, canary: canary))
            #expect(reading.place == "\(kind.word) demo, rule 0")
        }
    }

    @Test("v1beta1 is read for HTTPRoutes and refused for GRPCRoutes")
    func versions() throws {
        let text = Routes.gateway("- {name: a-v1, weight: 9}\n- {name: a-v2, weight: 1}")
            .replacing(".io/v1", with: ".io/v1beta1")
        #expect(try RouteReader.read(text: text, selection: Routes.services()).weights.stable == 9)
        let error = try #require(throws: RouteError.self) {
            try RouteReader.read(
                text: text.replacing("HTTPRoute", with: "GRPCRoute"),
                selection: Routes.services(.grpcRoute)
            )
        }
        #expect(error.code == .unsupported)
    }

    @Test("Names of Services are completed with the namespace, and the written namespace counts")
    func hosts() throws {
        let text = Routes.gateway(
            "- {name: a-v1, namespace: test1, weight: 3}\n- {name: a-v2, weight: 1}\n- {name: a-v2, namespace: other, weight: 0}"
        ).replacing("{ name: demo }", with: "{ name: demo, namespace: test1 }")
        let three = try #require(throws: RouteError.self) {
            try RouteReader.read(text: text, selection: Routes.services())
        }
        #expect(three.message.contains("has 3 destinations"))
        let two = text.replacing("\n    - {name: a-v2, namespace: other, weight: 0}", with: "")
        for (stable, canary) in [
            ("a-v1", "a-v2"), ("a-v1.test1", "a-v2.test1.svc"), ("a-v1.test1.svc.cluster.local", "a-v2"),
        ] {
            var selection = Routes.services()
            selection.stable.host = stable
            selection.canary.host = canary
            #expect(try RouteReader.read(text: two, selection: selection).weights == RouteWeights(stable: 3, canary: 1))
        }
        var foreign = Routes.services()
        foreign.stable.host = "a-v1.other"
        #expect(throws: RouteError.self) { try RouteReader.read(text: two, selection: foreign) }
    }

    @Test(
        "What cannot be edited safely is refused with the reason",
        arguments: [
            (
                Routes.gateway("- {name: a-v1, weight: 0}"), RouteError.Code.unsupported,
                "rule 0 of HTTPRoute 'demo' has the lone destination a-v1 with weight 0: every request gets status 500"
            ),
            (Routes.gateway("- {name: a-v1, weight: 1000001}"), .notARoute, "is not a whole number from 0 to 1000000"),
            (Routes.gateway("- {weight: 1}"), .notARoute, "rule 0 has a backendRef without name (line 7)"),
            (
                Routes.gateway("- {name: a-v1}\n- {name: a-v2, kind: ServiceImport, group: multicluster.x-k8s.io}"),
                .ambiguous, "it has a-v1, ServiceImport/a-v2"
            ),
            (
                Routes.gateway("- {name: a-v1}\n- {name: a-v2}").replacing(
                    "- backendRefs",
                    with: "- filters: [{type: RequestRedirect, requestRedirect: {hostname: b}}]\n    backendRefs"
                ), .unsupported, "rule 0 of HTTPRoute 'demo' has RequestRedirect in place of weights"
            ),
            (
                Routes.gateway("- {name: a-v1}").replacing("rules:", with: "rulez:"), .notARoute,
                "HTTPRoute 'demo' has no rules"
            ),
            (
                Routes.head + "  http: [{delegate: {name: d, namespace: n}}]\n", .notARoute,
                "there is no HTTPRoute 'demo'"
            ),
        ]
    )
    func refused(text: String, code: RouteError.Code, words: String) throws {
        let error = try #require(throws: RouteError.self) {
            try RouteReader.read(text: text, selection: Routes.services())
        }
        #expect(error.code == code, "\(error)")
        #expect(error.description.contains(words), "\(error)")
    }

    @Test("A subset in the spec of an HTTPRoute is refused, and a delegate is named")
    func hints() throws {
        var selection = Routes.services()
        selection.canary.subset = "v2"
        let text = Routes.gateway("- {name: a-v1}\n- {name: a-v2}")
        let error = try #require(throws: RouteError.self) { try RouteReader.read(text: text, selection: selection) }
        #expect(error.message == "a HTTPRoute has no subsets, and the spec names subset 'v2'")
        let delegating = try #require(throws: RouteError.self) {
            try RouteReader.read(
                text: Routes.head + "  http: [{delegate: {name: d, namespace: n}}]\n",
                selection: Routes.selection
            )
        }
        #expect(delegating.hint == "the weights are in the delegate: name VirtualService 'n/d' in the spec")
    }

    @Test("The tcp and tls rules of a VirtualService are read and edited, by the list that the spec names")
    func lists() throws {
        func list(_ key: String, _ stable: Int, _ canary: Int) -> String {
            "  \(key):\n  - match: [{port: 80}]\n    route:\n    - {destination: {host: a, subset: v1}, weight: \(stable)}\n"
                + "    - {destination: {host: a, subset: v2}, weight: \(canary)}\n"
        }
        let text = Routes.head + list("tcp", 80, 20) + list("http", 90, 10) + list("tls", 70, 30)
        var selection = Routes.selection
        #expect(try RouteReader.read(text: text, selection: selection).weights.canary == 10)
        for (rules, canary) in [(RouteSpec.RuleList.tcp, 20), (.tls, 30), (.http, 10)] {
            selection.ruleList = rules
            let reading = try RouteReader.read(text: text, selection: selection)
            #expect(reading.weights.canary == canary)
            #expect(reading.ruleList == rules)
            let edited = try RouteEditor.edit(text: text, selection: selection, canaryPercent: 0)
            let expected = text.replacing("weight: \(100 - canary)", with: "weight: 100")
                .replacing("weight: \(canary)}", with: "weight: 0}")
            #expect(edited == expected)
        }
        let alone = Routes.head + list("tcp", 80, 20)
        #expect(
            try RouteReader.read(text: alone, selection: Routes.selection).place
                == "VirtualService demo, tcp rule 0"
        )
        selection.ruleList = .tls
        let error = try #require(throws: RouteError.self) { try RouteReader.read(text: alone, selection: selection) }
        #expect(error.description.hasPrefix("VirtualService 'demo' has no tls rules: it has tcp rules"))
    }

    @Test(
        "In the Gateway API any other rule may be reached, wherever it stands in the list",
        arguments: [
            ("- backendRefs: PAIR", RouteReach.everything),
            ("- {matches: [{path: {type: PathPrefix, value: /}}], backendRefs: PAIR}", .everything),
            ("- {matches: [{path: {type: PathPrefix, value: /}, method: GET}], backendRefs: PAIR}", .segment),
            ("- {matches: [{path: {type: Exact, value: /}}], backendRefs: PAIR}", .segment),
            ("- {matches: [{headers: [{name: a, value: b}]}, {}], backendRefs: PAIR}", .everything),
            (
                "- backendRefs: PAIR\n  - {name: late, matches: [{path: {value: /a}}], backendRefs: [{name: a-v1}]}",
                .segmentOfStable(elsewhere: "rule 'late' (1)")
            ),
            ("- backendRefs: PAIR\n  - {matches: [{path: {value: /a}}], backendRefs: [{name: b}]}", .segment),
            (
                "- backendRefs: PAIR\n  - {matches: [{path: {value: /a}}], backendRefs: [{name: a-v1, weight: 0}, {name: b}]}",
                .segment
            ),
            (
                "- {name: x, backendRefs: PAIR}\n  - {matches: [{path: {value: /a}}], backendRefs: [{name: b}, {name: a-v2}]}",
                .segmentOfStable(elsewhere: "rule 1, which sends to the canary's destination")
            ),
        ]
    )
    func reach(rules: String, expected: RouteReach) throws {
        let text =
            Routes.gatewayHead + "  " + rules.replacing("PAIR", with: "[{name: a-v1, weight: 9}, {name: a-v2}]") + "\n"
        #expect(try RouteReader.read(text: text, selection: Routes.services()).reach == expected)
    }

    @Test("A rule of an HTTPRoute is chosen by its name, and what its filters do is noted")
    func names() throws {
        let text =
            Routes.gatewayHead + "  - {name: x, backendRefs: [{name: a-v1}, {name: a-v2, weight: 3}]}\n"
            + "  - {name: y, filters: [{type: URLRewrite}], backendRefs: [{name: a-v1}, {name: a-v2, weight: 4}]}\n"
        var selection = Routes.services()
        selection.rule = .name("y")
        let reading = try RouteReader.read(text: text, selection: selection)
        #expect(reading.weights.canary == 4)
        #expect(reading.notes == ["URLRewrite"])
        #expect(reading.place == "HTTPRoute demo, rule 'y' (1)")
    }

    @Test(
        "Only the weights of an HTTPRoute change; absent ones and the partner are added as lines",
        arguments: [
            (
                "- name: a-v1\n  port: 80\n  weight: 90   # ours\n- name: a-v2\n  port: 80\n  weight: '10'",
                "- name: a-v1\n  port: 80\n  weight: 75   # ours\n- name: a-v2\n  port: 80\n  weight: '25'"
            ),
            (
                "- name: a-v1\n  port: 80\n  filters: []\n-   kind: Service\n    port: 80\n    name: a-v2",
                "- name: a-v1\n  port: 80\n  weight: 75\n  filters: []\n-   kind: Service\n    port: 80\n    name: a-v2\n    weight: 25"
            ),
            (
                "- group: ''\n  kind: Service\n  name: a-v1\n  port: 80\n  weight: 1",
                "- group: ''\n  kind: Service\n  name: a-v1\n  port: 80\n  weight: 75\n"
                    + "- kind: Service\n  name: a-v2\n  port: 80\n  weight: 25"
            ),
            (
                "- name: a-v1\n  namespace: test1",
                "- name: a-v1\n  namespace: test1\n  weight: 75\n- name: a-v2\n  namespace: test1\n  weight: 25"
            ),
            (
                "- { name: a-v1, weight: 1 }\n- { name: a-v2, weight: 0 }",
                "- { name: a-v1, weight: 75 }\n- { name: a-v2, weight: 25 }"
            ),
            (
                "- { name: a-v1, weight: 1000000 }\n- { name: a-v2, weight: 1000000 }",
                "- { name: a-v1, weight: 75 }\n- { name: a-v2, weight: 25 }"
            ),
        ]
    )
    func edits(route: String, expected: String) throws {
        var selection = Routes.services()
        selection.namespace = "test1"
        let isSumTooLarge = route.contains("1000000")
        let edited = try RouteEditor.edit(text: Routes.gateway(route), selection: selection, canaryPercent: 25)
        if isSumTooLarge {
            #expect(edited.contains("weight: 1500000") == false)
        } else {
            #expect(edited == Routes.gateway(expected))
        }
        #expect(try RouteReader.read(text: edited, selection: selection).weights.canaryPercent == 25)
    }

    @Test("An entry in flow style that lacks what must be added is refused with the lines to add")
    func flow() throws {
        let error = try #require(throws: RouteError.self) {
            try RouteEditor.edit(
                text: Routes.gateway("  [ { name: a-v1, port: 80, weight: 1 } ]"),
                selection: Routes.services(),
                canaryPercent: 5
            )
        }
        #expect(
            error.description.contains(
                "is in flow style\n  hint: add after line 7:\n      - name: a-v2\n        port: 80\n        weight: 5"
            )
        )
    }

    @Test("A rule named by its index is found again by its conditions after rules were inserted before it")
    func identity() throws {
        func text(_ matches: [String]) -> String {
            Routes.head + "  http:\n"
                + matches.enumerated().map { index, match in
                    "  - match: [{uri: {exact: /\(match)}}]\n    route:\n"
                        + "    - {destination: {host: a, subset: v1}, weight: 9\(index)}\n"
                        + "    - {destination: {host: a, subset: v2}, weight: 10}\n"
                }.joined()
        }
        var selection = Routes.selection
        selection.rule = .index(1)
        selection.identity = try RouteReader.read(text: text(["a", "b"]), selection: selection).identity
        #expect(try RouteReader.read(text: text(["x", "a", "b"]), selection: selection).weights.stable == 92)
        #expect(try RouteReader.read(text: text(["b"]), selection: selection).weights.stable == 90)
        #expect(try RouteReader.read(text: text(["a", "c"]), selection: selection).weights.stable == 91)
        #expect(try RouteReader.read(text: text(["b", "b"]), selection: selection).weights.stable == 91)
        let error = try #require(throws: RouteError.self) {
            try RouteReader.read(text: text(["x", "y", "z"]), selection: selection)
        }
        #expect(error.code == .ambiguous)
        #expect(error.message == "rule 1 of VirtualService 'demo' is not the rule it was")
    }

    @Test("The inventory lists the rules of every kind")
    func inventory() throws {
        let text =
            Routes.gateway("- {name: a-v1, weight: 9}\n- {name: a-v2}") + "---\n" + Routes.head
            + "  tcp: [{route: [{destination: {host: a}}]}]\n"
        let inventory = try RouteInventory.describe(text: text)
        #expect(
            inventory.description == """
                HTTPRoute demo (line 1), hosts \("")
                  rule 0: a-v1 weight 9, a-v2
                VirtualService demo (line 10), hosts \("")
                  tcp rule 0: a
                """
        )
        #expect(inventory.objects[0].kind == .httpRoute)
    }
}

extension Routes {
    static let gatewayHead = """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: { name: demo }
        spec:
          rules:

        """

    static func gateway(_ route: String) -> String {
        gatewayHead + "  - backendRefs:\n"
            + route.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined()
    }

    static func services(_ kind: RouteSpec.Kind = .httpRoute) -> RouteSelection {
        RouteSelection(
            kind: kind,
            object: "demo",
            stable: DestinationSpec(host: "a-v1"),
            canary: DestinationSpec(host: "a-v2")
        )
    }
}
