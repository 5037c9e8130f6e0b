/// What the two versions of a run are built from, as people know it: `reviews:1.4.2`; by role.
package struct ReleaseImages: Sendable, Hashable, Codable {
    package var stable: String?
    package var canary: String?

    package init(stable: String?, canary: String?) {
        self.stable = stable
        self.canary = canary
    }

    /// Those of the pods of the two versions, by role; nil if neither is known.
    package init?(_ population: Population) {
        guard population.stable.image != nil || population.canary.image != nil else { return nil }
        self.init(stable: population.stable.image, canary: population.canary.image)
    }
}

extension RunHeader {
    /// `v1 (6b7f9c5d48, reviews:1.4.2)`: what a version is called, with as much of its revision and its image as is known.
    package static func version(_ label: String, revision: String?, image: String?) -> String {
        let known = [revision, image.map { PlainLine.of($0, limit: 120) }].compactMap { $0 }
        return known.isEmpty ? label : "\(label) (\(known.joined(separator: ", ")))"
    }
}

extension RunProgress {
    /// The images of the two versions as they are now, or as they were at the start.
    ///
    /// Until the first step the canary may be replaced by another one: then what was found at the start is not its image.
    package var images: ReleaseImages {
        let now = rollout.population
        let isSame = rollout.release.map { seen in header.release.map { $0.canary == seen.canary } ?? true } ?? true
        return ReleaseImages(
            stable: now?.stable.image ?? header.images?.stable,
            canary: now?.canary.image ?? (isSame ? header.images?.canary : nil)
        )
    }

    /// `canary v2 (7d4b9, reviews:1.5.0), stable v1 (6b7f9, reviews:1.4.2)`; nil where nothing but the labels is known.
    package var versions: String? {
        let (images, release) = (images, rollout.release ?? header.release)
        let canary = RunHeader.version(
            header.canary.label,
            revision: CanaryStatus.revision(release?.canary),
            image: images.canary
        )
        let stable = RunHeader.version(
            header.stable.label,
            revision: CanaryStatus.revision(release?.stable),
            image: images.stable
        )
        guard canary != header.canary.label || stable != header.stable.label else { return nil }
        return "canary \(canary), stable \(stable)"
    }
}
