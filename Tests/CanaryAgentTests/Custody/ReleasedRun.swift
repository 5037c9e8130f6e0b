import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryKubernetes

/// A run that its process gave back, with the state that was kept of it.
struct ReleasedRun {
    let orphan: Orphan
    let content: SnapshotObject.Content

    init(_ spec: CanarySpec) throws {
        var header = RunRig.header(spec)
        header.run = "run-1"
        let lease = Lease(
            holder: "",
            acquired: nil,
            renewed: nil,
            duration: .seconds(15),
            transitions: 0,
            resourceVersion: "1",
            namespace: "test1",
            name: "haldane-demo4"
        )
        let run = RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
        orphan = Orphan(key: CustodyRig.key, lease: lease, run: run, cause: .released)
        let snapshot = EngineSnapshot(header: header, state: RunState(header: header), at: RunRig.start)
        content = SnapshotObject.Content(bytes: try SnapshotCodec().encode(snapshot), run: "run-1")
    }
}
