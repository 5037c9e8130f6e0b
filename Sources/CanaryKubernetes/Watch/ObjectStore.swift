import CanaryYAML

/// The objects of a mirror, brought up to date by lists, events and our own writes.
///
/// Versions are opaque, but those of one server are numbers that grow; where both are numbers an older object never
/// replaces a newer one, so that our own write does not vanish until its event comes.
struct ObjectStore {
    struct Key: Hashable, Comparable {
        var namespace: String
        var name: String

        init(_ object: KubernetesObject) {
            self.init(namespace: object.namespace, name: object.name)
        }

        init(namespace: String, name: String) {
            self.namespace = namespace
            self.name = name
        }

        static func < (left: Key, right: Key) -> Bool {
            (left.namespace, left.name) < (right.namespace, right.name)
        }
    }

    /// Goes up with every change.
    private(set) var revision: UInt64 = 0
    private var held: [Key: KubernetesObject] = [:] {
        didSet {
            revision &+= 1
            sorted = nil
        }
    }
    /// All of them in order, as long as nothing changes.
    private var sorted: [KubernetesObject]?
    private var index = LabelIndex()
    /// What was noted since the list that is under way began.
    private var noted: Set<Key> = []

    var count: Int { held.count }

    /// All objects, by namespace and name; sorted once for each change.
    var all: [KubernetesObject] {
        mutating get {
            if let sorted { return sorted }
            let all = held.sorted { $0.key < $1.key }.map(\.value)
            sorted = all
            return all
        }
    }

    /// Those of a namespace, or of all, that a selector picks, by namespace and name.
    ///
    /// A selector that asks for a label's value looks at the objects that have it, which are kept together from its first use on;
    /// anything else looks at all objects.
    mutating func objects(in namespace: String?, matching selector: LabelSelector?) -> [KubernetesObject] {
        guard namespace != nil || selector != nil else { return all }
        if let selector, let (label, values) = selector.key {
            index.build(label, of: held)
            if let keys = index.keys(label, values, in: namespace) {
                return keys.sorted().compactMap { key in
                    guard let object = held[key], selector.picks(object.json["metadata"]?["labels"]) else { return nil }
                    return object
                }
            }
        }
        return held.filter { key, object in
            (namespace.map { $0 == key.namespace } ?? true)
                && (selector?.picks(object.json["metadata"]?["labels"]) ?? true)
        }.sorted { $0.key < $1.key }.map(\.value)
    }

    func object(_ key: Key) -> KubernetesObject? {
        held[key]
    }

    /// A list is asked for; what is noted from now on may be newer than it.
    mutating func beginList() {
        noted = []
    }

    /// Replaces everything by a list, except for what was noted meanwhile and is newer.
    ///
    /// - Returns: what is different now, if somebody wants to know.
    mutating func replace(by list: ObjectList, telling: Bool = false) -> [ObjectChange] {
        var next: [Key: KubernetesObject] = [:]
        for item in list.items { next[Key(item)] = item }
        for key in noted {
            guard let mine = held[key], Self.isOlder(next[key]?.resourceVersion ?? list.resourceVersion, mine) else {
                continue
            }
            next[key] = mine
        }
        let changes = telling ? Self.changes(from: held, to: next) : []
        held = next
        index.rebuild(of: held)
        noted = []
        return changes
    }

    private static func changes(
        from old: [Key: KubernetesObject],
        to new: [Key: KubernetesObject]
    ) -> [ObjectChange] {
        var changes: [ObjectChange] = []
        for (key, object) in new where old[key]?.resourceVersion != object.resourceVersion {
            changes.append(ObjectChange(before: old[key], after: object))
        }
        for (key, object) in old where new[key] == nil { changes.append(ObjectChange(before: object, after: nil)) }
        return changes
    }

    /// Takes in an object that was stored, unless a newer form of it is held.
    ///
    /// - Returns: what changed; nil if nothing did.
    mutating func store(_ object: KubernetesObject) -> ObjectChange? {
        let key = Key(object)
        let mine = held[key]
        if let mine {
            guard mine.resourceVersion != object.resourceVersion, !Self.isOlder(object.resourceVersion, mine) else {
                return nil
            }
        }
        held[key] = object
        index.change(key, from: mine, to: object)
        return ObjectChange(before: mine, after: object)
    }

    /// Takes out an object, unless one of the same name was made after it.
    ///
    /// - Returns: what changed; nil if nothing did.
    mutating func delete(_ object: KubernetesObject) -> ObjectChange? {
        let key = Key(object)
        guard let mine = held[key] else { return nil }
        if mine.uid != object.uid, Self.isOlder(object.resourceVersion, mine) { return nil }
        held[key] = nil
        index.change(key, from: mine, to: nil)
        noted.remove(key)
        return ObjectChange(before: mine, after: nil)
    }

    /// Takes in what the server answered to a write of ours.
    mutating func note(_ object: KubernetesObject) -> ObjectChange? {
        guard let change = store(object) else { return nil }
        noted.insert(Key(object))
        return change
    }

    /// Whether a version is known to be older than an object's.
    private static func isOlder(_ version: String, _ object: KubernetesObject) -> Bool {
        guard let mine = UInt64(version), let other = UInt64(object.resourceVersion) else { return false }
        return mine < other
    }
}
