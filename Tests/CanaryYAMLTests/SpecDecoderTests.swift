import CanaryCore
import CanaryTelemetry
import CanaryYAML
import Testing

@Suite("SpecDecoder")
struct SpecDecoderTests {
    @Test("Every key of a full spec is read, with its place")
    func full() throws {
        let decoded = try SpecDecoder.decode(text: Specs.full, file: "canary.yaml")
        let spec = decoded.spec
        #expect(spec.name == "demo4")
        #expect(spec.namespace == "test1")
        #expect(spec.route.kind == .virtualService)
        #expect(spec.route.object == "demo4-vs")
        #expect(spec.route.file == "routes/vs.yaml")
        #expect(spec.route.commits)
        #expect(spec.route.rule == .name("staff"))
        #expect(spec.route.ruleList == .http)
        #expect(spec.route.accept == [.otherRoutes, .gitOps])
        #expect(
            spec.route.stable
                == DestinationSpec(host: "demo4", subset: "v1", workload: "demo4-deployment-v1", revision: "r1")
        )
        #expect(
            spec.route.canary
                == DestinationSpec(host: "demo4", subset: "v2", workload: "demo4-deployment-v2", revision: "r2")
        )
        #expect(spec.telemetry.targets == ["http://127.0.0.1:15020/stats/prometheus", "https://${HOST}/metrics"])
        #expect(
            spec.telemetry.security
                == ScrapeSecurity(
                    certificateAuthorityFile: "ca.pem",
                    clientCertificateFile: "cert.pem",
                    clientKeyFile: "key.pem",
                    tokenFile: "${RUN}/token",
                    skipsVerification: true
                )
        )
        #expect(spec.telemetry.timeout == .milliseconds(2500))
        #expect(spec.telemetry.reporter == .source)
        #expect(spec.telemetry.match == ["route_name": "staff", "code": "7"])
        #expect(spec.telemetry.comparable == .assume)
        #expect(spec.objectives.errors == ErrorObjective(tolerance: 0.001, ratio: 1.2, budget: 0.002, budgetRatio: 1.5))
        #expect(spec.objectives.latency == LatencyObjective(tolerance: 0.05, budget: 0.15))
        #expect(spec.steps == [0.5, 7.5, 100])
        #expect(
            spec.pace
                == Pace(
                    interval: .seconds(2),
                    history: .seconds(21_600),
                    settle: .seconds(10),
                    warmup: .zero,
                    deadline: .seconds(5400),
                    bake: .seconds(90)
                )
        )
        #expect(
            spec.guards
                == Guards(
                    falseRollback: 0.005,
                    falsePromotion: 0.1,
                    absoluteErrors: 0.3,
                    onDeadline: .rollback,
                    onTelemetryLost: .rollback,
                    onCanarySilent: .hold,
                    onJournalLost: .rollback
                )
        )
        #expect(spec.notify == [NotifyTarget(webhook: "${HALDANE_WEBHOOK}")])
        #expect(decoded.origin("objectives.errors.tolerance") == .file(name: "canary.yaml", line: 26, column: 38))
        #expect(decoded.origin("pace.warmup").description == "canary.yaml:29")
        #expect(decoded.routeFile(specFile: "specs/canary.yaml") == "specs/routes/vs.yaml")
        #expect(decoded.routeFile(specFile: "canary.yaml") == "routes/vs.yaml")
        #expect(decoded.routeSelection.namespace == "test1")
    }

    @Test("What is left out has its default, and says so")
    func minimal() throws {
        let decoded = try SpecDecoder.decode(text: Specs.minimal, file: "c.yaml")
        #expect(decoded.spec.objectives == Objectives())
        #expect(decoded.spec.pace == Pace())
        #expect(decoded.spec.guards == Guards())
        #expect(decoded.spec.steps == [5, 10, 25, 50, 100])
        #expect(decoded.spec.telemetry.reporter == .destination)
        #expect(decoded.spec.namespace == "default")
        #expect(decoded.spec.route.rule == nil)
        #expect(decoded.spec.route.stable == DestinationSpec())
        #expect(!decoded.hasNamespace)
        #expect(decoded.origin("pace.warmup") == .builtIn)
        let entries = EffectiveSpec(decoded).entries
        let warmup = try #require(entries.first { $0.path == "pace.warmup" })
        #expect(warmup.value == "1m")
        #expect(warmup.origin.description == "default")
        #expect(entries.first { $0.path == "objectives.errors.tolerance" }?.value == "0.05pp")
        #expect(entries.first { $0.path == "metadata.name" }?.origin.description == "c.yaml:3")
        #expect(entries.first { $0.path == "steps" }?.value == "[5%, 10%, 25%, 50%, 100%]")
        #expect(Set(entries.map(\.path)).count == entries.count)
    }

    @Test("The effective values of a full spec, written back as overrides, give the same spec")
    func effectiveRoundTrip() throws {
        let decoded = try SpecDecoder.decode(text: Specs.full, file: "canary.yaml")
        let base = try SpecDecoder.decode(text: Specs.minimal, file: "c.yaml")
        let sets = EffectiveSpec(decoded).entries.filter { $0.value != "-" && !$0.path.hasPrefix("metadata") }.map {
            $0.path.replacing("[", with: ".").replacing("]", with: "") + "="
                + ($0.path == "telemetry.match.code" ? "\"7\"" : $0.value.contains("{") ? "'\($0.value)'" : $0.value)
        }
        var spec = try SpecDecoder.apply(sets: sets, to: base).spec
        (spec.name, spec.namespace) = ("demo4", "test1")
        #expect(spec == decoded.spec)
    }

    @Test("A route in the cluster needs no file, and pods are found with defaults where nothing is said")
    func cluster() throws {
        let head = "apiVersion: haldane.dev/v1\nkind: Canary\nmetadata: { name: demo4, namespace: test1 }\nspec:\n"
        let routes: [(String, RouteSpec.Kind)] = [("httpRoute", .httpRoute), ("grpcRoute", .grpcRoute)]
        for (key, kind) in routes {
            let text =
                head
                + "  route: { \(key): demo4, stable: { host: demo4-v1 }, canary: { host: demo4-v2, workload: w } }\n"
                + "  telemetry: { scrape: { pods: {} } }\n"
            let decoded = try SpecDecoder.decode(text: text, file: "c.yaml")
            #expect(decoded.spec.route.kind == kind)
            #expect(decoded.spec.route.file == nil)
            #expect(decoded.routeFile(specFile: "c.yaml") == nil)
            #expect(decoded.spec.route.canary == DestinationSpec(host: "demo4-v2", workload: "w"))
            #expect(decoded.spec.telemetry.pods == PodScrape())
            #expect(decoded.spec.telemetry.targets == [])
            #expect(decoded.routeSelection.kind == kind)
            let entries = EffectiveSpec(decoded).entries
            #expect(entries.first { $0.path == "route.\(key)" }?.value == "demo4")
            #expect(entries.first { $0.path == "telemetry.scrape.pods.port" }?.value == "15020")
        }
        let sets = [
            "telemetry.scrape.pods.port=15090", "telemetry.scrape.pods.via=apiServer",
            "telemetry.scrape.pods.selector='app in (a,b)'", "telemetry.scrape.pods.namespace=istio-system",
            "telemetry.scrape.pods.path=/metrics", "route.rule.index=2", "route.rule.list=tls",
            "route.accept=mirror,gitOps",
        ]
        let text = head + "  route: { virtualService: demo4 }\n  telemetry: { scrape: { pods: {} } }\n"
        let spec = try SpecDecoder.apply(sets: sets, to: SpecDecoder.decode(text: text, file: "c.yaml")).spec
        let pods = PodScrape(
            port: 15090,
            path: "/metrics",
            via: .apiServer,
            selector: "app in (a,b)",
            namespace: "istio-system"
        )
        #expect(spec.telemetry.pods == pods)
        #expect(spec.route.rule == .index(2))
        #expect(spec.route.ruleList == .tls)
        #expect(spec.route.accept == [.mirror, .gitOps])
    }

    @Test("Written out in full, the defaults are the defaults")
    func written() throws {
        let text =
            Specs.minimal + """
                  objectives:
                    errors:  { tolerance: 0.05pp, ratio: 1.1, budget: 0.15pp, budgetRatio: 1.25 }
                    latency: { tolerance: 10%, budget: 20% }
                  steps: [5%, 10%, 25%, 50%, 100%]
                  pace:   { interval: 5s, history: 30m, settle: 15s, warmup: 60s, deadline: 30m, bake: 10m }
                  guards:
                    falseRollback: 1%
                    falsePromotion: 5%
                    absolute: { errors: 20% }
                    onDeadline: hold                # or rollback
                    onTelemetryLost: hold
                    onCanarySilent: rollback
                  notify: []

                """
        let spec = try SpecDecoder.decode(text: text, file: "c.yaml").spec
        #expect(spec == (try SpecDecoder.decode(text: Specs.minimal, file: "c.yaml").spec))
    }

    @Test("Defaults without a route or telemetry take overrides")
    func partial() throws {
        let defaults = SpecDecoder.defaults()
        #expect(defaults.spec.steps == [5, 10, 25, 50, 100])
        let changed = try SpecDecoder.apply(
            sets: ["pace.warmup=0s", "steps=10%,100%", "guards.absolute.errors=off"],
            to: defaults
        )
        #expect(changed.spec.pace.warmup == .zero)
        #expect(changed.spec.steps == [10, 100])
        #expect(changed.spec.guards.absoluteErrors == nil)
        #expect(changed.origin("pace.warmup").description == "--set")
        #expect(changed.origin("pace.bake").description == "default")
    }

    @Test("An override wins over the file, and two that are only valid together may be given together")
    func overrides() throws {
        let decoded = try SpecDecoder.decode(text: Specs.full, file: "canary.yaml")
        let changed = try SpecDecoder.apply(
            sets: [
                "telemetry.scrape.targets.1=http://b:1/x", "notify.0.webhook=http://c/", "pace.deadline=1s",
                "pace.interval=1s",
            ],
            to: decoded
        )
        #expect(changed.spec.telemetry.targets == ["http://127.0.0.1:15020/stats/prometheus", "http://b:1/x"])
        #expect(changed.spec.notify == [NotifyTarget(webhook: "http://c/")])
        #expect(changed.spec.pace.deadline == .seconds(1))
        let file = try SpecDecoder.apply(set: "route.file=other.yaml", to: decoded)
        #expect(file.routeFile(specFile: "specs/canary.yaml") == "other.yaml")
    }

    @Test(
        "A bad override is reported with the argument, not with a place of the file",
        arguments: [
            (
                "pace.warmupp=0s",
                """
                --set pace.warmupp=0s: error: unknown key 'warmupp' in pace
                      | pace.warmupp=0s
                      |      ^~~~~~~ did you mean 'warmup'?
                """
            ),
            (
                "pace.warmup=10",
                """
                --set pace.warmup=10: error: pace.warmup must be a duration like 5s, 30m or 1m30s, not '10'
                      | pace.warmup=10
                      |             ^~ write 10s for seconds
                """
            ),
            (
                "steps=50%,10%",
                """
                --set steps=50%,10%: error: steps must ascend: 10% comes after 50%
                      | steps=50%,10%
                      |           ^~~
                """
            ),
            (
                "pace",
                """
                --set pace: error: expected KEY=VALUE, such as pace.warmup=0s
                      | pace
                      | ^~~~
                """
            ),
            (
                "pace..x=1",
                """
                --set pace..x=1: error: a part of the key is empty
                      | pace..x=1
                      |      ^
                """
            ),
            (
                "notify.3.webhook=http://x/",
                """
                --set notify.3.webhook=http://x/: error: a list of 1 has no element '3'
                      | notify.3.webhook=http://x/
                      |        ^
                """
            ),
            (
                "objectives.errors=[",
                """
                --set objectives.errors=[: error: the value is not YAML: while parsing a flow node (line 2), did not find expected node content
                      | objectives.errors=[
                      |                   ^
                """
            ),
        ]
    )
    func badOverride(argument: String, expected: String) throws {
        let decoded = try SpecDecoder.decode(text: Specs.full, file: "canary.yaml")
        let error = try #require(throws: SpecError.self) { try SpecDecoder.apply(set: argument, to: decoded) }
        #expect(error.description == expected)
    }

    @Test("Variables are kept by the decoder and expanded in addresses, token and webhooks only")
    func variables() throws {
        let decoded = try SpecDecoder.decode(text: Specs.full, file: "canary.yaml")
        let expanded = try decoded.expanded(environment: [
            "HOST": "m:1", "RUN": "/run", "HALDANE_WEBHOOK": "https://hook/s3cret",
        ])
        #expect(expanded.spec.telemetry.targets[1] == "https://m:1/metrics")
        #expect(expanded.spec.telemetry.security.tokenFile == "/run/token")
        #expect(expanded.spec.notify[0].webhook == "https://hook/s3cret")
        #expect(!EffectiveSpec(decoded).entries.contains { $0.value.contains("s3cret") })
        let error = try #require(throws: SpecError.self) {
            try decoded.expanded(environment: ["HOST": "m:1", "RUN": "/run", "HALDANE_WEBHOOK": "ftp://s3cret"])
        }
        #expect(
            error.description.contains(
                "canary.yaml:38:24: error: notify[0].webhook must be a URL that begins with http"
            )
        )
        #expect(!error.description.contains("s3cret"))
        let missing = try #require(throws: SpecError.self) { try decoded.expanded(environment: [:]) }
        #expect(missing.diagnostics.count == 3)
        #expect(
            missing.description.hasPrefix(
                """
                canary.yaml:16:60: error: telemetry.scrape.targets[1] needs the environment variable HOST, which is not set
                   16 |       targets: ["http://127.0.0.1:15020/stats/prometheus", "https://${HOST}/metrics"]
                      |                                                            ^~~~~~~~~~~~~~~~~~~~~~~~~
                """
            )
        )
    }

    @Test("Durations, percentages and points are read exactly and written back")
    func syntax() {
        let durations: [(String, Duration?)] = [
            ("5s", .seconds(5)), ("30m", .seconds(1800)), ("6h", .seconds(21_600)), ("1m30s", .seconds(90)),
            ("500ms", .milliseconds(500)), ("1.5h", .seconds(5400)), ("1d", .seconds(86_400)), ("0s", .zero),
            ("5", nil),
            ("", nil), ("s", nil), ("30s1m", nil), ("1s1s", nil), ("-5s", nil), ("5 s", nil), ("1e3s", nil),
            ("٣s", nil),
            ("99999999999999999999h", nil), ("5s ", nil), (".5s", nil),
        ]
        for (text, expected) in durations {
            let parsed = SpecSyntax.duration(text)
            #expect(parsed == expected || (text == "-5s" && parsed == .seconds(-5)), "\(text)")
        }
        #expect(SpecSyntax.percentagePoints("0.05pp") == 0.0005)
        #expect(SpecSyntax.percent("10%") == 0.10)
        #expect(SpecSyntax.percent("7%") == 0.07)
        #expect(SpecSyntax.percentNumber("33.3%") == 33.3)
        for text in ["%", "10", "1e1%", "+1%", "0x1%", "1.2.3%", "1 %", "nan%", "1000000000000000000%"] {
            #expect(SpecSyntax.percent(text) == nil, "\(text)")
        }
        #expect(SpecSyntax.rendered(.milliseconds(3_661_500)) == "1h1m1s500ms")
        #expect(SpecSyntax.renderedPercent(0.07) == "7%")
        #expect(SpecSyntax.renderedPoints(0.0015) == "0.15pp")
    }
}

