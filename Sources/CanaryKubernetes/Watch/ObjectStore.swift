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

    private var held: [Key: KubernetesObject] = [:]
    /// What was noted since the list that is under way began.
    private var noted: Set<Key> = []

    var count: Int { held.count }

    var all: [KubernetesObject] {
        held.sorted { $0.key < $1.key }.map(\.value)
    }

    func object(_ key: Key) -> KubernetesObject? {
        held[key]
    }

    /// A list is asked for; what is noted from now on may be newer than it.
    mutating func beginList() {
        noted = []
    }

    /// Replaces everything by a list, except for what was noted meanwhile and is newer.
    mutating func replace(by list: ObjectList) {
        var next: [Key: KubernetesObject] = [:]
        for item in list.items { next[Key(item)] = item }
        for key in noted {
            guard let mine = held[key], Self.isOlder(next[key]?.resourceVersion ?? list.resourceVersion, mine) else {
                continue
            }
            next[key] = mine
        }
        held = next
        noted = []
    }

    /// Takes in an object that was stored, unless a newer form of it is held.
    ///
    /// - Returns: whether anything changed.
    mutating func store(_ object: KubernetesObject) -> Bool {
        let key = Key(object)
        if let mine = held[key] {
            guard mine.resourceVersion != object.resourceVersion, !Self.isOlder(object.resourceVersion, mine) else {
                return false
            }
        }
        held[key] = object
        return true
    }

    /// Takes out an object, unless one of the same name was made after it.
    ///
    /// - Returns: whether anything changed.
    mutating func delete(_ object: KubernetesObject) -> Bool {
        let key = Key(object)
        guard let mine = held[key] else { return false }
        if mine.uid != object.uid, Self.isOlder(object.resourceVersion, mine) { return false }
        held[key] = nil
        noted.remove(key)
        return true
    }

    /// Takes in what the server answered to a write of ours.
    mutating func note(_ object: KubernetesObject) -> Bool {
        guard store(object) else { return false }
        noted.insert(Key(object))
        return true
    }

    /// Whether a version is known to be older than an object's.
    private static func isOlder(_ version: String, _ object: KubernetesObject) -> Bool {
        guard let mine = UInt64(version), let other = UInt64(object.resourceVersion) else { return false }
        return mine < other
    }
}
