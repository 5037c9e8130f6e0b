import CanaryCore
import CanaryRouting

/// The weights that the simulated mesh obeys: those of the route file, as a control plane would read them.
///
/// While the file cannot be read the last good weights stay in force, as they would in real proxies.
actor MeshWeights {
    private let store: FileRouteStore
    private var share = 0.0

    init(path: String, spec: CanarySpec) {
        store = RouteFile.store(path, spec, .asNamed)
    }

    /// The canary's share in force, 0...1.
    func canaryShare() async -> Double {
        if let snapshot = try? await store.read() { share = snapshot.weights.canaryPercent / 100 }
        return share
    }

    /// Somebody else sets everything back to stable, as a sync from a repository would.
    func reset() async {
        guard let snapshot = try? await store.read() else { return }
        _ = try? await store.apply(.allStable, expecting: snapshot.revision)
    }
}
