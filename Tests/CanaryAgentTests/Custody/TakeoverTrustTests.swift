import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryKubernetes
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Foundation
import Testing

/// What a run leads to that is taken over from objects which anybody of its namespace can write.
@Suite("Taking a run over: what is believed", .timeLimit(.minutes(1)))
struct TakeoverTrustTests {
    private let policy: PolicyDocument

    init() throws {
        policy = try PolicyDocument.decode(
            text: """
                apiVersion: haldane.dev/v1
                kind: CanaryPolicy
                metadata: { name: default, namespace: haldane-system }
                spec:
                  defaults:
                    telemetry: { profile: gateways }
                    pace: { interval: 500ms }
                    notify: [{ profile: oncall }]
                  profiles:
                    main: { prometheus: { url: "http://prometheus:9090", tokenFile: /etc/haldane/token } }
                    loose: { prometheus: { url: "http://prometheus:9091", password: "${SECRET}", username: u } }
                    listed: { scrape: { targets: ["http://127.0.0.1:15020/stats"] } }
                    gateways: { scrape: { pods: { namespace: istio-ingress, selector: app=gw } }, reporter: source }
                    oncall: { webhook: "https://hooks.example.com/1" }
                  grants: [{ from: test1, to: backend }, { from: other, to: kube-system }]
                  podsProxy: true

                """,
            file: "policy.yaml"
        )
    }

    private func lease() -> Lease {
        Lease(
            holder: "",
            acquired: nil,
            renewed: nil,
            duration: .seconds(15),
            transitions: 0,
            resourceVersion: "1",
            namespace: "test1",
            name: "haldane-demo4"
        )
    }

    /// The options for a run with this spec; the record may tell of another route than what was kept.
    private func options(
        _ trust: Takeover.Trust,
        recorded: RouteSpec? = nil,
        _ change: (inout CanarySpec) -> Void
    ) throws -> RunOptions {
        var spec = CustodyRig.spec
        spec.telemetry = TelemetrySpec(pods: PodScrape())
        change(&spec)
        var header = RunRig.header(spec)
        header.run = "run-1"
        let snapshot = EngineSnapshot(header: header, state: RunState(header: header), at: RunRig.start)
        var run = RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
        if let recorded { run.route = recorded }
        return Takeover.options(
            for: Orphan(key: CustodyRig.key, lease: lease(), run: run, cause: .released),
            SnapshotObject.Content(bytes: try SnapshotCodec().encode(snapshot), run: "run-1"),
            cluster: ClusterOptions(environment: [:]),
            home: JournalHome("/tmp/x"),
            identity: "b",
            version: "test",
            trust: trust
        )
    }

