import CanaryCore
import CanaryYAML
import Testing

@Suite("Canaries of the cluster are not trusted")
struct UntrustedRulesTests {
    private func fault(_ spec: JSONValue, cluster: String? = nil, name: String = "demo4") throws -> String {
        let policy = try cluster.map { try SampleNamespace.policy($0) }
        do throws(SpecError) {
            _ = try CanaryCascade.resolve(
                SampleNamespace.canary(spec, name: name),
                cluster: policy,
                namespace: nil,
                facts: SampleNamespace.facts,
                trust: .object
            )
            return "accepted"
        } catch {
            return error.summary
        }
    }

    private static let nothing: JSONValue = [:]
    private static let redirectedPods: JSONValue = ["port": 15000, "path": "/config_dump"]
    private static let foreignRoute: JSONValue = [
        "virtualService": "x", "stable": ["host": "db.secret.svc.cluster.local"], "canary": ["host": "a"],
    ]

    private static let token = "  defaults: { telemetry: { scrape: { pods: {}, tokenFile: /run/token } } }"
    private static let gateways =
        "  defaults: { telemetry: { reporter: source, scrape: { pods: { namespace: istio-system, selector: a=b } } } }"

    @Test(
        "What would use the agent's network, files or environment is refused, with what to ask for",
        arguments: [
            (
                ["telemetry": ["scrape": ["targets": ["http://10.0.0.1/metrics"]]]], "telemetry.scrape.targets",
                "profile"
            ),
            (["telemetry": ["prometheus": ["url": "http://x:9090"]]], "telemetry.prometheus.url", "profile"),
            (["telemetry": ["prometheus": ["url": "http://${HOST}:9090"]]], "variables are not expanded", "profile"),
            (["telemetry": ["prometheus": ["token": "${TOKEN}"]]], "variables are not expanded", "profile"),
            (["telemetry": ["prometheus": ["headers": ["X-Scope-OrgID": "b"]]]], "prometheus.headers", "profile"),
            (["telemetry": ["scrape": ["tokenFile": "/run/token"]]], "no files of the agent", "profile"),
            (["telemetry": ["scrape": ["caFile": "/etc/ca"]]], "no files of the agent", "profile"),
            (["notify": [["webhook": "http://10.0.0.1"]]], "notify[0].webhook", "webhook profile"),
            (["notify": [["webhook": "${HOOK}"]]], "variables are not expanded", "webhook profile"),
            (["route": ["file": "/etc/passwd", "virtualService": "demo4-vs"]], "route.file", "leave it out"),
            (["telemetry": ["scrape": ["pods": ["via": "apiServer"]]]], "pods/proxy", "podsProxy: true"),
            (["telemetry": ["scrape": ["pods": ["namespace": "kube-system"]]]], "another namespace", "grants"),
            (
                ["telemetry": ["reporter": "source", "scrape": ["pods": redirectedPods]]],
                "port must be 15020 or 15090",
                "profile"
            ),
            (["route": foreignRoute], "leads to db in the namespace secret", "grants: [{ from: test1, to: secret }]"),
            (["pace": ["interval": "100ms"]], "at least 1s", "platform's team"),
            (
                ["objectives": ["metrics": [["query": "../../etc", "tolerance": "1%"]]]], "query must be",
                "name a query"
            ),
        ] as [(JSONValue, String, String)]
    )
    func refusals(spec: JSONValue, reason: String, ask: String) throws {
        let text = try fault(spec)

        #expect(text != "accepted")
        #expect(text.contains(reason), "\(text)")
        #expect(text.contains(ask), "\(text)")
    }

