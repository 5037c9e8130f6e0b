import CanaryCore
import CanaryYAML
import Testing

@Suite("RouteEditor")
struct RouteEditorTests {
    private static func edit(_ text: String, to percent: Double) throws(RouteError) -> String {
        try RouteEditor.edit(text: text, selection: Routes.selection, canaryPercent: percent)
    }

    @Test(
        "Only the digits of the two weights change, whatever stands around them",
        arguments: [
            ("weight: 90", "weight: 10", "weight: 75", "weight: 25"),
            ("weight: '90'", "weight: \"10\"", "weight: '75'", "weight: \"25\""),
            ("weight:   90   # größer\t中文", "weight: 10 # 90", "weight:   75   # größer\t中文", "weight: 25 # 90"),
            ("\"weight\": 90", "'weight': 10", "\"weight\": 75", "'weight': 25"),
            ("weight: 900", "weight: 100", "weight: 750", "weight: 250"),
            (
                "weight:\n            # here\n            90", "weight: 10",
                "weight:\n            # here\n            75", "weight: 25"
            ),
            ("weight: 9", "weight: 2", "weight: 75", "weight: 25"),
            ("weight: 0", "weight: 0", "weight: 75", "weight: 25"),
            ("headers: {a: {}}", "weight: 10", "weight: 75\n      headers: {a: {}}", "weight: 25"),
        ]
    )
    func inPlace(first: String, second: String, newFirst: String, newSecond: String) throws {
        let text = Routes.pair.replacing("weight: 90", with: first).replacing("weight: 10", with: second)
        let expected = Routes.pair.replacing("weight: 90", with: newFirst).replacing("weight: 10", with: newSecond)
        for ending in ["\n", "\r\n"] {
            let edited = try Self.edit(text.replacing("\n", with: ending), to: 25)
            #expect(Array(edited.utf8) == Array(expected.replacing("\n", with: ending).utf8))
        }
        let marked = "\u{FEFF}" + text
        #expect(try Array(Self.edit(marked, to: 25).utf8) == Array(("\u{FEFF}" + expected).utf8))
    }

