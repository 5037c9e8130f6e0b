import CanaryYAML

/// A Lease as it is stored: who holds something, since when, and until when unless it is renewed.
package struct Lease: Sendable, Hashable {
    /// Empty when nobody holds it.
    package var holder: String
    package var acquired: MicroTime?
    package var renewed: MicroTime?
    /// At least a second; 15 if the object does not say.
    package var duration: Duration
    /// How often the holder changed.
    package var transitions: Int
    package var resourceVersion: String
    /// Another one after the object was deleted and made again; empty for a lease that is not stored yet.
    package var uid: String
    /// Empty for a lease that is not stored yet.
    package var namespace: String
    package var name: String
    /// What is told beside it; untrusted text.
    package var annotations: [String: String]

    package init(
        holder: String,
        acquired: MicroTime?,
        renewed: MicroTime?,
        duration: Duration,
        transitions: Int,
        resourceVersion: String,
        uid: String = "",
        namespace: String = "",
        name: String = "",
        annotations: [String: String] = [:]
    ) {
        self.namespace = namespace
        self.name = name
        self.annotations = annotations
        self.holder = holder
        self.acquired = acquired
        self.renewed = renewed
        self.duration = duration
        self.transitions = transitions
        self.resourceVersion = resourceVersion
        self.uid = uid
    }

    package init(_ object: KubernetesObject) {
        let spec = object.spec
        self.init(
            holder: spec["holderIdentity"]?.string ?? "",
            acquired: spec["acquireTime"]?.string.flatMap { MicroTime($0) },
            renewed: spec["renewTime"]?.string.flatMap { MicroTime($0) },
            duration: .seconds(min(max(spec["leaseDurationSeconds"]?.integer ?? 15, 1), 86_400)),
            transitions: spec["leaseTransitions"]?.integer ?? 0,
            resourceVersion: object.resourceVersion,
            uid: object.uid,
            namespace: object.namespace,
            name: object.name,
            annotations: object.annotations
        )
    }

    /// When it ends unless it is renewed, by the holder's clock; nil if it was never renewed.
    package var end: MicroTime? {
        renewed.map { $0.advanced(by: duration) }
    }

    /// The `spec` of the object.
    var spec: JSONValue {
        var members: [String: JSONValue] = [
            // Zero is refused by the server.
            "leaseDurationSeconds": .integer(max(1, duration.components.seconds)),
            "leaseTransitions": .integer(Int64(Int32(clamping: max(transitions, 0)))),
        ]
        // An empty one is refused: nobody is no holder.
        if !holder.isEmpty { members["holderIdentity"] = .string(holder) }
        members["acquireTime"] = acquired.map { .string("\($0)") }
        members["renewTime"] = renewed.map { .string("\($0)") }
        return .object(members)
    }
}
