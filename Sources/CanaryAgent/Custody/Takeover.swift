package import CanaryCore
import CanaryJournal
package import CanaryKubernetes
import CanaryRouting
import CanaryTelemetry

/// A run of somebody else that is gone on with, see `RunOptions.takeover`.
package struct Takeover: Sendable, Hashable {
    package var orphan: Orphan
    /// Why the telemetry of the run cannot be reached from here; nil if it can.
    package var blindness: Reason?
    /// Why the run is taken over only to be rolled back; nil if it goes on.
    package var removal: String?
    /// An operator's rollback that waits for whoever takes the run over; what has no evidence any more is then not left as it is.
    package var asked: CanaryRequest?

    /// - Parameter blindness: nil where the options' spec is one that this process can follow.
    package init(_ orphan: Orphan, blindness: Reason? = nil) {
        self.orphan = orphan
        self.blindness = blindness
    }

    /// What is there to go on with.
    package enum Evidence: Sendable {
        case snapshot(EngineSnapshot)
        case none(Reason)
    }

    /// Reads what the process before kept of a run.
    package static func evidence(of run: RolloutRecord.Run, _ content: SnapshotObject.Content?) -> Evidence {
        guard run.engine == EngineVersion.current else {
            let text =
                "it is judged by version \(run.engine) of the statistics, and this Haldane has version \(EngineVersion.current)"
            return .none(Reason("other-engine", text))
        }
        guard let content else { return .none(Reason("no-snapshot", "nothing was kept of what it knew")) }
        do throws(SnapshotError) {
            let codec = SnapshotCodec(limits: SnapshotLimits(storedBytes: SnapshotObject.mostBytes))
            let snapshot = try codec.decode(content.bytes)
            guard snapshot.header.run == run.id, snapshot.header.roles == run.roles else {
                return .none(
                    Reason("other-snapshot", "what was kept is of another run, '\(snapshot.header.run.prefix(128))'")
                )
            }
            return .snapshot(snapshot)
        } catch {
            return .none(Reason("snapshot-\(error.label)", "what was kept cannot be used: \(error)"))
        }
    }

    /// The options with which a process that knows nothing of the canary but its objects goes on with it: the spec is that of the
    /// snapshot, as far as it may be believed.
    ///
    /// - Parameters:
    ///   - content: what was kept; read once more when the lease is taken.
    ///   - home: where journals are kept.
    ///   - trust: what of the snapshot leads out of the canary's own pods and is believed all the same.
    package static func options(
        for orphan: Orphan,
        _ content: SnapshotObject.Content?,
        cluster: ClusterOptions,
        home: JournalHome,
        identity: String?,
        version: String,
        trust: Trust = Trust()
    ) -> RunOptions {
        var spec: CanarySpec
        var blindness: Reason?
        switch evidence(of: orphan.run, content) {
        case .snapshot(let snapshot):
            spec = snapshot.header.spec
        case .none(let reason):
            spec = CanarySpec(
                name: orphan.key.name,
                route: orphan.run.route,
                telemetry: TelemetrySpec(),
                guards: Guards(onOrphan: orphan.run.onOrphan)
            )
            blindness = reason
        }
        spec.name = orphan.key.name
        spec.namespace = orphan.key.namespace
        spec.route = orphan.run.route.inCluster
        // Of the spec as it is run: the record's route may be another one than the snapshot's.
        blindness = blindness ?? trust.blindness(spec, of: orphan.key)
        spec.notify = spec.notify.filter { trust.notify.contains($0) }
        var live = spec
        if blindness != nil {
            live.telemetry = TelemetrySpec()
            live.objectives.metrics = []
            spec.objectives.metrics = []
        }
        var options = RunOptions(
            spec: spec,
            live: live,
            route: .cluster,
            cluster: cluster,
            // Names of objects are fit to be names of folders; the canary's own may be anything.
            journalDirectory: home.folder(
                namespace: orphan.key.namespace,
                name: String(orphan.lease.name.dropFirst("haldane-".count))
            ),
            version: version
        )
        options.identity = identity
        options.by = orphan.run.by
        options.takeover = Takeover(orphan, blindness: blindness)
        options.homes = trust.homes(of: orphan.key)
        return options
    }
}

extension RouteSpec {
    /// The route without what leads out of the cluster: files of this machine are not for objects of the cluster to name, but for those
    /// of a repository that the operator has named.
    var inCluster: RouteSpec {
        var route = self
        route.file = nil
        route.commits = false
        route.settle = route.settle.flatMap { $0.isConfined ? $0 : nil }
        return route
    }
}
