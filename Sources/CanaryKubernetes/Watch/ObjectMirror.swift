/// One list and one watch, kept up to date.
///
/// A mirror never ends by itself: after every failure it comes back, from the last version if the server still knows
/// it, else by a new list. Whether what it holds is fresh is said by `lastConfirmed` and `failure`.
///
/// ```swift
/// let pods = ObjectMirror(client: client, resource: .pods, namespace: "test1", labels: "app=demo4")
/// try await pods.start()
/// … await pods.objects() …
/// await pods.stop()
/// ```
///
/// A mirror that is dropped without `stop()` ends with its present watch, half a minute later at most.
package actor ObjectMirror {
    /// The times of a mirror.
    package struct Timing: Sendable, Hashable {
        /// After which the server is asked to end each watch; a bookmark comes shortly before.
        package var watch: Duration

        /// The longest silence that is taken for life; longer than `watch`.
        package var idle: Duration

        /// The pause after a first failure; it doubles with each further one.
        package var firstPause: Duration

        package var longestPause: Duration

        package init(
            watch: Duration = .seconds(30),
            idle: Duration = .seconds(40),
            firstPause: Duration = .milliseconds(100),
            longestPause: Duration = .seconds(10)
        ) {
            self.watch = watch
            self.idle = idle
            self.firstPause = firstPause
            self.longestPause = longestPause
        }
    }

    /// Of the last list, event or bookmark: how fresh this is.
    package private(set) var lastConfirmed: ContinuousClock.Instant?

    /// Why it is not fresh; nil while the watch works.
    package private(set) var failure: KubernetesError?

    private let client: KubernetesClient
    private let resource: APIResource
    private let namespace: String?
    private let labels: String?
    private let name: String?
    private let timing: Timing
    private let reduction: ObjectReduction
    private let onChange: (@Sendable (ObjectChange) -> Void)?
    private let clock = ContinuousClock()
    private var store = ObjectStore()
    private var backoff: Backoff
    /// Where the next watch begins; nil if a list is needed.
    private var version: String?
    /// How many watches in a row told nothing at all: from a version of the future, nothing ever comes.
    private var silences = 0
    private var task: Task<Void, Never>?
    /// The first list, while it is under way: whoever else wants to start waits for it.
    private var starting: Task<Result<Void, KubernetesError>, Never>?
    private var observers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var lastObserver = 0
    private var isStopped = false

    /// Makes a mirror, which holds nothing before `start`.
    ///
    /// - Parameters:
    ///   - namespace: nil for all namespaces.
    ///   - labels: a label selector.
    ///   - name: only the object of this name.
    ///   - reduction: what is kept of each object.
    ///   - seed: of the random part of the pauses.
    ///   - onChange: is told of each object that is new, changed or gone, in order. It must return at once.
    package init(
        client: KubernetesClient,
        resource: APIResource,
        namespace: String?,
        labels: String? = nil,
        name: String? = nil,
        timing: Timing = Timing(),
        reduction: ObjectReduction = .whole,
        seed: UInt64 = .random(in: .min ... .max),
        onChange: (@Sendable (ObjectChange) -> Void)? = nil
    ) {
        self.client = client
        self.resource = resource
        self.namespace = namespace
        self.labels = labels
        self.name = name
        self.timing = timing
        self.reduction = reduction
        self.onChange = onChange
        backoff = Backoff(first: timing.firstPause, longest: timing.longestPause, seed: seed)
    }

    deinit {
        task?.cancel()
        for observer in observers.values { observer.finish() }
    }

    /// Makes the first list, and keeps it up to date from then on; throws if the list fails.
    package func start() async throws(KubernetesError) {
        guard task == nil else { return }
        if let starting { return try await starting.value.get() }
        // Ends with the list, whose time is bounded; cancelled with the caller that began it.
        let first = Task { () -> Result<Void, KubernetesError> in
            do throws(KubernetesError) {
                try await self.list()
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        starting = first
        let result = await withTaskCancellationHandler {
            await first.value
        } onCancel: {
            first.cancel()
        }
        starting = nil
        try result.get()
        guard task == nil, !isStopped else { return }
        // Ended by `stop` or `deinit`; it holds the mirror only while a watch is open.
        task = Task { [weak self, wait = client.wait] in
            while !Task.isCancelled, let pause = await self?.watchOnce() {
                // A wait that fails was cancelled, which the loop sees.
                try? await wait(pause)
            }
        }
    }

    /// All objects, by namespace and name.
    package func objects() -> [KubernetesObject] {
        store.all
    }

    /// Those of a namespace, or of all, that a selector picks, by namespace and name.
    ///
    /// - Complexity: O(what is picked) for a selector that asks for a label's value, after its first use.
    package func objects(in namespace: String?, matching selector: LabelSelector?) -> [KubernetesObject] {
        store.objects(in: namespace, matching: selector)
    }

    /// Goes up with every change of what is held.
    package var revision: UInt64 { store.revision }

    /// How many objects are held.
    package var count: Int { store.count }

    package func object(named name: String, namespace: String) -> KubernetesObject? {
        store.object(ObjectStore.Key(namespace: namespace, name: name))
    }

    /// Takes in what the server answered to a write of ours, so that a reader sees it at once.
    package func note(_ object: KubernetesObject) {
        guard let change = store.note(reduced(object)) else { return }
        onChange?(change)
        tellObservers()
    }

    /// Tells that something may have changed: objects, `failure` or `lastConfirmed`. Several changes may be
    /// told as one.
    package func updates() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        lastObserver += 1
        let id = lastObserver
        observers[id] = continuation
        continuation.onTermination = { [weak self] _ in
            // Ends at once; nobody waits for it.
            Task { await self?.removeObserver(id) }
        }
        return stream
    }

    /// Ends the watch and returns when it has ended. What is held stays.
    package func stop() async {
        isStopped = true
        starting?.cancel()
        task?.cancel()
        await task?.value
        for observer in observers.values { observer.finish() }
        observers = [:]
    }

    // MARK: - The loop

    /// Opens a watch, after a list if one is needed, and follows it to its end.
    ///
    /// - Returns: the pause before the next one.
    private func watchOnce() async -> Duration {
        let start = clock.now
        do throws(KubernetesError) {
            if version == nil { try await list() }
            let hasHeard = try await follow()
            silences = hasHeard ? 0 : silences + 1
            let isSteady = hasHeard || start.duration(to: clock.now) >= timing.watch / 2
            if isSteady { backoff.reset() }
        } catch {
            guard error.code != .cancelled else { return timing.firstPause }
            if error.code == .timedOut { silences += 1 }
            failure = error
            if !Self.mayGoOn(after: error) { version = nil }
            tellObservers()
        }
        if silences >= 2 {
            silences = 0
            version = nil
        }
        return max(backoff.next(), min(failure?.retryAfter ?? .zero, .seconds(60)))
    }

    /// Reads one watch to its end, and says whether it told anything.
    private func follow() async throws(KubernetesError) -> Bool {
        var watch = try await client.watch(
            resource,
            namespace: namespace,
            labels: labels,
            name: name,
            from: version ?? "",
            duration: timing.watch,
            idle: timing.idle
        )
        if failure != nil {
            failure = nil
            tellObservers()
        }
        var hasHeard = false
        while let event = try await watch.next() {
            hasHeard = true
            silences = 0
            backoff.reset()
            try take(event)
        }
        return hasHeard
    }

    private func take(_ event: WatchEvent) throws(KubernetesError) {
        lastConfirmed = clock.now
        switch event {
        case .stored(let object):
            if let change = store.store(reduced(object)) { onChange?(change) }
            version = object.resourceVersion
            guard store.count <= client.limits.objects else {
                throw .badAnswer(
                    "there are more than \(client.limits.objects) objects",
                    call: APICall(verb: "watch", resource: resource, namespace: namespace),
                    label: client.connection.label,
                    hint: "narrow it with a label selector or a namespace"
                )
            }
        case .deleted(let object):
            if let change = store.delete(object) { onChange?(change) }
            version = object.resourceVersion
        case .bookmark(let newer):
            version = newer
        }
        tellObservers()
    }

    private func list() async throws(KubernetesError) {
        store.beginList()
        let list = try await client.list(
            resource,
            namespace: namespace,
            labels: labels,
            name: name,
            reduction: reduction
        )
        let changes = store.replace(by: list, telling: onChange != nil)
        version = list.resourceVersion
        lastConfirmed = clock.now
        failure = nil
        if let onChange { changes.forEach(onChange) }
        tellObservers()
    }

    /// Whether the last version is still worth trying.
    private static func mayGoOn(after error: KubernetesError) -> Bool {
        switch error.code {
        case .gone, .serverError, .invalid, .badAnswer, .notFound, .noSuchResource: false
        default: true
        }
    }

    private func reduced(_ object: KubernetesObject) -> KubernetesObject {
        KubernetesObject(reduction.reduce(object.json, of: resource))
    }

    private func tellObservers() {
        for observer in observers.values { observer.yield() }
    }

    private func removeObserver(_ id: Int) {
        observers[id] = nil
    }
}
