import CanaryAgent
import CanaryCore
import CanaryQueries
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2))) struct FleetSessionTests {
    private static let route = """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: reviews, namespace: shop }
        spec:
          hosts: [reviews]
          http:
          - route:
            - { destination: { host: reviews, subset: v1 }, weight: 90 }
            - { destination: { host: reviews, subset: v2 }, weight: 10 }
        """

    private static func options(_ url: String = "http://127.0.0.1:1") throws -> FleetOptions {
        FleetOptions(prometheus: PrometheusSpec(url: url, timeout: .seconds(5)), queries: try .builtIn())
    }

    private static func withFolder<Answer>(_ body: (URL) async throws -> Answer) async throws -> Answer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fleet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await body(folder)
    }

    @Test("folders are read with their folders; other files, hidden ones and loops are not")
    func folders() async throws {
        try await Self.withFolder { folder in
            let deep = folder.appending(path: "apps/shop")
            try FileManager.default.createDirectory(at: deep, withIntermediateDirectories: true)
            try Self.route.write(to: deep.appending(path: "reviews.yaml"), atomically: true, encoding: .utf8)
            try Self.route.write(to: deep.appending(path: "notes.txt"), atomically: true, encoding: .utf8)
            try Self.route.replacing("reviews", with: "hidden")
                .write(to: folder.appending(path: ".old.yaml"), atomically: true, encoding: .utf8)
            try "kind: HTTPRoute\n\tbad".write(to: folder.appending(path: "bad.yml"), atomically: true, encoding: .utf8)
            try FileManager.default.createSymbolicLink(
                at: deep.appending(path: "loop"),
                withDestinationURL: folder
            )
            var options = try Self.options()
            options.files = [folder.path, folder.path + "/absent.yaml"]

            let http = HTTPClient()
            let inventory = try await FleetSession(options, http: http).inventory()
            await http.shutdown()

            #expect(inventory.subjects.map(\.check.key) == ["shop/reviews"])
            #expect(inventory.problems.map(\.place) == [folder.path + "/bad.yml:2", folder.path + "/absent.yaml"])
            #expect(inventory.notes.contains { $0.contains("loop is a link to a folder") })
        }
    }

    @Test("a mounted ConfigMap, where every file is a link, is read once; a link that leads nowhere is a problem")
    func configMap() async throws {
        try await Self.withFolder { folder in
            let data = folder.appending(path: "..2026_01_01")
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            try Self.route.write(to: data.appending(path: "reviews.yaml"), atomically: true, encoding: .utf8)
            for (link, target) in [
                ("..data", "..2026_01_01"), ("reviews.yaml", "..data/reviews.yaml"), ("again.yml", "reviews.yaml"),
                ("gone.yaml", "..data/gone.yaml"), ("gone.txt", "..data/gone.txt"), ("self.yaml", "self.yaml"),
            ] {
                try FileManager.default.createSymbolicLink(
                    atPath: folder.appending(path: link).path,
                    withDestinationPath: target
                )
            }
            var options = try Self.options()
            options.files = [folder.path]

            let http = HTTPClient()
            let inventory = try await FleetSession(options, http: http).inventory()
            await http.shutdown()

            #expect(inventory.subjects.map(\.check.key) == ["shop/reviews"])
            #expect(inventory.routes == 1)
            #expect(inventory.problems.map(\.place) == [folder.path + "/gone.yaml", folder.path + "/self.yaml"])
        }
    }

    @Test("a file that is not there makes the check as a whole unknown; services that can be read stay listed")
    func missingFile() async throws {
        try await Self.withFolder { folder in
            try Self.route.write(to: folder.appending(path: "a.yaml"), atomically: true, encoding: .utf8)
            var options = try Self.options()
            options.files = [folder.path, folder.path + "/absent.yaml"]

            let http = HTTPClient()
            let look = await FleetProbe(FleetSession(options, http: http))
                .look(CheckState(), now: Timestamp(milliseconds: 1_756_700_000_000))
            options.files = [folder.path]
            let whole = await FleetProbe(FleetSession(options, http: http))
                .look(CheckState(), now: Timestamp(milliseconds: 1_756_700_000_000))
            await http.shutdown()

            #expect(look.evidence.map(\.subject.key) == ["shop/reviews"])
            #expect(look.fault?.label == "inventory")
            #expect(look.fault?.text.contains("absent.yaml") == true)
            #expect(CheckReport(at: .init(milliseconds: 0), fault: look.fault).kind == .unknown)
            #expect(whole.fault == nil)
        }
    }

    @Test("a second check within the same minute shows what stands: a degraded service stays degraded")
    func sameMinute() async throws {
        try await Self.withFolder { folder in
            try Self.route.write(to: folder.appending(path: "a.yaml"), atomically: true, encoding: .utf8)
            var options = try Self.options()
            options.files = [folder.path]
            let http = HTTPClient()
            let session = FleetSession(options, http: http)
            let now = Timestamp(milliseconds: 1_756_700_000_000)
            let subject = try #require(await session.subjects().first)
            let calm = PairWindow(
                seconds: 60,
                stable: SideCounts(requests: 1000, failures: 10),
                canary: SideCounts(requests: 1000, failures: 10)
            )
            var bad = calm
            bad.canary.failures = 600
            let evidence = CheckEvidence(
                subject: subject,
                history: Array(repeating: calm, count: 30),
                windows: Array(repeating: bad, count: 30),
                end: Timestamp(milliseconds: 1_756_699_980_000)
            )
            let judge = CheckJudge(rules: CheckRules())
            var state = CheckState()
            let first = judge.judge([CheckLook(evidence: [evidence], isFleet: true)], state: &state, now: now)

            let look = await FleetProbe(session).look(state, now: now)
            await http.shutdown()
            let second = judge.judge([look], state: &state, now: now)

            #expect(first.map(\.kind) == [.degraded])
            #expect(look.evidence.map(\.windows.count) == [0])
            #expect(second.map(\.kind) == [.degraded])
            #expect(look.fault == nil)
        }
    }

    @Test("a cluster's routes are listed with the versions of their subsets")
    func cluster() async throws {
        try await Self.withFolder { folder in
            let cluster = try ClusterFixture()
            var options = try Self.options()
            options.cluster = ClusterOptions(
                kubeconfig: try cluster.writeKubeconfig(in: folder.path),
                environment: [:]
            )
            options.namespaces = ["test1"]

            let http = HTTPClient()
            let inventory = try await FleetSession(options, http: http).inventory()
            await http.shutdown()

            #expect(inventory.subjects.map(\.check.key).contains("test1/demo4"))
            #expect(inventory.subjects.allSatisfy { $0.notes.allSatisfy { !$0.contains("no DestinationRule") } })
            #expect(inventory.routes >= 2)
        }
    }

    @Test("kinds that are not for us are notes, as long as one is")
    func forbidden() async throws {
        try await Self.withFolder { folder in
            let cluster = try ClusterFixture()
            cluster.server.permit([
                AccessRule(groups: ["*"], resources: ["virtualservices"], verbs: ["list", "get"])
            ])
            var options = try Self.options()
            options.cluster = ClusterOptions(
                kubeconfig: try cluster.writeKubeconfig(in: folder.path),
                environment: [:]
            )

            let http = HTTPClient()
            let inventory = try await FleetSession(options, http: http).inventory()
            await http.shutdown()

            #expect(!inventory.subjects.isEmpty)
            #expect(inventory.notes.contains { $0.contains("httproutes") || $0.contains("HTTPRoute") })
        }
    }

    @Test("a server that is not there makes every service unknown, and nothing is zero traffic")
    func noServer() async throws {
        try await Self.withFolder { folder in
            try Self.route.write(to: folder.appending(path: "a.yaml"), atomically: true, encoding: .utf8)
            var options = try Self.options()
            options.files = [folder.path]

            let http = HTTPClient()
            let reading = try await FleetSession(options, http: http)
                .evidence(since: [:], now: Timestamp(milliseconds: 1_756_700_000_000))
            await http.shutdown()

            #expect(reading.evidence.count == 1)
            #expect(reading.evidence.first?.fault?.label == "unreachable")
            #expect(reading.evidence.first?.fault?.text.contains("fleet_request_totals") == true)
            #expect(reading.evidence.first?.windows == [])
        }
    }

    @Test("no routes at all give no evidence, and nobody is asked")
    func nothing() async throws {
        let http = HTTPClient()
        let reading = try await FleetSession(try Self.options(), http: http)
            .evidence(since: [:], now: Timestamp(milliseconds: 1_756_700_000_000))
        await http.shutdown()

        #expect(reading.evidence.isEmpty)
        #expect(reading.questions == 0)
    }
}
