import CanaryCore
import CanaryTelemetry

/// What DestinationRules say about subsets.
struct FleetSubsets: Sendable {
    private var known: [FleetKey: [String: String]] = [:]
    /// Rules for a wildcard, e.g. `*.test.svc.cluster.local`.
    private var wide: [(suffix: String, subset: String, labels: [String: String])] = []
    private(set) var notes: [String] = []

    private struct FleetKey: Hashable, Sendable {
        var host: String
        var subset: String
    }

    /// Labels of pods that Istio's metrics tell, the most telling first (Istio reference, section 1.1).
    static let telling = ["service.istio.io/canonical-revision", "app.kubernetes.io/version", "version"]

    mutating func add(_ object: RouteDocument.Object, namespace: String) {
        guard let spec = object.node["spec"], let host = spec["host"]?.scalar else { return }
        let full = ServiceHost(host, namespace: namespace, kind: .virtualService).full
        for entry in spec["subsets"]?.items ?? [] {
            guard let name = entry["name"]?.scalar else { continue }
            var labels: [String: String] = [:]
            for pair in entry["labels"]?.pairs ?? [] {
                if let key = pair.key.scalar, let value = pair.value.scalar { labels[key] = value }
            }
            if full.hasPrefix("*") {
                wide.append((String(full.dropFirst()), name, labels))
                continue
            }
            let key = FleetKey(host: full, subset: name)
            if let other = known[key], other != labels {
                notes.append(
                    "the subset '\(name)' of \(full) has different labels in several DestinationRules; "
                        + "that of the first one read is used"
                )
            } else {
                known[key] = labels
            }
        }
    }

    /// How a version is found in telemetry.
    func cohort(of version: FleetVersion) -> Answer {
        guard let subset = version.subset else {
            return .cohort(FleetCohorts.Cohort(service: version.host), note: nil)
        }
        let labels =
            known[FleetKey(host: version.host, subset: subset)]
            ?? wide.first { version.host.hasSuffix($0.suffix) && $0.subset == subset }?.labels
        guard let labels else {
            let selector = CohortSelector(subset: subset)
            return .cohort(
                FleetCohorts.Cohort(service: version.host, selector: selector),
                note: "no DestinationRule was read for the subset '\(subset)': its pods are taken to be of version "
                    + "'\(subset)'"
            )
        }
        guard let value = Self.telling.lazy.compactMap({ labels[$0] }).first else {
            let names = labels.keys.sorted().prefix(5).joined(separator: ", ")
            return .problem(
                Reason(
                    "notComparable",
                    "the subset '\(subset)' of \(version.key) is told by \(names.isEmpty ? "no label" : names), "
                        + "which Istio's metrics do not carry: give its pods the label version, and the subset too"
                )
            )
        }
        return .cohort(FleetCohorts.Cohort(service: version.host, selector: CohortSelector(subset: value)), note: nil)
    }

    enum Answer {
        case cohort(FleetCohorts.Cohort, note: String?)
        case problem(Reason)
    }
}
