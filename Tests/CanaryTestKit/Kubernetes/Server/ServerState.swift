package import CanaryYAML
import Glibc

/// Everything that the threads of a `FakeAPIServer` share.
struct ServerState: Sendable {
    struct Waiter: Sendable {
        let isFulfilled: @Sendable (ClusterView) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    /// A watch that is being served, with the pipe that wakes its thread.
    struct OpenWatch: Sendable {
        enum Command: Sendable {
            case bookmark
            case cut
            case end
            case silence
        }

        let kind: ClusterKind
        let user: String
        let wakeDescriptor: Int32
        /// What to do after the changes up to a revision.
        var commands: [(command: Command, revision: Int)] = []
    }

    var cluster = Cluster()
    var faults = FaultPlan()
    var log = RequestLog()
    var watches: [Int: OpenWatch] = [:]
    var podHandler: (@Sendable (PodRequest) -> PodAnswer)?
    var waiters: [Waiter] = []
    var observers: [@Sendable (ClusterChange) -> Void] = []
    /// Changes up to here have been queued for the observers.
    var observed = 1000
    var pending: [ClusterChange] = []
    var isDelivering = false
    var descriptors: Set<Int32> = []
    /// Who sent the last request of a connection.
    var users: [Int32: String] = [:]
    /// Whose requests do not get through.
    var cutOff: [String: Partition] = [:]
    var accepted = 0
    var isStopped = false
    private var watchesMade = 0

    static let mostConnections = 1000

    var view: ClusterView {
        ClusterView(
            pieces: log.pieces,
            requestsMade: log.count,
            permissions: log.permissions,
            openWatches: watches.count,
            openConnections: descriptors.count,
            acceptedConnections: accepted,
            store: cluster.store.snapshot,
            catalogue: cluster.catalogue
        )
    }

    mutating func add(_ watch: OpenWatch) -> Int {
        watchesMade += 1
        watches[watchesMade] = watch
        return watchesMade
    }

    /// Tells watches to do something after the changes so far.
    mutating func command(_ command: OpenWatch.Command, watchesOf kind: ClusterKind? = nil, by user: String? = nil) {
        for (number, watch) in watches
        where (kind == nil || kind == watch.kind) && (user == nil || user == watch.user) {
            watches[number]?.commands.append((command, cluster.store.revision))
        }
    }

    /// Wakes the threads of all watches.
    func wakeWatches() {
        for watch in watches.values {
            var byte: UInt8 = 1
            // A full pipe wakes as well.
            _ = write(watch.wakeDescriptor, &byte, 1)
        }
    }

    /// Queues what the store has seen since the last call.
    mutating func queueChanges() {
        guard observed < cluster.store.revision else { return }
        if !observers.isEmpty {
            for event in cluster.store.events(after: observed) ?? [] { pending.append(ClusterChange(event)) }
        }
        observed = cluster.store.revision
    }

    /// Lets another writer have its way; what it does wrong is nobody's business.
    mutating func act(_ rival: Rival, on request: APIRequest, restoring old: JSONValue?, at time: String) {
        guard let place = request.place, let name = place.name,
            let kind = cluster.catalogue.kind(group: place.group, version: place.version, plural: place.plural)
        else { return }
        let key = ObjectKey(kind: kind, namespace: place.namespace ?? "", name: name)
        guard let present = cluster.store[key] else { return }
        let write = ObjectWrite(
            key: key,
            version: cluster.catalogue.preferredVersion(of: kind),
            manager: rival.manager,
            time: time
        )
        let document: JSONValue?
        switch rival.edit {
        case .restore: document = old
        case .patch(let text): document = try? JSONPatch(Array(text.utf8)).applied(to: present)
        }
        guard let document else { return }
        _ = try? cluster.store.save(document, write)
        cluster.reconcile(key, at: time)
    }
}

/// A change of an object, as observers are told.
package struct ClusterChange: Sendable {
    package let kind: ClusterKind
    package let namespace: String
    package let name: String
    package let revision: Int
    package let manager: String
    /// The user whose request it was; empty for a change past the API.
    package let user: String
    /// Nil for a creation.
    package let before: JSONValue?
    /// Nil for a deletion.
    package let after: JSONValue?

    init(_ event: ObjectStore.Event) {
        kind = event.key.kind
        namespace = event.key.namespace
        name = event.key.name
        revision = event.revision
        manager = event.manager
        user = event.user
        before = event.before
        after = event.after
    }
}

/// The double at one moment.
package struct ClusterView: Sendable {
    private let pieces: [[RequestRecord]]
    /// How many requests there were, also those that are forgotten: the number of the next one.
    package let requestsMade: Int
    /// Every permission that the requests so far needed.
    package let permissions: Set<UsedPermission>
    package let openWatches: Int
    package let openConnections: Int
    package let acceptedConnections: Int
    let store: ObjectStore
    let catalogue: Catalogue

    fileprivate init(
        pieces: [[RequestRecord]],
        requestsMade: Int,
        permissions: Set<UsedPermission>,
        openWatches: Int,
        openConnections: Int,
        acceptedConnections: Int,
        store: ObjectStore,
        catalogue: Catalogue
    ) {
        self.pieces = pieces
        self.requestsMade = requestsMade
        self.permissions = permissions
        self.openWatches = openWatches
        self.openConnections = openConnections
        self.acceptedConnections = acceptedConnections
        self.store = store
        self.catalogue = catalogue
    }

    /// All requests so far, the oldest first.
    package var requests: [RequestRecord] { pieces.flatMap(\.self) }

    /// The number of the last change.
    package var revision: Int { store.revision }

    /// Requests that would change something, dry runs and access reviews left out.
    package var writes: [RequestRecord] { pieces.flatMap { $0.filter(\.isWrite) } }

    package func requests(_ verb: String, _ kind: ClusterKind) -> [RequestRecord] {
        pieces.flatMap { $0.filter { $0.verb == verb && $0.concerns(kind) } }
    }

    /// An object as it is stored, in the preferred version of its kind; nil if there is none.
    package func object(_ kind: ClusterKind, _ name: String, in namespace: String = "") -> JSONValue? {
        store[ObjectKey(kind: kind, namespace: namespace, name: name)]?
            .served(as: kind.apiVersion(catalogue.preferredVersion(of: kind)))
    }

    /// The objects of a namespace, or of all, in the order of namespace and name.
    package func objects(_ kind: ClusterKind, in namespace: String? = nil) -> [JSONValue] {
        store.objects(kind, namespace: namespace).map(\.object)
    }
}