enum Specs {
    static let full = """
        apiVersion: haldane.dev/v1
        kind: Canary
        metadata: { name: demo4, namespace: test1, labels: { team: mines } }
        spec:
          route:
            virtualService: demo4-vs
            file: routes/vs.yaml
            commit: true
            rule: { name: staff, list: http }
            accept: [otherRoutes, gitOps]
            # Größe: ünïcode in a comment
            stable: { host: demo4, subset: v1, workload: demo4-deployment-v1, revision: r1 }
            canary: { host: demo4, subset: v2, workload: demo4-deployment-v2, revision: r2 }
          telemetry:
            scrape:
              targets: ["http://127.0.0.1:15020/stats/prometheus", "https://${HOST}/metrics"]
              caFile: ca.pem
              certFile: cert.pem
              keyFile: key.pem
              tokenFile: ${RUN}/token
              insecureSkipVerify: true
              timeout: 2.5s
            reporter: source
            match: { route_name: staff, code: 7 }
            comparable: assume
          objectives: { errors: { tolerance: 0.1pp, ratio: 1.2, budget: 0.2pp, budgetRatio: 1.5 }, latency: { tolerance: 5%, budget: 15% } }
          steps: [0.5%, 7.5%, 100%]
          pace:
            { interval: 2s, history: 6h, settle: 10s, warmup: 0s, deadline: 1h30m, bake: 1m30s }
          guards:
            falseRollback: 0.5%
            falsePromotion: 10%
            absolute: { errors: 30% }
            onDeadline: rollback
            onTelemetryLost: rollback
            onCanarySilent: hold
            onJournalLost: rollback
          notify: [ { webhook: "${HALDANE_WEBHOOK}" } ]

        """

    static let minimal = """
        apiVersion: haldane.dev/v1
        kind: Canary
        metadata: { name: demo4 }
        spec:
          route: { virtualService: demo4-vs }
          telemetry: { scrape: { targets: ["http://127.0.0.1:15020/stats/prometheus"] } }

        """
}