    @Test("of the cluster's policy its endpoints are asked and told, with its files; what it does not name is not")
    func endpoints() throws {
        let trust = Takeover.Trust(policy, for: "test1")
        func isBlind(_ trust: Takeover.Trust, _ change: (inout CanarySpec) -> Void) throws -> Bool {
            try options(trust, change).takeover?.blindness != nil
        }
        let named: [(inout CanarySpec) -> Void] = [
            {
                let security = ScrapeSecurity(tokenFile: "/etc/haldane/token")
                $0.telemetry = TelemetrySpec(
                    prometheus: PrometheusSpec(url: "http://prometheus:9090", security: security)
                )
            },
            { $0.telemetry = TelemetrySpec(targets: ["http://127.0.0.1:15020/stats"]) },
            {
                let pods = PodScrape(selector: "app=gw", namespace: "istio-ingress")
                $0.telemetry = TelemetrySpec(pods: pods, reporter: .source)
            },
            { $0.telemetry.pods?.via = .apiServer },
            { $0.route.canary.host = "demo4.backend.svc.cluster.local" },
            { $0.pace.interval = .milliseconds(500) },
        ]
        for (number, change) in named.enumerated() {
            #expect(try !isBlind(trust, change), "\(number)")
            #expect(try isBlind(Takeover.Trust(nil, for: "test1"), change), "\(number)")
        }
        let foreign: [(inout CanarySpec) -> Void] = [
            { $0.telemetry = TelemetrySpec(prometheus: PrometheusSpec(url: "http://prometheus:9090")) },
            {
                let server = PrometheusSpec(url: "http://prometheus:9091", username: "u", password: "${SECRET}")
                $0.telemetry = TelemetrySpec(prometheus: server)
            },
            { $0.telemetry = TelemetrySpec(targets: ["http://169.254.169.254/"]) },
            { $0.telemetry.pods?.namespace = "istio-ingress" },
            { $0.telemetry.security.tokenFile = "/etc/haldane/token" },
            { $0.route.canary.host = "demo4.kube-system.svc.cluster.local" },
            { $0.route.canary.host = "example.com" },
            { $0.pace.interval = .milliseconds(400) },
        ]
        for (number, change) in foreign.enumerated() { #expect(try isBlind(trust, change), "\(number)") }
        let told = try options(trust) { spec in
            spec.notify = ["https://hooks.example.com/1", "http://169.254.169.254/"].map { NotifyTarget(webhook: $0) }
        }
        #expect(told.spec.notify.map(\.webhook) == ["https://hooks.example.com/1"])
        #expect(told.homes == ["test1", "backend"])
    }

    @Test("the route that counts is the one that is run, not another one that was kept beside it")
    func recordedRoute() throws {
        var route = CustodyRig.spec.route
        route.stable.host = "demo4.kube-system.svc.cluster.local"
        let taken = try options(Takeover.Trust(), recorded: route) { _ in }

        #expect(taken.takeover?.blindness?.label == "telemetry-elsewhere")
        #expect(taken.live.telemetry.pods == nil)
    }

    @Test("hosts that the spec leaves out are those of the route: pods of another namespace are not looked at")
    func hostsOfTheRoute() async throws {
        let rig = try CustodyRig()
        let scratch = try Scratch()
        var spec = CustodyRig.spec
        spec.telemetry = TelemetrySpec(pods: PodScrape())
        spec.route.stable.host = nil
        spec.route.canary.host = nil
        var header = rig.header()
        header.spec = spec
        let custody = try await rig.custody("ci-17")
        let baseline = RouteWeights(stable: 100, canary: 0)
        try await custody.begin(RolloutRecord.Run(header: header, baseline: baseline), header)
        await custody.leave(RunState(header: header), at: rig.time.moment)
        let orphan = try #require(rig.orphan())
        func goOn() async throws -> RunReport {
            var options = Takeover.options(
                for: orphan,
                try await custody.kept(),
                cluster: ClusterOptions(
                    kubeconfig: try rig.cluster.writeKubeconfig(in: scratch.path),
                    environment: [:]
                ),
                home: JournalHome(scratch.path),
                identity: "b",
                version: "test"
            )
            #expect(options.takeover?.blindness == nil && options.homes == ["test1"])
            options.custody = rig.timing()
            return try await RunSession(options: options, observer: RecordingObserver(), inbox: RunInbox()).run()
        }

        try rig.cluster.server.change(
            .virtualServices,
            "demo4-vs",
            in: ClusterFixture.namespace,
            patch: """
                [{"op":"replace","path":"/spec/http/0/route/0/destination/host","value":"demo4.other.svc.cluster.local"},
                 {"op":"replace","path":"/spec/http/0/route/1/destination/host","value":"demo4.other.svc.cluster.local"}]
                """
        )
        let report = try await goOn()
        let text = report.outcome?.reason.text ?? ""

        #expect(text.contains("its route leads to the namespace 'other'"), "\(text)")
        #expect(!rig.cluster.server.view.requests.contains { $0.path.contains("/namespaces/other/") })
        await rig.http.shutdown()
    }
}
