import CanaryCore
import CanaryYAML
import Testing

@Suite("RouteReader")
struct RouteReaderTests {
    @Test(
        "Weights in force are read as Istio takes them",
        arguments: [
            (
                "- {destination: {host: a, subset: v1}, weight: 90}\n- {destination: {host: a, subset: v2}, weight: 10}",
                90, 10
            ),
            (
                "- {destination: {host: a, subset: v2}, weight: 10}\n- {destination: {host: a, subset: v1}, weight: 90}",
                90, 10
            ),
            ("- destination: {host: a, subset: v1}\n- {destination: {host: a, subset: v2}, weight: 10}", 0, 10),
            (
                "- {destination: {host: a, subset: v1}, weight: '3'}\n- {destination: {host: a, subset: v2}, weight: \"1\"}",
                3, 1
            ),
            ("- destination: {host: a, subset: v1}\n- destination: {host: a, subset: v2}", 0, 0),
            ("- {destination: {host: a, subset: v1}, weight: 0}", 100, 0),
            ("- {destination: {host: a, subset: v2}}", 0, 100),
        ]
    )
    func weights(route: String, stable: Int, canary: Int) throws {
        let reading = try RouteReader.read(text: Routes.service(route), selection: Routes.selection)
        #expect(reading.weights == RouteWeights(stable: stable, canary: canary))
        #expect(reading.place == "VirtualService demo, rule 0")
    }

    @Test("A selection that names neither side takes both in their order")
    func unnamed() throws {
        let text = Routes.service(
            "- {destination: {host: a, subset: v1}, weight: 0}\n- {destination: {host: b}, weight: 100}"
        )
        let reading = try RouteReader.read(text: text, selection: RouteSelection(object: "demo"))
        #expect(reading.weights == RouteWeights(stable: 0, canary: 100))
        #expect(reading.stable == DestinationSpec(host: "a", subset: "v1"))
        #expect(reading.canary == DestinationSpec(host: "b"))
    }

