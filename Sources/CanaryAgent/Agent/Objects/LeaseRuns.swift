import CanaryKubernetes
import CanaryYAML

/// Which of the mirrored Leases hold a run, or a record that cannot be read, so that only those that changed are read again.
struct LeaseRuns: Sendable {
    private struct Known: Sendable {
        var version: String
        /// Nil if its record can be read and holds no run.
        var lease: Lease?
    }

    private var known: [ObjectIdentifier: [String: Known]] = [:]

    /// The Leases with a run in their record, or with one that cannot be read, of all that a mirror holds now.
    mutating func look(at objects: [KubernetesObject], in mirror: ObjectMirror) -> [Lease] {
        let before = known[ObjectIdentifier(mirror)] ?? [:]
        var now: [String: Known] = [:]
        now.reserveCapacity(objects.count)
        var held: [Lease] = []
        for object in objects {
            let place = "\(object.namespace)/\(object.name)"
            let version = object.resourceVersion
            let entry: Known
            if let seen = before[place], seen.version == version {
                entry = seen
            } else {
                let text = object.json["metadata"]?["annotations"]?[RolloutObject.recordKey]?.string
                let hasRun = text?.contains("\"run\":{") ?? false
                let lease = Lease(object)
                entry = Known(version: version, lease: hasRun || StoredRecord(lease) == .damaged ? lease : nil)
            }
            now[place] = entry
            if let lease = entry.lease { held.append(lease) }
        }
        known[ObjectIdentifier(mirror)] = now
        return held
    }
}
