import CanaryTestKit
import Foundation

/// A spec that asks a Prometheus-compatible server about the demo service, and the route that it names.
struct StoredSpec {
    let path: String
    let route: String

    /// - Parameters:
    ///   - url: of the server.
    ///   - pace: lines of the spec's `pace`, in flow style.
    ///   - options: further keys of `telemetry.prometheus`, e.g. `, timeout: 2s`.
    init(url: String, in folder: TestFolder, named name: String = "stored", pace: String, options: String = "") throws {
        route = try folder.write("\(name)-vs.yaml", RouteFile.text)
        path = try folder.write(
            "\(name).yaml",
            """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: demo4, namespace: test1 }
            spec:
              route:
                virtualService: demo4-vs
                file: \(name)-vs.yaml
                stable: { subset: v1, workload: demo4-deployment-v1 }
                canary: { subset: v2, workload: demo4-deployment-v2 }
              telemetry:
                prometheus: { url: "\(url)"\(options) }
                reporter: destination
              steps: [5%, 10%, 25%, 50%]
              pace: { \(pace) }

            """
        )
    }
}

/// The JSON object of `judge SPEC --from --to`, as far as tests look at it.
struct PastResult: Decodable, Sendable {
    struct Side: Decodable, Sendable, Equatable {
        var requests: Int
        var failures: Int
    }

    struct Sides: Decodable, Sendable, Equatable {
        var stable: Side
        var canary: Side
    }

    struct Moment: Decodable, Sendable, Equatable {
        var at: String
        var window: Int
        var metric: String?
    }

    struct Moments: Decodable, Sendable, Equatable {
        var canaryBegan: String?
        var degraded: Moment?
        var proved: Moment?
        var end: String
    }

    struct Windows: Decodable, Sendable, Equatable {
        var judged: Int
        var compared: Int
        var unusable: Int
    }

    var schema: String
    var verdict: String
    var reason: String
    var sides: Sides
    var moments: Moments
    var windows: Windows
    var samples: Int
    var journal: String
}

/// Where a server keeps what it scrapes.
enum StoredServer: Sendable {
    case prometheus(PrometheusProcess)
    case victoria(VictoriaProcess)

    var url: String {
        switch self {
        case .prometheus(let server): server.url
        case .victoria(let server): server.url
        }
    }

    var name: String {
        switch self {
        case .prometheus: "prometheus"
        case .victoria: "victoria-metrics"
        }
    }

    func waitForSeries(_ query: String, count: Int) async throws {
        switch self {
        case .prometheus(let server): try await server.waitForSeries(query, count: count)
        case .victoria(let server): try await server.waitForSeries(query, count: count)
        }
    }
}
