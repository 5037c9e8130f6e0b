package import CanaryCore

/// What is rehearsed, and how often.
package struct RehearseOptions: Sendable {
    /// Where the history comes from.
    package enum Source: Sendable {
        /// The server that keeps the telemetry, as people call it, and the times of (from, to].
        case archive(PastSession.Archive, name: String, from: Timestamp, to: Timestamp)
        /// A recording of the format `haldane.windows/1`; `-` is standard input.
        case recording(path: String)
        /// The journals of earlier runs in a folder.
        case journals(directory: String)
    }

    package var spec: CanarySpec
    package var source: Source
    /// Placebo rollouts, at least 1; rollouts with each regression are `min(runs, 100)`.
    package var runs: Int
    package var seed: UInt64
    /// Pods that play the canary; nil takes two, or one of three.
    package var pods: Int?
    /// Rollouts played at the same time.
    package var threads: Int

    package init(
        spec: CanarySpec,
        source: Source,
        runs: Int = 200,
        seed: UInt64 = 7,
        pods: Int? = nil,
        threads: Int
    ) {
        self.spec = spec
        self.source = source
        self.runs = min(max(runs, 1), Self.mostRuns)
        self.seed = seed
        self.pods = pods
        self.threads = min(max(threads, 1), 256)
    }

    package static let mostRuns = 100_000
    var regressedRuns: Int { min(runs, 100) }
}
