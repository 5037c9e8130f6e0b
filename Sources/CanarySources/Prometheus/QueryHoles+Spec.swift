package import CanaryCore
package import CanaryQueries
import CanaryTelemetry

/// What a spec puts into the holes of queries; those of `${version}`, `${cohort}` and `${period}` are put in by who asks, see
/// `versionMatchers`, `cohortMatchers`.
///
/// Which version a series belongs to is decided by the classification of labels, as for scraped pages: the matchers only keep
/// away what surely belongs to neither. A version that is known by its subset alone has no exact matcher, because the subset may
/// be the canonical revision or the version label; there the namespace is all that is asked for.
///
/// - Parameter roles: which of the spec's destinations is stable in this run.
package func queryHoles(_ spec: CanarySpec, roles: Roles) -> [String: QueryHole] {
    let cohorts = SpecCohorts(spec, roles: roles)
    return [
        "reporter": .text(spec.telemetry.reporter.rawValue),
        "cohorts": .matchers(cohorts.matchers(of: [cohorts.stable, cohorts.canary])),
        "stable": .matchers(cohorts.matchers(of: [cohorts.stable])),
        "canary": .matchers(cohorts.matchers(of: [cohorts.canary])),
        "match": .matchers(cohorts.match),
        "services": .matchers(cohorts.services),
        "namespace": .text(cohorts.namespace),
        "pod": .label(cohorts.podLabel),
    ]
}

/// What a fleet puts into the holes of its queries, which ask for every service.
///
/// - Parameter podLabel: the name of the label that tells pods apart.
package func queryHoles(fleet reporter: String, podLabel: String) -> [String: QueryHole] {
    ["reporter": .text(reporter), "match": .matchers(""), "pod": .label(podLabel)]
}

/// Matchers on what Istio counts of one version, as exact as labels allow: for `${cohort}`, which nothing sorts out afterwards.
///
/// A subset is taken as the canonical revision, which is what it is wherever pods carry the label `version`.
package func cohortMatchers(_ spec: CanarySpec, _ destination: DestinationSpec) -> QueryHole {
    .matchers(SpecCohorts(spec, roles: .asNamed).exactMatchers(of: destination))
}

/// Matchers on what the pods of one version export themselves, for `${version}`.
///
/// Without their names, pods are known by those that Kubernetes makes of their workload's: `NAME-HASH-XXXXX`, `NAME-XXXXX` or
/// `NAME-0`. Where pods are not told apart by the label `pod` (or one that ends so), or no workload is given, the label `version`
/// must be the version's revision, subset or workload.
///
/// - Parameter pods: the values of the pod label that are known to be the version's, e.g. from `request_totals` with the reporter
///   `destination`; more than 500 are not listed.
package func versionMatchers(_ spec: CanarySpec, _ destination: DestinationSpec, pods: [String] = []) -> QueryHole {
    .matchers(SpecCohorts(spec, roles: .asNamed).exportedMatchers(of: destination, pods: pods))
}

/// The two versions of a spec as label matchers.
private struct SpecCohorts {
    let spec: CanarySpec
    let stable: DestinationSpec
    let canary: DestinationSpec

    init(_ spec: CanarySpec, roles: Roles) {
        self.spec = spec
        stable = roles == .asNamed ? spec.route.stable : spec.route.canary
        canary = roles == .asNamed ? spec.route.canary : spec.route.stable
    }

    var podLabel: String { spec.telemetry.prometheus?.podLabel ?? "pod" }

    /// Of the stable version, else as the spec says.
    var namespace: String { spec.workloadNamespace(of: stable) ?? spec.namespace }

    var match: String {
        spec.telemetry.match.sorted { $0.key < $1.key }.map { ", \($0.key)=\(QueryHole.quoted($0.value))" }.joined()
    }

