import CanaryCore

/// The subsets that a namespace's DestinationRules define, by host.
struct SubsetIndex {
    struct Entry {
        /// `DestinationRule test1/demo4`.
        var origin: String
        var suffix: String
        var isWide: Bool
        /// In the order of the rule.
        var subsets: [Subset]
    }

    struct Subset: Hashable {
        var name: String
        var labels: [String: String]
    }

    private let entries: [Entry]

    init(_ rules: [JSONValue], namespace: String?) {
        entries = rules.compactMap { rule in
            guard let host = rule["spec"]?["host"]?.string else { return nil }
            let full = ServiceHost(host, namespace: namespace, kind: .virtualService).full
            let name = rule["metadata"]?["name"]?.string ?? ""
            let subsets = (rule["spec"]?["subsets"]?.items ?? []).compactMap { subset in
                subset["name"]?.string.map { Subset(name: $0, labels: subset["labels"]?.strings ?? [:]) }
            }
            return Entry(
                origin: "DestinationRule " + (namespace.map { "\($0)/\(name)" } ?? name),
                suffix: full.hasPrefix("*") ? String(full.dropFirst()) : full,
                isWide: full.hasPrefix("*"),
                subsets: subsets
            )
        }
    }

    /// What is said of a host: by the rules for exactly it, else by one for a part of its name.
    func entries(of host: String) -> [Entry] {
        let exact = entries.filter { !$0.isWide && $0.suffix == host }
        return exact.isEmpty ? entries.filter { $0.isWide && host.hasSuffix($0.suffix) } : exact
    }

    /// The rule that has both subsets, and whether it names the second one first; nil if none has both.
    func order(_ first: String, _ second: String, of host: String) -> (origin: String, isSwapped: Bool)? {
        for entry in entries(of: host) {
            let names = entry.subsets.map(\.name)
            guard let one = names.firstIndex(of: first), let other = names.firstIndex(of: second) else { continue }
            return (entry.origin, other < one)
        }
        return nil
    }

    /// The labels of a subset and the rule that tells them.
    func labels(_ subset: String, of host: String) -> (origin: String, labels: [String: String])? {
        for entry in entries(of: host) {
            if let found = entry.subsets.first(where: { $0.name == subset }) { return (entry.origin, found.labels) }
        }
        return nil
    }
}
