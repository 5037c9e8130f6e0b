import CanaryYAML
import Testing

@Suite("Diagnostics of specs")
struct SpecDiagnosticTests {
    /// The minimal spec with lines added below `spec`.
    private static func spec(_ lines: String) -> String { Specs.minimal + lines }

    @Test(
        "A fault is shown with place, line, underline and what was meant",
        arguments: [
            (
                "  objectives:\n    errors:\n      tolerence: 0.5pp\n",
                """
                c.yaml:9:7: error: unknown key 'tolerence' in objectives.errors
                    9 |       tolerence: 0.5pp
                      |       ^~~~~~~~~ did you mean 'tolerance'?
                """
            ),
            (
                "  objectives: { errors: { tolerance: 0.5% } }\n",
                """
                c.yaml:7:38: error: objectives.errors.tolerance must be in percentage points like 0.05pp, not '0.5%'
                    7 |   objectives: { errors: { tolerance: 0.5% } }
                      |                                      ^~~~ write 0.5pp if that is what you mean
                """
            ),
            (
                "  objectives: { latency: { tolerance: 0.1 } }\n",
                """
                c.yaml:7:39: error: objectives.latency.tolerance must be a percentage like 10%, not '0.1'
                    7 |   objectives: { latency: { tolerance: 0.1 } }
                      |                                       ^~~ write 0.1% if that is what you mean
                """
            ),
            (
                "  objectives: { errors: { ratio: \"1.2\" } }\n",
                """
                c.yaml:7:34: error: objectives.errors.ratio must be a number like 1.25, not '1.2'
                    7 |   objectives: { errors: { ratio: "1.2" } }
                      |                                  ^~~~~
                """
            ),
            (
                "  objectives: { errors: { ratio: 0.9 } }\n",
                """
                c.yaml:7:34: error: objectives.errors.ratio must be between 1 and 100, not 0.9: 1 is no worse at all, 1.1 is ten percent more failures
                    7 |   objectives: { errors: { ratio: 0.9 } }
                      |                                  ^~~
                """
            ),
            (
                "  steps: [5%, 25%, 10%]\n",
                """
                c.yaml:7:20: error: steps must ascend: 10% comes after 25%
                    7 |   steps: [5%, 25%, 10%]
                      |                    ^~~
                """
            ),
            (
                "  steps: [0%, 101%]\n",
                """
                c.yaml:7:11: error: steps[0] must be above 0% and at most 100%, not 0%
                    7 |   steps: [0%, 101%]
                      |           ^~
                c.yaml:7:15: error: steps[1] must be above 0% and at most 100%, not 101%
                    7 |   steps: [0%, 101%]
                      |               ^~~~
                """
            ),
            (
                "  steps: [5]\n",
                """
                c.yaml:7:11: error: steps[0] must be a percentage like 5%, not '5'
                    7 |   steps: [5]
                      |           ^ write 5%
                """
            ),
            (
                "  steps: []\n",
                """
                c.yaml:7:10: error: steps must hold 1 to 100 percentages, not 0
                    7 |   steps: []
                      |          ^
                """
            ),
            (
                "  steps: 5%\n",
                """
                c.yaml:7:10: error: steps must be a list like [5%, 25%, 100%], not a text or number
                    7 |   steps: 5%
                      |          ^~
                """
            ),
            (
                "  pace: { interval: 5ms }\n",
                """
                c.yaml:7:21: error: pace.interval must be at least 50ms and at most 1h, not 5ms: it is the time between two rounds of scraping
                    7 |   pace: { interval: 5ms }
                      |                     ^~~
                """
            ),
            (
                "  pace: { interval: 1m, deadline: 30s }\n",
                """
                c.yaml:7:35: error: pace.deadline (30s) is shorter than pace.interval (1m)
                    7 |   pace: { interval: 1m, deadline: 30s }
                      |                                   ^~~
                """
            ),
            (
                "  pace:\n",
                """
                c.yaml:7:3: error: pace is empty: write its keys below it or leave it out
                    7 |   pace:
                      |   ^~~~
                """
            ),
            (
                "  pace: fast\n",
                """
                c.yaml:7:9: error: pace must be a mapping, not a text or number
                    7 |   pace: fast
                      |         ^~~~ e.g. interval: …
                """
            ),
            (
                "  guards: { falseRollback: 100%, onDeadline: rolback }\n",
                """
                c.yaml:7:28: error: guards.falseRollback must be above 0% and below 100%, not 100%: it is the chance of rolling back an equal release
                    7 |   guards: { falseRollback: 100%, onDeadline: rolback }
                      |                            ^~~~
                c.yaml:7:46: error: guards.onDeadline must be hold or rollback, not 'rolback'
                    7 |   guards: { falseRollback: 100%, onDeadline: rolback }
                      |                                              ^~~~~~~ did you mean 'rollback'?
                """
            ),
            (
                "  guards: { onDeadline: [hold] }\n",
                """
                c.yaml:7:25: error: guards.onDeadline must be hold or rollback, not a list
                    7 |   guards: { onDeadline: [hold] }
                      |                         ^
                """
            ),
            (
                "  notify: [ { webhook: ftp://x } ]\n",
                """
                c.yaml:7:24: error: notify[0].webhook must be a URL that begins with http:// or https://
                    7 |   notify: [ { webhook: ftp://x } ]
                      |                        ^~~~~~~
                """
            ),
            (
                "  notify: [ { webhook: \"${\" } ]\n",
                """
                c.yaml:7:24: error: notify[0].webhook holds a '${' that is not `${NAME}`
                    7 |   notify: [ { webhook: "${" } ]
                      |                        ^~~~
                """
            ),
            (
                "  wholly: wrong\n",
                """
                c.yaml:7:3: error: unknown key 'wholly' in spec
                    7 |   wholly: wrong
                      |   ^~~~~~ known here: route, telemetry, objectives, steps, pace, guards, notify, policy
                """
            ),
            (
                "  pace: { bake: 1m, bake: 2m }\n",
                """
                c.yaml:7:11: error: not YAML: key 'bake' occurs more than once in the same mapping
                    7 |   pace: { bake: 1m, bake: 2m }
                      |           ^
                """
            ),
            (
                "  # größer: 中文\n  pace: { \u{201C}x\u{201D}: 1 }\n",
                """
                c.yaml:8:11: error: unknown key '“x”' in pace
                    8 |   pace: { “x”: 1 }
                      |           ^~~ known here: interval, history, settle, warmup, deadline, bake
                """
            ),
        ]
    )
    func diagnostics(lines: String, expected: String) throws {
        let error = try #require(throws: SpecError.self) {
            try SpecDecoder.decode(text: Self.spec(lines), file: "c.yaml")
        }
        #expect(error.description == expected)
    }

    @Test(
        "Faults of the object, the route and the telemetry are told apart",
        arguments: [
            ("", ["c.yaml:1:1: error: the spec is empty"]),
            ("# nothing\n", ["c.yaml:1:1: error: the spec is empty"]),
            (
                "a: [\n",
                ["c.yaml:2:1: error: not YAML: while parsing a flow node (line 2), did not find expected node content"]
            ),
            ("just words\n", ["c.yaml:1:1: error: the spec must be a mapping, not a text or number"]),
            (Specs.minimal + "---\na: 1\n", ["c.yaml:8:1: error: a spec is one document, this file has 2"]),
            (
                "apiVersion: v1\nkind: Canarie\nmetadata: {}\nspec: {}\n",
                [
                    "c.yaml:1:13: error: apiVersion must be haldane.dev/v1, not 'v1'",
                    "c.yaml:2:7: error: kind must be Canary, not 'Canarie'",
                    "c.yaml:3:11: error: metadata.name is missing: runs and journals are named after it",
                    "c.yaml:4:7: error: route is missing: it names the rule whose weights are to be moved",
                    "c.yaml:4:7: error: telemetry is missing: without it nothing can be compared",
                ]
            ),
            (
                object(route: "{ virtualService: a, httpRoute: b, rule: { name: x, index: 0 } }"),
                [
                    "c.yaml:5:42: error: route.virtualService and route.httpRoute exclude each other",
                    "c.yaml:5:69: error: route.rule.name and route.rule.index exclude each other",
                ]
            ),
            (
                object(route: "{ rule: { index: -1 }, stable: {}, canary: { subset: } }"),
                [
                    "c.yaml:5:10: error: route names no object: write `virtualService: NAME`",
                    "c.yaml:5:27: error: route.rule.index must be a whole number from 0, not '-1'",
                    "c.yaml:5:41: error: route.stable is empty: name a subset, or leave it out",
                    "c.yaml:5:63: error: route.canary.subset must be the name of a subset, not nothing",
                ]
            ),
            (
                object(route: "{ virtualService: A/../b, stable: { subset: v1 }, canary: { subset: v1 } }"),
                [
                    "c.yaml:5:28: error: route.virtualService must be at most 253 lower-case letters, digits, '-' and '.', "
                        + "with a letter or digit at both ends of each part",
                    "c.yaml:5:68: error: route.stable and route.canary are the same destination",
                ]
            ),
            (
                object(telemetry: "{ prometheus: { url: http://p:9090 }, scrape: { pods: {} } }"),
                ["c.yaml:6:28: error: telemetry.scrape and telemetry.prometheus exclude each other"]
            ),
            (
                object(telemetry: "{ prometheus: { url: \"http://me:secret@p:9090\", token: secret, username: me } }"),
                [
                    "c.yaml:6:35: error: telemetry.prometheus.url must not hold credentials: use username and passwordFile",
                    "c.yaml:6:69: error: telemetry.prometheus.token must be a variable like ${PROMETHEUS_TOKEN}: "
                        + "a secret does not belong in a spec",
                    "c.yaml:6:69: error: telemetry.prometheus.username and telemetry.prometheus.token exclude each other",
                    "c.yaml:6:87: error: telemetry.prometheus.username needs password or passwordFile beside it",
                ]
            ),
            (
                object(
                    telemetry:
                        "{ prometheus: { url: http://p, headers: { Authorization: x, \"a b\": y }, podLabel: 1x, delay: 2h, certFile: c } }"
                ),
                [
                    "c.yaml:6:56: error: telemetry.prometheus.headers must not hold Authorization: use token, tokenFile or username",
                    "c.yaml:6:74: error: telemetry.prometheus.headers has a key that is no header name",
                    "c.yaml:6:96: error: telemetry.prometheus.podLabel must be a label name: letters, digits and '_' only",
                    "c.yaml:6:107: error: telemetry.prometheus.delay must be at least 0s and at most 1h, not 2h: "
                        + "it is how far behind the present the server is asked",
                    "c.yaml:6:121: error: telemetry.prometheus.certFile needs telemetry.prometheus.keyFile beside it",
                ]
            ),
            (
                object(
                    telemetry:
                        "{ scrape: { targets: [http://a/], pods: { port: 0, path: stats, via: tunnel, selector: \"a\\tb\" } } }"
                ),
                [
                    "c.yaml:6:54: error: telemetry.scrape.targets and telemetry.scrape.pods exclude each other",
                    "c.yaml:6:62: error: telemetry.scrape.pods.port must be a port like 15020, not '0'",
                    "c.yaml:6:71: error: telemetry.scrape.pods.path must begin with / and hold no spaces, in ASCII",
                    "c.yaml:6:83: error: telemetry.scrape.pods.via must be direct or apiServer, not 'tunnel'",
                    "c.yaml:6:101: error: telemetry.scrape.pods.selector must be a label selector like app=web,tier in (a,b)",
                ]
            ),
            (
                object(telemetry: "{ scrape: { pods: } }"),
                ["c.yaml:6:26: error: telemetry.scrape.pods is empty: write its keys below it or leave it out"]
            ),
            (
                object(telemetry: "{ scrape: {} }"),
                [
                    "c.yaml:6:24: error: telemetry.scrape.targets is missing: "
                        + "write `targets: [\"http://127.0.0.1:15020/stats/prometheus\"]`, or `pods: {}` to find them by the API"
                ]
            ),
            (
                object(
                    route:
                        "{ httpRoute: a, commit: true, rule: { list: tcp, name: x }, accept: [other], stable: { subset: v1 }, canary: { workload: w } }"
                ),
                [
                    "c.yaml:5:34: error: route.commit needs route.file: only files are committed",
                    "c.yaml:5:54: error: route.rule.list is for VirtualServices: a HTTPRoute has one list of rules",
                    "c.yaml:5:65: error: rules of the list tcp have no names: use route.rule.index",
                    "c.yaml:5:79: error: route.accept[0] must be one of otherRoutes, gatewayOnly, trafficPolicy, mirror, gitOps, not 'other'",
                    "c.yaml:5:105: error: route.stable.subset does not exist in a HTTPRoute: its versions are Services",
                    "c.yaml:5:119: error: route.canary.host is missing: a HTTPRoute names its versions by their Services",
                ]
            ),
            (
                object(telemetry: "{ reporter: client }"),
                [
                    "c.yaml:6:14: error: telemetry.scrape is missing: it says which targets or pods to scrape; "
                        + "or write `prometheus: { url: … }` to ask a server",
                    "c.yaml:6:26: error: telemetry.reporter must be destination, source or waypoint, not 'client'",
                ]
            ),
            (
                object(
                    telemetry:
                        "{ scrape: { targets: [\"http://a/\", \"http://a/\", \"a b\"], keyFile: k, timeout: 0s, insecureSkipVerify: yes } }"
                ),
                [
                    "c.yaml:6:49: error: telemetry.scrape.targets[1] is listed twice: its requests would be counted twice",
                    "c.yaml:6:62: error: telemetry.scrape.targets[2] must be a URL without spaces, in ASCII",
                    "c.yaml:6:79: error: telemetry.scrape.keyFile needs telemetry.scrape.certFile beside it",
                    "c.yaml:6:91: error: telemetry.scrape.timeout must be at least 100ms and at most 5m, not 0s: "
                        + "a scrape that is not answered in time counts as failed",
                    "c.yaml:6:115: error: telemetry.scrape.insecureSkipVerify must be true or false",
                ]
            ),
            (
                object(telemetry: "{ scrape: { targets: [http://a/] }, match: { 1x: y, z: {} } }"),
                [
                    "c.yaml:6:59: error: telemetry.match has a key that is no label name: letters, digits and '_' only",
                    "c.yaml:6:69: error: telemetry.match.z must be a text, not a mapping",
                ]
            ),
        ]
    )
    func faults(text: String, expected: [String]) throws {
        let error = try #require(throws: SpecError.self) { try SpecDecoder.decode(text: text, file: "c.yaml") }
        #expect(error.diagnostics.map { $0.description.prefix { $0 != "\n" } } == expected.map { $0[...] })
    }

    private static func object(
        route: String = "{ virtualService: demo4-vs }",
        telemetry: String = "{ scrape: { targets: [\"http://a/\"] } }"
    ) -> String {
        """
        apiVersion: haldane.dev/v1
        kind: Canary
        metadata: { name: demo4 }
        spec:
          route: \(route)
          telemetry: \(telemetry)

        """
    }

    @Test("Control characters of a bad line never reach the terminal, and long lines are cut")
    func hostile() throws {
        let text = Specs.minimal + "  pace: { \"\\e[31m\": 1 } # \u{9B}31m\n"
        let error = try #require(throws: SpecError.self) { try SpecDecoder.decode(text: text, file: "c.yaml") }
        #expect(!error.description.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0.value == 0x9B) })
        let long = Specs.minimal + "  pacee: " + String(repeating: "x", count: 100_000) + "\n"
        let cut = try #require(throws: SpecError.self) { try SpecDecoder.decode(text: long, file: "c.yaml") }
        #expect(cut.description.count < 1000)
    }

    @Test("A text that expands without end, or is nested without end, is refused quickly")
    func bombs() throws {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            bomb += "a\(level): &a\(level) [\(aliases)]\n"
        }
        for text in [
            bomb, bomb + "? *a12\n: x\n", bomb + "*a12 : x\n", bomb + "? - *a12\n: x\n", bomb + "[*a12] : x\n",
            bomb + "{x: {*a12 : y}}\n", bomb + "x: {[{y: *a12}]: y}\n", String(repeating: "[", count: 200_000),
            String(repeating: "{a: ", count: 50_000),
            String(repeating: "- ", count: 50_000) + "x", String(repeating: "x", count: 9 << 20),
        ] {
            #expect(throws: SpecError.self) { try SpecDecoder.decode(text: text, file: "c.yaml") }
        }
    }
}
