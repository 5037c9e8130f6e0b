import CanaryQueries
import CanaryTestKit
import Foundation
import Testing

@Suite struct BuiltInQueriesTests {
    @Test("holds every file of the folder, under its name")
    func files() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "queries/promql")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".promql") }.map { String($0.dropLast(7)) }.sorted()

        let set = try QuerySet.builtIn()

        #expect(set.queries.map(\.name) == names)
        for query in set.queries {
            let file = try String(contentsOf: folder.appending(path: query.name + ".promql"), encoding: .utf8)
            #expect(query.text == file)
        }
    }

    @Test("has nothing that the lint finds")
    func lint() throws {
        #expect(try QuerySet.builtIn().lint().map(\.error.description) == [])
    }

    @Test("answers the questions that sources ask by these names")
    func names() throws {
        let set = try QuerySet.builtIn()

        for name in [
            "request_totals", "latency_buckets", "process_start", "sample_time",
            "unattributed_requests", "canary_callers", "error_requests", "fleet_request_totals",
            "fleet_latency_buckets",
        ] {
            #expect(set[name]?.view == nil)
            #expect(set[name]?.holes.contains("pod") == true, "\(name)")
        }
        #expect(set.suggestion(for: "request_total") == "request_totals")
        #expect(set["nothing"] == nil)
    }

    @Test("keeps every label that the classification of series needs")
    func labels() throws {
        let query = try #require(try QuerySet.builtIn()["request_totals"])

        #expect(
            query.labels(SampleHoles.match) == [
                "kubernetes_pod_name", "reporter", "source_workload", "destination_workload",
                "destination_workload_namespace", "destination_canonical_revision", "destination_version",
                "destination_service", "request_protocol", "response_code", "grpc_response_status", "response_flags",
            ]
        )
    }

    @Test("is PromQL to the real promtool, for specs of every shape")
    func promtool() async throws {
        let set = try QuerySet.builtIn()
        var rules = "groups:\n"
        for (number, holes) in SampleHoles.all.enumerated() {
            rules += "- name: spec\(number)\n  rules:\n"
            for query in set.queries {
                let lines = try query.filled(holes).split(separator: "\n").map { "      \($0)\n" }.joined()
                rules += "  - record: haldane:\(query.name):spec\(number)\n    expr: |\n\(lines)"
            }
        }
        let path = FileManager.default.temporaryDirectory.path + "/haldane-rules-\(UUID().uuidString).yml"
        try Data(rules.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }

        let output = try await ServerProcess.onThread {
            try ServerProcess.output(
                of: "promtool",
                ["check", "rules", path],
                variable: "PROMTOOL",
                package: "prometheus"
            )
        }

        #expect(output.contains("SUCCESS: \(set.queries.count * SampleHoles.all.count) rules found"), "\(output)")
    }
}
