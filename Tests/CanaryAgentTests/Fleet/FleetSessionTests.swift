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
