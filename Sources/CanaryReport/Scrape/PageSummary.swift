package import CanaryTelemetry

/// What Haldane understands of one exposition.
///
/// Bounded: at most `mostFamilies` families and `mostCohorts` cohorts are told apart; the rest is counted.
package struct PageSummary: Sendable {
    /// Requests that one reporter counted for one workload and revision.
    package struct Cohort: Sendable, Hashable {
        package var reporter: String
        package var workload: String
        package var namespace: String
        package var revision: String
        package var subset: String
        /// By response code, `grpc-N` for gRPC statuses.
        package var requests: [String: Double] = [:]
        package var callers: Set<String> = []
        /// Histogram bounds in milliseconds, `+Inf` left out.
        package var bounds: Set<Double> = []
        package var latencyCount = 0.0

        package var total: Double { requests.values.reduce(0, +) }
    }

    package private(set) var bytes: Int
    package private(set) var lines = 0
    package private(set) var samples = 0
    /// Samples by family, histograms under their base name.
    package private(set) var families: [String: Int] = [:]
    package private(set) var hasMoreFamilies = false
    package private(set) var cohorts: [Cohort] = []
    package private(set) var hasMoreCohorts = false
    /// Start of the process in seconds since 1970, and the family that says so; the agent's before the application's.
    package private(set) var processStart: (family: String, seconds: Double)?
    /// The line that proves that Envoy's part is in the page.
    package private(set) var witness: String?
    package private(set) var fault: Fault?
    /// Whether lines of unknown families were only passed over, because the page is large.
    package let isSkimmed: Bool

    /// Why the page is refused, with the line it stands on.
    package struct Fault: Sendable, Hashable {
        package var label: String
        package var line: Int
        package var column: Int
        package var message: String
        /// The line, cut.
        package var source: String
        /// Where in `source` the caret belongs, from 1.
        package var caret: Int
    }

    package static let mostFamilies = 2000
    package static let mostCohorts = 500
    /// Pages above this are skimmed.
    package static let mostStrictBytes = 16_777_216

    package init(page: [UInt8], limits: ExpositionLimits = ExpositionLimits()) {
        bytes = page.count
        isSkimmed = page.count > Self.mostStrictBytes
        var indices: [CohortKey: Int] = [:]
        do throws(ExpositionError) {
            let records = try ExpositionReader.samples(
                of: page,
                limits: limits,
                check: isSkimmed ? .istioOnly : .everyLine
            )
            samples = records.count
            for record in records { take(record, &indices) }
        } catch {
            fault = Self.fault(error, in: page)
        }
        lines = page.reduce(0) { $1 == 10 ? $0 + 1 : $0 } + (page.last == 10 || page.isEmpty ? 0 : 1)
    }

    private struct CohortKey: Hashable {
        var reporter: String
        var workload: String
        var namespace: String
        var revision: String
        var subset: String
    }

    private mutating func take(_ record: ExpositionRecord, _ indices: inout [CohortKey: Int]) {
        let family = Self.family(of: record)
        if families[family] != nil || families.count < Self.mostFamilies {
            families[family, default: 0] += 1
        } else {
            hasMoreFamilies = true
        }
        switch record.name {
        case "istio_requests_total", "istio_request_duration_milliseconds_bucket",
            "istio_request_duration_milliseconds_count":
            witness = witness ?? record.name
            takeIstio(record, &indices)
        case "istio_agent_process_start_time_seconds":
            // The agent and Envoy live and die together; the plain one may be the application's.
            processStart = (record.name, record.value)
        case "process_start_time_seconds":
            processStart = processStart ?? (record.name, record.value)
        default:
            break
        }
        if record.name.hasPrefix("envoy_") { witness = witness ?? record.name }
        if record.name == "istio_build", record["component"] == "proxy" {
            witness = witness ?? "istio_build{component=\"proxy\"}"
        }
    }

    private mutating func takeIstio(_ record: ExpositionRecord, _ indices: inout [CohortKey: Int]) {
        let key = CohortKey(
            reporter: record["reporter"] ?? "",
            workload: record["destination_workload"] ?? "",
            namespace: record["destination_workload_namespace"] ?? "",
            revision: record["destination_canonical_revision"] ?? "",
            subset: record["destination_version"] ?? ""
        )
        let index: Int
        if let known = indices[key] {
            index = known
        } else {
            guard cohorts.count < Self.mostCohorts else {
                hasMoreCohorts = true
                return
            }
            index = cohorts.count
            indices[key] = index
            cohorts.append(
                Cohort(
                    reporter: key.reporter,
                    workload: key.workload,
                    namespace: key.namespace,
                    revision: key.revision,
                    subset: key.subset
                )
            )
        }
        switch record.name {
        case "istio_requests_total":
            if record.value.isFinite { cohorts[index].requests[Self.response(record), default: 0] += record.value }
            if cohorts[index].callers.count < 20 {
                cohorts[index].callers.insert(record["source_workload"] ?? "unknown")
            }
        case "istio_request_duration_milliseconds_bucket":
            if let bound = record["le"].flatMap(Double.init), bound.isFinite, cohorts[index].bounds.count < 200 {
                cohorts[index].bounds.insert(bound)
            }
        default:
            if record.value.isFinite { cohorts[index].latencyCount += record.value }
        }
    }

    private static func response(_ record: ExpositionRecord) -> String {
        if record["request_protocol"] == "grpc" {
            return "grpc-\(record["grpc_response_status"].flatMap { $0.isEmpty ? nil : $0 } ?? "unknown")"
        }
        return record["response_code"].flatMap { $0.isEmpty ? nil : $0 } ?? "(none)"
    }

    private static func family(of record: ExpositionRecord) -> String {
        guard record["le"] != nil, record.name.hasSuffix("_bucket") else {
            for suffix in ["_sum", "_count"] where record.name.hasSuffix(suffix) {
                return String(record.name.dropLast(suffix.count))
            }
            return record.name
        }
        return String(record.name.dropLast(7))
    }

    private static func fault(_ error: ExpositionError, in page: [UInt8]) -> Fault {
        var start = 0
        var line = 1
        while line < error.line, let newline = page[start...].firstIndex(of: 10) {
            start = newline + 1
            line += 1
        }
        let end = page[start...].firstIndex(of: 10) ?? page.count
        // A window of the line around the column, so that the caret is on the screen.
        let column = min(max(error.column, 1), end - start + 1)
        let from = start + max(column - 80, 0)
        let shown = page[from..<min(from + 120, end)]
        let before = String(decoding: page[from..<min(start + column - 1, end)], as: UTF8.self)
        let prefix = from > start ? "…" : ""
        return Fault(
            label: error.code.rawValue,
            line: error.line,
            column: error.column,
            message: error.message,
            source: prefix + TextCells.harmless(String(decoding: shown, as: UTF8.self)),
            caret: TextCells.width(prefix + TextCells.harmless(before)) + 1
        )
    }
}

extension ExpositionRecord {
    subscript(label: String) -> String? {
        labels.first { $0.name == label }?.value
    }
}
