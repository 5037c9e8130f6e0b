package import CanaryCore

extension RunHeader {
    /// The pod-template hashes of stable at the start; nil where no cluster told them.
    package var stableRevision: String? { CanaryStatus.revision(release?.stable) }

    /// The pod-template hashes of the canary at the start; nil where no cluster told them.
    package var canaryRevision: String? { CanaryStatus.revision(release?.canary) }

    /// `v1 (6b7f9c5d48)`: stable's label with its revision, where that is known.
    package var stableVersion: String { Self.version(stable.label, stableRevision) }

    /// The canary's label with its revision, where that is known.
    package var canaryVersion: String { Self.version(canary.label, canaryRevision) }

    private static func version(_ label: String, _ revision: String?) -> String {
        revision.map { "\(label) (\($0))" } ?? label
    }
}