    @Test(
        "The sum found is kept if it can express the share; else 100, or as many more as decimals need",
        arguments: [
            (90, 10, 25.0, 75, 25), (9, 1, 50, 5, 5), (9, 1, 5, 95, 5), (900, 100, 0.5, 995, 5), (90, 10, 0.5, 995, 5),
            (90, 10, 0.25, 9975, 25), (1, 0, 100, 0, 1), (0, 0, 10, 90, 10), (2, 1, 0, 3, 0),
        ]
    )
    func sums(stable: Int, canary: Int, percent: Double, newStable: Int, newCanary: Int) throws {
        let text = Routes.pair.replacing("weight: 90", with: "weight: \(stable)").replacing(
            "weight: 10",
            with: "weight: \(canary)"
        )
        let expected = Routes.pair.replacing("weight: 90", with: "weight: \(newStable)")
            .replacing("weight: 10", with: "weight: \(newCanary)")
        #expect(try Self.edit(text, to: percent) == expected)
        #expect(
            try RouteEditor.weights(text: text, selection: Routes.selection, canaryPercent: percent)
                == RouteWeights(stable: newStable, canary: newCanary)
        )
    }

    @Test("Absent weights are inserted as lines with the neighbour's indentation")
    func absentWeights() throws {
        let text = Routes.service(
            """
            - destination:
                host: a
                subset: v1   # ours
              headers:
                request: {}
            -   destination: { host: a, subset: v2 }
            """
        )
        let expected = Routes.service(
            """
            - destination:
                host: a
                subset: v1   # ours
              weight: 95
              headers:
                request: {}
            -   destination: { host: a, subset: v2 }
                weight: 5
            """
        )
        #expect(try Self.edit(text, to: 5) == expected)
        #expect(try Self.edit(String(text.dropLast()), to: 5) == String(expected.dropLast()))
        let windows = text.replacing("\n", with: "\r\n")
        #expect(try Self.edit(windows, to: 5).utf8.elementsEqual(expected.replacing("\n", with: "\r\n").utf8))
    }

    @Test(
        "A lone destination gets its partner as lines in its own manner",
        arguments: [
            (
                "- destination:\n    host: \"a.b\"\n    subset: v1\n    port:\n      number: 80",
                "- destination:\n    host: \"a.b\"\n    subset: v1\n    port:\n      number: 80\n  weight: 95\n"
                    + "- destination:\n    host: \"a.b\"\n    subset: v2\n    port:\n      number: 80\n  weight: 5"
            ),
            (
                "- destination:\n    host: a\n    subset: v1\n  weight: 0",
                "- destination:\n    host: a\n    subset: v1\n  weight: 95\n- destination:\n    host: a\n    subset: v2\n  weight: 5"
            ),
            (
                "-   destination:\n       host: a\n       subset: v1",
                "-   destination:\n       host: a\n       subset: v1\n    weight: 95\n"
                    + "-   destination:\n       host: a\n       subset: v2\n    weight: 5"
            ),
            (
                "- { destination: { host: a, subset: v1 }, weight: 7 } # lone",
                "- { destination: { host: a, subset: v1 }, weight: 95 } # lone\n"
                    + "- destination:\n    host: a\n    subset: v2\n  weight: 5"
            ),
            (
                "-\n  destination:\n    host: a\n    subset: v1\n  headers:\n    request:\n      set:\n        x: |\n          y\n          z",
                "-\n  destination:\n    host: a\n    subset: v1\n  weight: 95\n  headers:\n    request:\n      set:\n        x: |\n"
                    + "          y\n          z\n- destination:\n    host: a\n    subset: v2\n  weight: 5"
            ),
        ]
    )
    func partner(route: String, expected: String) throws {
        let tail = "  - route: [ { destination: { host: other } } ]\n"
        var selection = Routes.selection
        selection.rule = .index(0)
        let edited = try RouteEditor.edit(
            text: Routes.service(route) + tail,
            selection: selection,
            canaryPercent: 5
        )
        #expect(edited == Routes.service(expected) + tail)
        // Without a final newline the text of a block scalar at the end would change, so that is refused.
        let atEnd = String(Routes.service(route).dropLast())
        if route.contains("|") {
            let error = try #require(throws: RouteError.self) {
                try RouteEditor.edit(text: atEnd, selection: selection, canaryPercent: 5)
            }
            #expect(error.code == .unproven)
        } else {
            let edited = try RouteEditor.edit(text: atEnd, selection: selection, canaryPercent: 5)
            #expect(edited == String(Routes.service(expected).dropLast()))
        }
        let canary = RouteSelection(object: "demo", stable: selection.canary, canary: selection.stable)
        let back = try RouteEditor.edit(text: Routes.service(route), selection: canary, canaryPercent: 0)
        #expect(
            try RouteReader.read(text: back, selection: canary).weights == RouteWeights(stable: 100, canary: 0)
        )
    }

    @Test("Names that YAML would take for something else are quoted in inserted lines")
    func quoting() throws {
        for name in ["1.0", "yes", "null", "a: b", "#x", "ü", "\"\\", "a\nb", "~", "0x1", "-", "v2"] {
            let selection = RouteSelection(
                object: "demo",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: name)
            )
            let text = Routes.service("- destination:\n    host: a\n    subset: v1")
            let edited = try RouteEditor.edit(text: text, selection: selection, canaryPercent: 5)
            #expect(
                try RouteReader.read(text: edited, selection: selection).weights
                    == RouteWeights(stable: 95, canary: 5)
            )
        }
    }

    @Test(
        "Nothing is handed out where an edit cannot be made safely; what to do by hand is said",
        arguments: [
            (
                "- {destination: {host: a, subset: v1}}\n- {destination: {host: a, subset: v2}, weight: 1}",
                RouteError.Code.unsupported,
                "the entry on line 7 has no weight and is in flow style\n  hint: add `weight: 95` to the entry of a (v1) on line 7"
            ),
            (
                "  [ {destination: {host: a, subset: v1}, weight: 1} ]", .unsupported,
                "is in flow style\n  hint: add after line 7:\n      - destination:\n          host: a\n          subset: v2\n        weight: 5"
            ),
            (
                "- &one\n  destination: {host: a, subset: v1}\n  weight: 9\n- {destination: {host: a, subset: v2}, weight: 1}",
                .unsupported,
                "is an anchor or an alias"
            ),
            (
                "- {destination: {host: a, subset: v1}, weight: &w 9}\n- {destination: {host: a, subset: v2}, weight: *w}",
                .unsupported,
                "line 7 is an anchor or an alias"
            ),
            (
                "- {destination: &d {host: a, subset: v1}, weight: 9}\n- {destination: {host: a, subset: v2}, weight: 1}",
                .unsupported,
                "line 7 is an anchor or an alias"
            ),
            (
                "- {destination: {host: a, subset: v1}, weight: !!int 9}\n- {destination: {host: a, subset: v2}, weight: 1}",
                .unsupported,
                "the weight on line 7 is not written as a plain number"
            ),
            (
                "- {destination: {host: a, subset: v1}, weight: \"\\x39\"}\n- {destination: {host: a, subset: v2}, weight: 1}",
                .unsupported,
                "the weight on line 7 is not written as a plain number"
            ),
            (
                "- {destination: {host: a, subset: v1}, weight: 9, <<: {x: y}}\n- {destination: {host: a, subset: v2}, weight: 1}",
                .unsupported,
                "line 7 merges another mapping ('<<')"
            ),
            (
                "- destination: {host: a,\n    subset: v1\n    }\n- {destination: {host: a, subset: v2}, weight: 1}",
                .unproven,
                "cannot be proved to change only the weights"
            ),
            (
                "- destination:\n    host: a\n    subset: \"v\\\n      1\"\n- {destination: {host: a, subset: v2}, weight: 1}",
                .unproven,
                "hint: add `weight: 95`"
            ),
        ]
    )
    func refused(route: String, code: RouteError.Code, words: String) throws {
        let error = try #require(throws: RouteError.self) { try Self.edit(Routes.service(route), to: 5) }
        #expect(error.code == code, "\(error)")
        #expect(error.description.contains(words), "\(error)")
    }

    @Test("A lone destination without a named partner is refused")
    func unnamedPartner() throws {
        let text = Routes.service("- destination: {host: a, subset: v1}")
        let error = try #require(throws: RouteError.self) {
            try RouteEditor.edit(text: text, selection: RouteSelection(object: "demo"), canaryPercent: 5)
        }
        #expect(
            error.description.contains("are not the ones of the spec")
                || error.description.contains("does not name the other")
        )
    }

    @Test("Shares and weights that make no sense are refused")
    func nonsense() {
        for percent in [-1, 101, .nan, .infinity, 0.001] {
            #expect(throws: RouteError.self) { try Self.edit(Routes.pair, to: percent) }
        }
        for weights in [
            RouteWeights(stable: -1, canary: 101), RouteWeights(stable: 0, canary: 0),
            RouteWeights(stable: .max, canary: .max),
        ] {
            #expect(throws: RouteError.self) {
                try RouteEditor.edit(text: Routes.pair, selection: Routes.selection, to: weights)
            }
        }
    }
}
