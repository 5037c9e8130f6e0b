import CanaryYAML

/// The part of a shared mirror that one query asks for. It holds nothing itself and costs nothing between two looks.
struct MirrorView: MirroredObjects {
    let mirror: ObjectMirror
    let namespace: String?
    let selector: LabelSelector?
    let name: String?
    /// Gives back a mirror that was opened for this query alone; nil for one that stays.
    let release: (@Sendable () async -> Void)?

    var lastConfirmed: ContinuousClock.Instant? { get async { await mirror.lastConfirmed } }

    var failure: KubernetesError? { get async { await mirror.failure } }

    var revision: UInt64 { get async { await mirror.revision } }

    func objects() async -> [KubernetesObject] {
        if let name, let namespace {
            return [await object(named: name, namespace: namespace)].compactMap { $0 }
        }
        let objects = await mirror.objects(in: namespace, matching: selector)
        return name.map { name in objects.filter { $0.name == name } } ?? objects
    }

    func object(named name: String, namespace: String) async -> KubernetesObject? {
        guard self.name.map({ $0 == name }) ?? true, self.namespace.map({ $0 == namespace }) ?? true,
            let object = await mirror.object(named: name, namespace: namespace),
            selector?.picks(object.json["metadata"]?["labels"]) ?? true
        else { return nil }
        return object
    }

    func note(_ object: KubernetesObject) async { await mirror.note(object) }

    func stop() async { await release?() }
}