    @Test("A short host is the full one of the same namespace")
    func hosts() throws {
        let text = Routes.service(
            "- {destination: {host: a-v1}, weight: 1}\n- {destination: {host: a-v2.test1.svc.cluster.local}, weight: 3}",
            metadata: "{ name: demo, namespace: test1 }"
        )
        let selection = RouteSelection(
            object: "demo",
            stable: DestinationSpec(host: "a-v1.test1.svc.cluster.local"),
            canary: DestinationSpec(host: "a-v2")
        )
        #expect(
            try RouteReader.read(text: text, selection: selection).weights
                == RouteWeights(stable: 1, canary: 3)
        )
    }

    @Test("All served versions are read, in a list of objects as well, past documents of other kinds")
    func documents() throws {
        let pair =
            "[ {destination: {host: a, subset: v1}, weight: 7}, {destination: {host: a, subset: v2}, weight: 3} ]"
        for version in ["v1", "v1beta1", "v1alpha3"] {
            let text = """
                # head
                kind: DestinationRule
                ---
                just: data
                ---
                - a list
                ---
                apiVersion: v1
                kind: List
                items:
                - { apiVersion: v1, kind: Service, metadata: { name: demo } }
                - apiVersion: networking.istio.io/\(version)
                  kind: VirtualService
                  metadata: { name: demo, namespace: x }
                  spec:
                    tcp: [ { route: [ { destination: { host: a } } ] } ]
                    tls: whatever
                    http: [ { route: \(pair) } ]
                ---
                """
            let reading = try RouteReader.read(text: text, selection: Routes.selection)
            #expect(reading.weights == RouteWeights(stable: 7, canary: 3))
            let edited = try RouteEditor.edit(text: text, selection: Routes.selection, canaryPercent: 50)
            #expect(edited == text.replacing("weight: 7", with: "weight: 5").replacing("weight: 3", with: "weight: 5"))
        }
    }

    @Test(
        "Which traffic a rule governs is told from its own match and the rules that can be reached",
        arguments: [
            ("- {route: PAIR}", RouteReach.everything),
            ("- {match: [], route: PAIR}", .everything),
            ("- {match: [{uri: {prefix: /}}], route: PAIR}", .everything),
            ("- {match: [{uri: {prefix: /a}}], route: PAIR}", .segment),
            (
                "- {name: x, match: [{uri: {prefix: /a}}], route: PAIR}\n  - {route: [{destination: {host: other}}]}",
                .segment
            ),
            (
                "- {match: [{uri: {exact: /a}}], route: PAIR}\n  - {route: [STABLE]}",
                .segmentOfStable(elsewhere: "rule 1")
            ),
            (
                "- {match: [{uri: {exact: /a}}], route: PAIR}\n  - {name: rest, route: [STABLE]}",
                .segmentOfStable(elsewhere: "rule 'rest' (1)")
            ),
            (
                "- {match: [{uri: {exact: /a}}], route: PAIR}\n  - {route: [{destination: {host: other}}]}\n  - {route: [STABLE]}",
                .segment
            ),
            (
                "- {match: [{uri: {exact: /a}}], route: [STABLE]}\n  - {route: PAIR}",
                .segmentOfStable(elsewhere: "rule 0")
            ),
            ("- {match: [{uri: {exact: /a}}], redirect: {uri: /b}}\n  - {route: PAIR}", .segment),
            (
                "- {match: [{uri: {exact: /a}}], route: [{destination: {host: a, subset: v2}}]}\n  - {route: PAIR}",
                .segmentOfStable(elsewhere: "rule 0, which sends to the canary's destination")
            ),
            (
                "- {match: [{uri: {exact: /a}}], delegate: {name: d}}\n  - {route: PAIR}",
                .segmentOfStable(elsewhere: "rule 0, which delegates")
            ),
            (
                "- {match: [{uri: {exact: /a}}], route: PAIR}\n  - {route: [{destination: {host: a, subset: v1}, weight: 0}, "
                    + "{destination: {host: b}, weight: 1}]}",
                .segment
            ),
        ]
    )
    func reach(rules: String, expected: RouteReach) throws {
        let pair = "[{destination: {host: a, subset: v1}, weight: 9}, {destination: {host: a, subset: v2}, weight: 1}]"
        let text =
            Routes.head + "  http:\n  "
            + rules.replacing("PAIR", with: pair).replacing("STABLE", with: "{destination: {host: a, subset: v1}}")
            + "\n"
        #expect(try RouteReader.read(text: text, selection: Routes.selection).reach == expected)
    }

    @Test(
        "What cannot be edited safely is refused with the reason",
        arguments: [
            ("a: [\n", RouteError.Code.notARoute, "line 2, column 1 is not YAML"),
            ("", .notARoute, "there is no VirtualService 'demo': the file holds no route object"),
            (Routes.service("").replacing("name: demo", with: "name: demq"), .notARoute, "did you mean 'demq'?"),
            (
                Routes.service("").replacing("istio.io/v1", with: "istio.io/v2"), .unsupported,
                "has apiVersion networking.istio.io/v2"
            ),
            (Routes.pair + "---\n" + Routes.pair, .ambiguous, "VirtualService 'demo' occurs 2 times (line 1, line 17)"),
            (Routes.head, .notARoute, "VirtualService 'demo' has no spec"),
            (Routes.head + "  tcp: []\n", .notARoute, "VirtualService 'demo' has no http rules"),
            (Routes.head + "  http: {}\n", .notARoute, "VirtualService 'demo' has no http rules"),
            (Routes.head + "  http: [7]\n", .notARoute, "http[0] of 'demo' (line 5) is not a mapping"),
            (
                Routes.head + "  http: [{delegate: {name: x}}]\n", .unsupported,
                "rule 0 of VirtualService 'demo' has delegate in place of weights"
            ),
            (Routes.head + "  http: [{redirect: {uri: /}}]\n", .unsupported, "has redirect in place of weights"),
            (
                Routes.head + "  http: [{directResponse: {status: 200}}]\n", .unsupported,
                "has directResponse in place of weights"
            ),
            (
                Routes.head + "  http: [{route: []}]\n", .notARoute,
                "rule 0 of VirtualService 'demo' has no destinations"
            ),
            (
                Routes.service("- {destination: {host: a}}\n- {destination: {host: b}}\n- {destination: {host: c}}"),
                .unsupported,
                "has 3 destinations, and only two can be compared: a, b, c"
            ),
            (
                Routes.service("- {destination: {host: a, subset: v1}}\n- {destination: {host: b, subset: v1}}"),
                .ambiguous,
                "several destinations of rule 0"
            ),
            (
                Routes.service("- {destination: {host: a, subset: v1}}\n- {destination: {host: b, subset: v3}}"),
                .ambiguous,
                "it has a (v1), b (v3), the spec names v1 and v2"
            ),
            (Routes.service("- {destination: {host: a, subset: v3}}"), .ambiguous, "are not the ones of the spec"),
            (Routes.service("- {weight: 1}"), .notARoute, "rule 0 has an entry without destination.host (line 7)"),
            (Routes.service("- {destination: {host: a, subset: v1}, weight: 010}"), .notARoute, "it says '010'"),
            (Routes.service("- {destination: {host: a, subset: v1}, weight: -1}"), .notARoute, "it says '-1'"),
            (
                Routes.service("- {destination: {host: a, subset: v1}, weight: 99999999999}"), .notARoute,
                "is not a whole number"
            ),
            (Routes.service("- {destination: {host: a, subset: v1}, weight: }"), .notARoute, "it says ''"),
            (
                Routes.service("- {destination: {host: a, subset: v1}, weight: {{ .Values.w }}}"), .unsupported,
                "line 7 holds a template expression ('{{')"
            ),
            (
                Routes.pair.replacing("host: a", with: "host: \"{{ .Values.host }}\""), .unsupported,
                "line 8 holds a template expression"
            ),
            (Routes.pair + "{{- end }}\n", .notARoute, "this looks like a template"),
        ]
    )
    func refused(text: String, code: RouteError.Code, words: String) throws {
        let error = try #require(throws: RouteError.self) {
            try RouteReader.read(text: text, selection: Routes.selection)
        }
        #expect(error.code == code, "\(error)")
        #expect(error.description.contains(words), "\(error)")
        #expect(throws: RouteError.self) {
            try RouteEditor.edit(text: text, selection: Routes.selection, canaryPercent: 5)
        }
    }

    @Test("A rule is chosen by name, by index, or by being the only one with both destinations")
    func rules() throws {
        func rule(_ name: String, _ weight: Int) -> String {
            "  - name: \(name)\n    route: [{destination: {host: a, subset: v1}, weight: \(weight)}, "
                + "{destination: {host: a, subset: v2}, weight: 1}]\n"
        }
        let text = Routes.head + "  http:\n" + rule("x", 7) + rule("y", 8) + rule("y", 9)
        var selection = Routes.selection
        selection.rule = .name("x")
        #expect(try RouteReader.read(text: text, selection: selection).weights.stable == 7)
        selection.rule = .index(2)
        #expect(try RouteReader.read(text: text, selection: selection).weights.stable == 9)
        for (rule, words) in [
            (RuleSelector.name("y"), "has 2 rules named 'y'"), (.name("z"), "has no rule named 'z'"),
            (.index(3), "has no rule 3"),
            (.index(-1), "has no rule -1"),
        ] {
            selection.rule = rule
            let error = try #require(throws: RouteError.self) {
                try RouteReader.read(text: text, selection: selection)
            }
            #expect(error.message.contains(words))
        }
        selection.rule = nil
        let error = try #require(throws: RouteError.self) {
            try RouteReader.read(text: text, selection: selection)
        }
        #expect(error.message == "3 rules of VirtualService 'demo' have both destinations")
    }

    @Test("A namespace that is named must be the document's, if that has one")
    func namespaces() throws {
        var selection = Routes.selection
        selection.namespace = "test1"
        #expect(throws: Never.self) { try RouteReader.read(text: Routes.pair, selection: selection) }
        let other = Routes.pair.replacing("{ name: demo }", with: "{ name: demo, namespace: other }")
        let error = try #require(throws: RouteError.self) {
            try RouteReader.read(text: other, selection: selection)
        }
        #expect(error.message == "VirtualService 'demo' is in namespace 'other', not 'test1'")
        let both = other + "---\n" + other.replacing("other", with: "test1").replacing("90", with: "60")
        #expect(try RouteReader.read(text: both, selection: selection).weights.stable == 60)
    }

    @Test("The inventory lists objects, rules and destinations")
    func inventory() throws {
        let text =
            Routes.pair + "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: h }\n"
        let inventory = try RouteInventory.describe(text: text)
        #expect(
            inventory.description == """
                VirtualService demo (line 1), hosts \("")
                  rule 0: a (v1) weight 90, a (v2) weight 10
                HTTPRoute h (line 17), hosts \("")
                  HTTPRoute 'h' has no spec
                """
        )
        #expect(inventory.objects[0].rules[0].destinations[1].subset == "v2")
    }
}

enum Routes {
    static let head = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: demo }
        spec:

        """

    static func service(_ route: String, metadata: String = "{ name: demo }") -> String {
        head.replacing("{ name: demo }", with: metadata) + "  http:\n  - route:\n"
            + route.split(separator: "\n", omittingEmptySubsequences: false).map { "    \($0)\n" }.joined()
    }

    static let pair = service(
        """
        - destination:
            host: a
            subset: v1
          weight: 90
        - destination:
            host: a
            subset: v2
          weight: 10
        # end
        """
    )

    static let selection = RouteSelection(
        object: "demo",
        stable: DestinationSpec(subset: "v1"),
        canary: DestinationSpec(subset: "v2")
    )
}
