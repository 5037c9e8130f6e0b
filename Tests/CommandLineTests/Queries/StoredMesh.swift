import CanaryTestKit
import Foundation

/// Ten minutes of two pods in a real server: v1 is fine, v2 fails over gRPC, loses clients and answers 503.
///
/// Each round of five seconds v2 answers 97 requests well, one with 503, one gRPC call with status 13, and one not at all.
struct StoredMesh {
    enum Server: String, CaseIterable, Sendable {
        case prometheus
        case victoria
    }

    let url: String
    /// The last round.
    let end: Date
    /// Keeps the server running.
    private let process: any Sendable

    static func start(_ server: Server) async throws -> StoredMesh {
        // A whole number of rounds ago, so that both servers see the same samples.
        let end = (Date().timeIntervalSince1970 / 5).rounded(.down) * 5 - 600
        let past = Backfill(rounds(end: Int64(end * 1000)), families: [])
        switch server {
        case .prometheus:
            let process = try await PrometheusProcess.start(past: past)
            return StoredMesh(url: process.url, end: Date(timeIntervalSince1970: end), process: process)
        case .victoria:
            let process = try await VictoriaProcess.start(past: past)
            return StoredMesh(url: process.url, end: Date(timeIntervalSince1970: end), process: process)
        }
    }

    /// The last round as `--at` takes it.
    var moment: String { ISO8601DateFormatter().string(from: end) }

    /// A spec that asks this server.
    var spec: String {
        SampleFiles.spec.replacingOccurrences(
            of: "scrape: { targets: [\"http://127.0.0.1:1/stats/prometheus\"] }",
            with: "prometheus: { url: \"\(url)\" }"
        ).replacingOccurrences(of: "interval: 1s", with: "interval: 5s")
    }

    private static func rounds(end: Int64) -> [Backfill.Round] {
        (0...120).map { number in
            Backfill.Round(
                milliseconds: end - Int64(120 - number) * 5000,
                pages: [
                    (
                        "demo4-v1-0",
                        page("v1", [("http", "200", "", "-", 300)], number)
                    ),
                    (
                        "demo4-v2-0",
                        page(
                            "v2",
                            [
                                ("http", "200", "", "-", 97), ("http", "503", "", "-", 1),
                                ("grpc", "200", "13", "-", 1),
                                ("http", "0", "", "DC", 1),
                            ],
                            number
                        )
                    ),
                ]
            )
        }
    }

    private static func page(
        _ version: String,
        _ answers: [(protocol: String, code: String, status: String, flags: String, each: Int)],
        _ number: Int
    ) -> [UInt8] {
        var text = "istio_agent_process_start_time_seconds 1700000000\n"
        for answer in answers {
            let labels =
                "reporter=\"destination\",source_workload=\"gateway\",source_workload_namespace=\"edge\","
                + "destination_workload=\"demo4-\(version)\",destination_workload_namespace=\"test1\","
                + "destination_canonical_revision=\"\(version)\",destination_version=\"\(version)\","
                + "destination_service=\"demo4.test1.svc.cluster.local\",request_protocol=\"\(answer.protocol)\","
                + "response_code=\"\(answer.code)\",grpc_response_status=\"\(answer.status)\","
                + "response_flags=\"\(answer.flags)\""
            let count = 1000 + number * answer.each
            text += "istio_requests_total{\(labels)} \(count)\n"
            for (bound, share) in [("10", 0), ("25", 1), ("50", 1), ("+Inf", 1)] {
                text += "istio_request_duration_milliseconds_bucket{\(labels),le=\"\(bound)\"} \(count * share)\n"
            }
        }
        text += "orders_total \(1000 + number * 50)\norders_refused_total \(10 + number)\n"
        return Array(text.utf8)
    }
}