    @Test(
        "What the cluster's policy says is the operator's word",
        arguments: [
            ("  podsProxy: true", ["telemetry": ["scrape": ["pods": ["via": "apiServer"]]]]),
            (
                "  grants: [{ from: test1, to: mesh }]", ["telemetry": ["scrape": ["pods": ["namespace": "mesh"]]]]
            ),
            ("  grants: [{ from: \"*\", to: mesh }]", ["telemetry": ["scrape": ["pods": ["namespace": "mesh"]]]]),
            ("  defaults: { telemetry: { prometheus: { url: \"http://p:9090\", tokenFile: /run/t } } }", nothing),
            (
                "  defaults: { telemetry: { prometheus: { url: \"http://p:9090\" } } }",
                ["telemetry": ["prometheus": ["podLabel": "kubernetes_pod_name"]]]
            ),
            (Self.token, nothing), (Self.gateways, nothing),
            ("  defaults: { pace: { interval: 100ms } }", ["pace": ["deadline": "1h"]]),
        ] as [(String, JSONValue)]
    )
    func allowed(cluster: String, spec: JSONValue) throws {
        #expect(try fault(spec, cluster: cluster) == "accepted")
    }

    @Test("The agent's credentials and another namespace's pods are not for a canary to redirect")
    func redirection() throws {
        let pods: JSONValue = ["telemetry": ["scrape": ["pods": ["port": 80]]]]

        #expect(try fault(pods, cluster: Self.token).contains("sends its tokenFile with each scrape"))
        #expect(try fault(pods, cluster: Self.gateways).contains("choose among the pods of istio-system"))
    }

    @Test("Values of a namespace's policy are as little trusted as the canary's")
    func namespacePolicy() throws {
        let json: JSONValue = [
            "metadata": ["name": "default", "namespace": "test1"],
            "spec": ["defaults": ["telemetry": ["prometheus": ["url": "http://10.0.0.1"]]]],
        ]
        let error = #expect(throws: SpecError.self) {
            try CanaryCascade.resolve(
                SampleNamespace.threeLines,
                cluster: nil,
                namespace: try PolicyDocument.decode(json),
                facts: SampleNamespace.facts,
                trust: .object
            )
        }
        #expect(
            error?.description.hasPrefix("CanaryPolicy test1/default: spec.defaults.telemetry.prometheus.url: error:")
                == true
        )
    }

    @Test("A route that leads to another namespace needs a grant")
    func destinations() throws {
        var facts = SampleNamespace.facts
        facts.virtualServices = [
            SampleNamespace.virtualService("demo4", [SampleNamespace.rule(host: "demo4.secret.svc.cluster.local")])
        ]
        func resolve(_ policy: PolicyDocument?) throws {
            _ = try CanaryCascade.resolve(
                SampleNamespace.threeLines,
                cluster: policy,
                namespace: nil,
                facts: facts,
                trust: .object
            )
        }

        let error = #expect(throws: SpecError.self) { try resolve(nil) }
        #expect(error?.summary.contains("leads to demo4 in the namespace secret, this canary is of test1") == true)
        #expect(error?.summary.contains("grants: [{ from: test1, to: secret }]") == true)
        try resolve(try SampleNamespace.policy("  grants: [{ from: test1, to: secret }]"))
    }

    @Test("Large objects are refused before they cost anything")
    func bounds() throws {
        let many = JSONValue.array((1...40).map { .string("\($0)%") })
        let labels = JSONValue.object(Dictionary(uniqueKeysWithValues: (0..<20).map { ("l\($0)", "x") }))
        let huge = JSONValue.array((0..<3000).map { .string("\($0)") })

        #expect(try fault(["steps": many]).contains("steps has 40 entries; a canary of the cluster may have 30"))
        #expect(try fault(["telemetry": ["match": labels]]).contains("telemetry.match has 20 entries"))
        #expect(try fault(["steps": huge]).contains("more than 2000 values"))
        #expect(try fault([String(repeating: "k", count: 1001): 1]).contains("longer than 1000 bytes"))
        #expect(try fault([:], name: String(repeating: "n", count: 181)).contains("longer than 180 characters"))
    }

    @Test("Texts of a canary reach no terminal as control characters")
    func controls() throws {
        let text = try fault(["guards": ["onDeadline": "\u{1B}[31mhold"]])

        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 })
    }
}
