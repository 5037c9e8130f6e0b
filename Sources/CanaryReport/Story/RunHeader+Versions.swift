package import CanaryCore

extension RunHeader {
    /// The pod-template hashes of stable at the start; nil where no cluster told them.
    package var stableRevision: String? { CanaryStatus.revision(release?.stable) }

    /// The pod-template hashes of the canary at the start; nil where no cluster told them.
    package var canaryRevision: String? { CanaryStatus.revision(release?.canary) }

    /// `v1 (6b7f9c5d48, reviews:1.4.2)`: stable's label with its revision and image, where they are known.
    package var stableVersion: String { Self.version(stable.label, revision: stableRevision, image: images?.stable) }

    /// The canary's label with its revision and image, where they are known.
    package var canaryVersion: String { Self.version(canary.label, revision: canaryRevision, image: images?.canary) }
}
