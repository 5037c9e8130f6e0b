import CanaryYAML

/// Which objects have which value of a label, for the labels that were asked for.
struct LabelIndex {
    /// By label, value and namespace.
    private var places: [String: [String: [String: Set<ObjectStore.Key>]]] = [:]

    /// Labels beyond this many are not kept together; objects are then looked at one by one.
    private static let mostLabels = 64

    /// Keeps objects together by a label from now on.
    mutating func build(_ label: String, of held: [ObjectStore.Key: KubernetesObject]) {
        guard places[label] == nil, places.count < Self.mostLabels else { return }
        var values: [String: [String: Set<ObjectStore.Key>]] = [:]
        for (key, object) in held {
            guard let value = Self.value(label, object) else { continue }
            values[value, default: [:]][key.namespace, default: []].insert(key)
        }
        places[label] = values
    }

    mutating func rebuild(of held: [ObjectStore.Key: KubernetesObject]) {
        let labels = places.keys
        places = [:]
        for label in labels { build(label, of: held) }
    }

    mutating func change(_ key: ObjectStore.Key, from old: KubernetesObject?, to new: KubernetesObject?) {
        for label in places.keys {
            let (before, after) = (old.flatMap { Self.value(label, $0) }, new.flatMap { Self.value(label, $0) })
            guard before != after else { continue }
            if let before {
                places[label]?[before]?[key.namespace]?.remove(key)
                if places[label]?[before]?[key.namespace]?.isEmpty == true {
                    places[label]?[before]?[key.namespace] = nil
                }
                if places[label]?[before]?.isEmpty == true { places[label]?[before] = nil }
            }
            if let after { places[label]?[after, default: [:]][key.namespace, default: []].insert(key) }
        }
    }

    /// The objects with one of the values; nil if the label is not kept.
    func keys(_ label: String, _ values: Set<String>, in namespace: String?) -> [ObjectStore.Key]? {
        guard let kept = places[label] else { return nil }
        var found: [ObjectStore.Key] = []
        for value in values {
            guard let places = kept[value] else { continue }
            if let namespace {
                found += places[namespace] ?? []
            } else {
                for keys in places.values { found += keys }
            }
        }
        return found
    }

    private static func value(_ label: String, _ object: KubernetesObject) -> String? {
        object.json["metadata"]?["labels"]?[label]?.string
    }
}
