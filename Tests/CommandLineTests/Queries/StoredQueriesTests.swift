import CanaryTestKit
import Foundation
import Testing

/// `haldane queries` against real servers.
@Suite struct StoredQueriesTests {
    @Test("asks a query for a spec and shows what came back and what was sent", arguments: StoredMesh.Server.allCases)
    func run(server: StoredMesh.Server) async throws {
        let mesh = try await StoredMesh.start(server)
        let arguments = ["queries", "run", "request_totals", "-", "--at", mesh.moment]

        let text = try HaldaneProcess.run(arguments, input: mesh.spec)
        let json = try HaldaneProcess.run(arguments + ["--output", "json"], input: mesh.spec)

        #expect(text.code == 0, "\(text.output)\(text.talk)")
        #expect(text.output.contains("5 samples from \(mesh.url)"))
        #expect(text.output.contains("destination_workload=~\"demo4-v1|demo4-v2\""))
        #expect(text.output.contains("37,000"), "\(text.output)")
        let parts = try json.json()["parts"] as? [[String: Any]]
        #expect((parts?.first?["rows"] as? [Any])?.count == 5)
    }

    @Test(
        "adds up the codes of a class for a fleet, and leaves the client's going apart",
        arguments: StoredMesh.Server.allCases
    )
    func classes(server: StoredMesh.Server) async throws {
        let mesh = try await StoredMesh.start(server)

        let run = try HaldaneProcess.run(
            ["queries", "run", "fleet_request_totals", "-", "--at", mesh.moment, "--output", "json"],
            input: mesh.spec
        )

        let parts = try #require(try run.json()["parts"] as? [[String: Any]])
        let rows = try #require(parts.first?["rows"] as? [[String: Any]])
        let codes = rows.compactMap { ($0["labels"] as? [String: String])?["response_code"] }
        #expect(codes.sorted() == ["0", "200", "200", "200", "500"], "\(run.output)")
        #expect(rows.allSatisfy { ($0["labels"] as? [String: String])?["own_code"] == nil })
    }

    @Test("puts Grafana's and Kiali's numbers beside ours with the reasons", arguments: StoredMesh.Server.allCases)
    func views(server: StoredMesh.Server) async throws {
        let mesh = try await StoredMesh.start(server)
        let arguments = ["queries", "run", "grafana_errors", "-", "--at", mesh.moment, "--period", "5m"]

        let text = try HaldaneProcess.run(arguments, input: mesh.spec)
        let json = try HaldaneProcess.run(arguments + ["--output", "json"], input: mesh.spec)

        #expect(text.code == 0, "\(text.output)\(text.talk)")
        let words = text.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            words.contains(
                "v2 errors: ours 2 % of 6,000 requests; Grafana 1 %: it counts 60 gRPC failures as successes; "
                    + "Kiali 3 %: it counts 60 requests without an answer (code 0) as errors"
            ),
            "\(text.output)"
        )
        #expect(words.contains("v1 errors: ours 0 % of 18,000 requests; Grafana 0 %; Kiali 0 %"))
        let views = try json.json()["views"] as? [String: Any]
        #expect((views?["versions"] as? [Any])?.count == 2)
    }

    @Test("asks a user's metric once for each version", arguments: StoredMesh.Server.allCases)
    func own(server: StoredMesh.Server) async throws {
        let mesh = try await StoredMesh.start(server)
        let scratch = try Scratch()
        let folder = try QueriesCommandTests.folder(
            scratch,
            ["orders.promql": QueriesCommandTests.orders, "refused.promql": QueriesCommandTests.refused]
        )

        let run = try HaldaneProcess.run(
            ["queries", "run", "refused", "-", "--queries", folder, "--at", mesh.moment, "--output", "json"],
            input: mesh.spec
        )

        #expect(run.code == 0, "\(run.output)\(run.talk)")
        let parts = try #require(try run.json()["parts"] as? [[String: Any]])
        #expect(parts.map { $0["version"] as? String } == ["v1", "v2"])
        let values = parts.map { ($0["rows"] as? [[String: Any]])?.first?["value"] as? Double }
        #expect(values == [130, 130])
    }

    @Test("says what a real server thinks of queries", arguments: StoredMesh.Server.allCases)
    func lint(server: StoredMesh.Server) async throws {
        let mesh = try await StoredMesh.start(server)
        let scratch = try Scratch()
        let folder = try QueriesCommandTests.folder(
            scratch,
            [
                "orders.promql": QueriesCommandTests.orders,
                "unparsable.promql": QueriesCommandTests.orders.replacingOccurrences(of: "sum by", with: "summ by"),
                "number.promql": QueriesCommandTests.orders
                    .replacingOccurrences(
                        of: "sum by (${pod}) (orders_total{${version}})",
                        with: "scalar(a{x=\"${pod}\",${version}})"
                    )
                    .replacingOccurrences(of: "labels: ${pod}", with: "labels: none"),
                "labels.promql": QueriesCommandTests.orders
                    .replacingOccurrences(of: "sum by (${pod}) (", with: "(").replacingOccurrences(
                        of: "orders_total{",
                        with: "up{zone!=\"${pod}\","
                    )
                    .replacingOccurrences(of: "labels: ${pod}", with: "labels: zone"),
            ]
        )

        let asking = ["--prometheus", mesh.url, "--at", mesh.moment]
        let own = try HaldaneProcess.run(["queries", "lint", folder, "--output", "json"] + asking)
        let builtIn = try HaldaneProcess.run(["queries", "lint"] + asking)

        #expect(own.code == 64)
        let findings = try #require(try own.json()["findings"] as? [[String: Any]])
        let faulty = Set(findings.filter { $0["rule"] as? String == "server" }.compactMap { $0["query"] as? String })
        // MetricsQL has no scalars: there a number is a series without labels.
        #expect(faulty.isSuperset(of: ["unparsable", "labels"]), "\(own.output)")
        #expect(!faulty.contains("orders"))
        #expect(server == .victoria || faulty.contains("number"), "\(own.output)")
        #expect(builtIn.code == 0, "\(builtIn.output)")
        #expect(
            builtIn.output.contains("25 queries: 0 errors, 0 warnings; \(mesh.url) had data for 14 of them"),
            "\(builtIn.output)"
        )
    }
}
