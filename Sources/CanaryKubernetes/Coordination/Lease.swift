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

    package init(
        holder: String,
        acquired: MicroTime?,
        renewed: MicroTime?,
        duration: Duration,
        transitions: Int,
        resourceVersion: String
    ) {
        self.holder = holder
        self.acquired = acquired
        self.renewed = renewed
        self.duration = duration
        self.transitions = transitions
        self.resourceVersion = resourceVersion
    }

    package init(_ object: KubernetesObject) {
        let spec = object.spec
        self.init(
            holder: spec["holderIdentity"]?.string ?? "",
            acquired: spec["acquireTime"]?.string.flatMap { MicroTime($0) },
            renewed: spec["renewTime"]?.string.flatMap { MicroTime($0) },
            duration: .seconds(min(max(spec["leaseDurationSeconds"]?.integer ?? 15, 1), 86_400)),
            transitions: spec["leaseTransitions"]?.integer ?? 0,
            resourceVersion: object.resourceVersion
        )
    }

    /// When it ends unless it is renewed, by the holder's clock; nil if it was never renewed.
    package var end: MicroTime? {
        renewed.map { $0.advanced(by: duration) }
    }

    /// The `spec` of the object.
    var spec: JSONValue {
        var members: [String: JSONValue] = [
            "holderIdentity": .string(holder),
            // Zero is refused by the server.
            "leaseDurationSeconds": .integer(max(1, duration.components.seconds)),
            "leaseTransitions": .integer(Int64(clamping: transitions)),
        ]
        members["acquireTime"] = acquired.map { .string("\($0)") }
        members["renewTime"] = renewed.map { .string("\($0)") }
        return .object(members)
    }
}
