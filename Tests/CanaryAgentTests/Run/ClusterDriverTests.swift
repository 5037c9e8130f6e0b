import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Synchronization
import Testing

/// A driver whose route is in a cluster that goes wrong in the middle of the run; time is virtual, requests are real.
@Suite("RolloutDriver over a cluster")
struct ClusterDriverTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var canaryFailures = 0.0
        var outcome: String
        /// Seconds after the first step; nil for good.
        var mendedAfter: Double?
        var strike: @Sendable (ClusterFixture) throws -> Void
        var mend: @Sendable (ClusterFixture) throws -> Void = { _ in }
    }

    static let cases = [
        Case(testDescription: "an API server that is away for 30 s", outcome: "promoted", mendedAfter: 30) {
            $0.server.goAway()
        } mend: {
            try $0.server.comeBack()
        },
        Case(
            testDescription: "an API server that is away for 30 s while the canary fails",
            canaryFailures: 0.08,
            outcome: "rolledBack",
            mendedAfter: 30
        ) {
            $0.server.goAway()
        } mend: {
            try $0.server.comeBack()
        },
        Case(testDescription: "an API server that stays away", outcome: "held(routeLost)") { $0.server.goAway() },
        Case(testDescription: "a token that expires and is renewed", outcome: "promoted", mendedAfter: 60) {
            $0.server.expire(token: FakeAPIServer.token)
        } mend: {
            $0.server.accept(token: FakeAPIServer.token, of: FakeAPIServer.user)
        },
        Case(testDescription: "a token that expires for good", outcome: "held(routeLost)") {
            $0.server.expire(token: FakeAPIServer.token)
        },
        Case(
            testDescription: "a patch that is forbidden for 20 s while the canary fails",
            canaryFailures: 0.08,
            outcome: "rolledBack",
            mendedAfter: 20
        ) {
            $0.server.permit([AccessRule(groups: ["*"], resources: ["*"], verbs: ["get", "list", "watch"])])
        } mend: {
            $0.server.permit(nil)
        },
        Case(testDescription: "a namespace that is gone", outcome: "held(routeLost)") {
            $0.server.deleteNamespace(ClusterFixture.namespace)
        },
        Case(
            testDescription: "a namespace that is gone while the canary fails",
            canaryFailures: 0.08,
            outcome: "rolledBack(incomplete)"
        ) {
            $0.server.deleteNamespace(ClusterFixture.namespace)
        },
    ]

    @Test("ends as it should, and says what was wrong", arguments: cases)
    func trouble(trouble: Case) async throws {
        let cluster = try ClusterFixture()
        try cluster.server.change(
            .virtualServices,
            "demo4-vs",
            in: ClusterFixture.namespace,
            patch: """
                [{"op":"replace","path":"/spec/http/0/route/0/weight","value":100},
                 {"op":"replace","path":"/spec/http/0/route/1/weight","value":0}]
                """
        )
        let (driver, http) = try Self.driver(cluster, trouble)
        var running = driver
        let end = await running.run()
        await http.shutdown()

        #expect(end.outcome?.qualifiedWord == trouble.outcome, "\(String(describing: end.outcome))")
        let said = end.ledger.notices.map(\.reason.text).joined(separator: "\n")
        #expect(said.contains("virtualservices"), "\(said)")
        #expect(said.contains("namespace 'test1'"), "\(said)")
        #expect(!said.contains(FakeAPIServer.token))
    }

    private static func driver(_ cluster: ClusterFixture, _ trouble: Case) throws -> (RolloutDriver, HTTPClient) {
        let folder = try Scratch()
        try folder.store(FakeAPIServer.token.utf8, at: "\(folder.path)/token")
        let connection = ClusterConnection(
            server: cluster.server.url(),
            namespace: ClusterFixture.namespace,
            tokenFile: "\(folder.path)/token"
        )
        let http = connection.makeHTTPClient()
        let client = KubernetesClient(connection: connection, http: http, wait: { _ in })
        var spec = RunRig.spec
        spec.route.stable.host = "demo4.test1.svc.cluster.local"
        spec.route.canary.host = "demo4.test1.svc.cluster.local"
        // A mirror that is never started: each read is a request, and none depends on real time.
        let mirror = ObjectMirror(client: client, resource: .virtualServices, namespace: ClusterFixture.namespace)
        let store = KubernetesRouteStore(
            client: client,
            resource: .virtualServices,
            selection: RouteSelection(spec.route, namespace: ClusterFixture.namespace),
            mirror: mirror
        )
        let traffic = EvenTraffic(canaryFailures: trouble.canaryFailures)
        let inbox = RunInbox()
        let weights = Mutex(0.0)
        let struckAt = Mutex<Timestamp?>(nil)
        let isMended = Mutex(false)
        let clock = ManualRunClock(start: RunRig.start) { count, now in
            if count > RunRig.mostSleeps { inbox.send(.interrupt("more than \(RunRig.mostSleeps) sleeps")) }
            _ = folder
            let since = struckAt.withLock { at in
                if at == nil, cluster.weights() == [80, 20] {
                    at = now
                    weights.withLock { $0 = 20 }
                    try? trouble.strike(cluster)
                }
                return at.map { now.since($0).inSeconds } ?? 0
            }
            guard let after = trouble.mendedAfter, since >= after else { return }
            isMended.withLock { isMended in
                if !isMended { try? trouble.mend(cluster) }
                isMended = true
            }
        }
        let telemetry = ScriptedTelemetry { round in
            if let canary = cluster.weights().last ?? nil { weights.withLock { $0 = Double(canary) } }
            return traffic.window(round: round, canaryPercent: weights.withLock { $0 })
        }
        let header = RunRig.header(spec)
        let driver = RolloutDriver(
            header: header,
            state: RunState(header: header),
            source: telemetry,
            store: store,
            journal: FailingJournal(),
            clock: clock,
            observer: RecordingObserver(),
            inbox: inbox
        )
        return (driver, http)
    }
}
