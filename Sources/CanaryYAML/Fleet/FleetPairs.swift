import CanaryCore
import CanaryTelemetry

/// Sorts rules into comparisons: pairs of versions that share traffic, and services that are alone.
struct FleetPairs {
    private let subsets: FleetSubsets
    private var splits: [Pair: [Split]] = [:]
    private var services: [String: Service] = [:]
    private(set) var notes: [String] = []

    init(subsets: FleetSubsets) {
        self.subsets = subsets
    }

    /// Two versions in any order.
    private struct Pair: Hashable {
        var first: FleetVersion
        var second: FleetVersion

        init(_ one: FleetVersion, _ other: FleetVersion) {
            (first, second) = one < other ? (one, other) : (other, one)
        }
    }

    private struct Split {
        var stable: FleetRule.Destination
        var canary: FleetRule.Destination
        var others: [FleetRule.Destination]
        var rule: FleetRule
    }

    private struct Service {
        var version: FleetVersion
        var routes: [String]
    }

    mutating func add(_ rule: FleetRule) {
        let live = rule.destinations.filter { $0.weight > 0 }
        if !rule.foreign.isEmpty {
            let hosts = rule.foreign.prefix(3).joined(separator: ", ")
            notes.append("\(rule.place): \(hosts) is no Service of the cluster, and is not looked at")
        }
        for destination in live {
            var service = services[destination.version.host] ?? Service(version: destination.version, routes: [])
            service.version.subset = nil
            if service.routes.last != rule.place { service.routes.append(rule.place) }
            services[destination.version.host] = service
        }
        guard live.count > 1 else { return }
        // The first of equals is stable: the order of the rule is all there is to go by.
        let ranked = live.enumerated().sorted {
            $0.element.weight != $1.element.weight ? $0.element.weight > $1.element.weight : $0.offset < $1.offset
        }.map(\.element)
        let split = Split(stable: ranked[0], canary: ranked[1], others: Array(ranked[2...]), rule: rule)
        splits[Pair(ranked[0].version, ranked[1].version), default: []].append(split)
    }

    /// By key.
    var subjects: [FleetSubject] {
        var taken: Set<String> = []
        var split: Set<String> = []
        var subjects: [FleetSubject] = []
        for (pair, found) in splits.sorted(by: { ($0.key.first, $0.key.second) < ($1.key.first, $1.key.second) }) {
            guard var subject = subject(found) else { continue }
            if !taken.insert(subject.check.key).inserted {
                let versions = [pair.first.title(beside: pair.second), pair.second.title(beside: pair.first)]
                subject.check.key += ":" + versions.joined(separator: "-")
                taken.insert(subject.check.key)
            }
            split.formUnion([pair.first.host, pair.second.host])
            subjects.append(subject)
        }
        for (host, service) in services.sorted(by: { $0.value.version < $1.value.version })
        where !split.contains(host) {
            guard taken.insert(service.version.key).inserted else { continue }
            let cohort = FleetCohorts.Cohort(service: host)
            let check = CheckSubject(key: service.version.key, comparison: .ownPast, stable: "past", canary: "now")
            subjects.append(FleetSubject(check: check, stable: cohort, canary: cohort, routes: service.routes))
        }
        return subjects.sorted { $0.check.key < $1.check.key }
    }

    private func subject(_ found: [Split]) -> FleetSubject? {
        guard let main = found.first(where: { !$0.rule.hasMatch }) ?? found.first else { return nil }
        let (stable, canary) = (main.stable.version, main.canary.version)
        var notes: [String] = []
        if main.rule.hasMatch {
            notes.append(
                "the rule that splits the traffic has a match: what other rules send to either version counts as well"
            )
        }
        if found.contains(where: { $0.stable.version != stable }) {
            notes.append(
                "several rules split these two, and do not agree on who gets more; \(main.rule.place) is followed"
            )
        }
        if !main.others.isEmpty {
            let names = main.others.map { $0.version.title(beside: stable) }.joined(separator: ", ")
            notes.append("the rule has more than two destinations; the two largest are compared, without \(names)")
        }
        if main.stable.weight == main.canary.weight {
            notes.append("both versions have the same weight: the first in the rule is taken as stable")
        }
        var problem: Reason?
        func cohort(_ version: FleetVersion) -> FleetCohorts.Cohort {
            switch subsets.cohort(of: version) {
            case .cohort(let cohort, let note):
                if let note { notes.append(note) }
                return cohort
            case .problem(let reason):
                problem = problem ?? reason
                return FleetCohorts.Cohort(service: version.host)
            }
        }
        let (one, other) = (cohort(stable), cohort(canary))
        let isOnePart = one.selector == other.selector || one.selector == nil || other.selector == nil
        if problem == nil, one.service == other.service, isOnePart {
            problem = Reason(
                "notComparable",
                "\(stable.title(beside: canary)) and \(canary.title(beside: stable)) of \(stable.key) cannot be told "
                    + "apart in telemetry: give each a subset with a version of its own"
            )
        }
        let check = CheckSubject(
            key: key(main),
            comparison: .versions,
            stable: stable.title(beside: canary),
            canary: canary.title(beside: stable)
        )
        return FleetSubject(
            check: check,
            stable: one,
            canary: other,
            weights: RouteWeights(stable: main.stable.weight, canary: main.canary.weight),
            routes: found.map(\.rule.place),
            notes: notes,
            problem: problem
        )
    }

    /// The same however the weights are: the service, or what two services are the versions of.
    private func key(_ split: Split) -> String {
        let (stable, canary) = (split.stable.version, split.canary.version)
        if stable.host == canary.host { return stable.key }
        if let host = split.rule.host { return "\(host.namespace)/\(host.name)" }
        return min(stable, canary).key
    }
}