    /// Matchers that every series of one of the destinations passes; never nothing.
    func matchers(of destinations: [DestinationSpec]) -> String {
        var matchers: [String] = []
        let namespaces = destinations.compactMap { spec.workloadNamespace(of: $0) }
        if namespaces.count == destinations.count {
            matchers.append(matcher("destination_workload_namespace", namespaces))
        }
        let workloads = destinations.compactMap { given($0.workload) }
        let revisions = destinations.compactMap { given($0.workload) == nil ? given($0.revision) : nil }
        if workloads.count == destinations.count {
            matchers.append(matcher("destination_workload", workloads))
        } else if revisions.count == destinations.count {
            matchers.append(matcher("destination_canonical_revision", revisions))
        } else {
            matchers.append("destination_workload!=\"unknown\"")
        }
        return matchers.joined(separator: ", ")
    }

    func exactMatchers(of destination: DestinationSpec) -> String {
        var matchers: [String] = []
        if let namespace = spec.workloadNamespace(of: destination) {
            matchers.append(matcher("destination_workload_namespace", [namespace]))
        }
        if let workload = given(destination.workload) {
            matchers.append(matcher("destination_workload", [workload]))
        } else {
            let revision = given(destination.revision) ?? given(destination.subset) ?? ""
            matchers.append(matcher("destination_canonical_revision", [revision]))
        }
        return matchers.joined(separator: ", ")
    }

    func exportedMatchers(of destination: DestinationSpec, pods: [String]) -> String {
        var matchers: [String] = []
        if let namespace = spec.workloadNamespace(of: destination) {
            // A target without the label is taken in.
            matchers.append("namespace=~\(QueryHole.quoted(QueryHole.regexEscaped(namespace) + "|"))")
        }
        let names = pods.filter { !$0.isEmpty }
        if (1...500).contains(names.count) {
            matchers.append(matcher(podLabel, names))
        } else if let workload = given(destination.workload),
            podLabel.hasSuffix("pod") || podLabel.hasSuffix("pod_name")
        {
            let name = QueryHole.regexEscaped(workload)
            matchers.append("\(podLabel)=~\(QueryHole.quoted("\(name)-(\(Self.suffix))"))")
        } else {
            let version = given(destination.revision) ?? given(destination.subset) ?? given(destination.workload) ?? ""
            matchers.append(matcher("version", [version]))
        }
        return matchers.joined(separator: ", ")
    }

    /// The Services of both versions by their hosts; else those of the namespace; else any.
    var services: String {
        var names: Set<String> = []
        for destination in [stable, canary] {
            guard let host = given(destination.host) else { continue }
            let isKnown = spec.workloadNamespace(of: destination) != nil
            if let service = ServiceName(host: host, from: spec.namespace) {
                let namespace = isKnown ? QueryHole.regexEscaped(service.namespace) : "[^.]+"
                names.insert("\(QueryHole.regexEscaped(service.name))\\.\(namespace)(\\..*)?")
            } else {
                names.insert(QueryHole.regexEscaped(host))
            }
        }
        if !names.isEmpty {
            return "destination_service=~\(QueryHole.quoted(names.sorted().joined(separator: "|")))"
        }
        if let namespace = spec.workloadNamespace(of: stable) {
            return matcher("destination_service_namespace", [namespace])
        }
        return "destination_service!=\"\""
    }

    /// `name="value"`, or `name=~"a|b"` with values that stand for themselves.
    private func matcher(_ name: String, _ values: [String]) -> String {
        let distinct = Set(values).sorted()
        if distinct.count == 1 { return "\(name)=\(QueryHole.quoted(distinct[0]))" }
        return "\(name)=~\(QueryHole.quoted(distinct.map(QueryHole.regexEscaped).joined(separator: "|")))"
    }

    private func given(_ text: String?) -> String? {
        guard let text, !text.isEmpty else { return nil }
        return text
    }

    /// What Kubernetes puts behind a workload's name: a number (StatefulSet), or five letters with the hash of the pod template
    /// in front (Deployment) or without (DaemonSet). Its alphabet has no vowels, so that `v1-canary-…` is not `v1`'s.
    private static let suffix = "[0-9]+|([0-9bcdfghjklmnpqrstvwxz]{6,10}-)?[0-9bcdfghjklmnpqrstvwxz]{5}"
}
