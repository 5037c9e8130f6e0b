package import CanaryCore

/// A run as it is now, or as it was last known: `haldane.status/1`.
package struct RunStatus: Sendable, Hashable, Codable {
    package static let schema = "haldane.status/1"

    /// Whether somebody works at the run.
    package enum State: String, Sendable, Hashable, Codable {
        case running
        /// Its last process was asked to leave, and left the weights as they are.
        case interrupted
        /// Its last process went without a word.
        case abandoned
        case finished
    }

    /// One version of the two.
    package struct Side: Sendable, Hashable, Codable {
        package var label: String
        /// Its pod-template hashes and what its pods are built from; nil if they are not known, as in answers of older programs.
        package var revision: String?
        package var image: String?
        package var weight: Int?
        package var requests: Int
        package var failed: Int
        /// Ready pods and all pods; nil if they are not known.
        package var readyPods: Int?
        package var pods: Int?

        /// `v1 (6b7f9c5d48, reviews:1.4.2)`.
        var version: String { RunHeader.version(label, revision: revision, image: image) }
    }

    /// Both versions with what is known of their releases; nil where that is nothing but their labels.
    var versions: String? {
        let words = "stable \(stable.version), canary \(canary.version)"
        return stable.version == stable.label && canary.version == canary.label ? nil : words
    }

    package struct Step: Sendable, Hashable, Codable {
        /// From 1.
        package var number: Int
        package var of: Int
        package var percent: Double
        /// The share of the requests seen since settle; nil before.
        package var observedPercent: Double?
        /// `settling`, `testing`, `proved` or `contradicted`.
        package var split: String
    }

    package struct Judged: Sendable, Hashable, Codable {
        package var kind: String
        package var decision: String
        package var label: String
        package var reason: String
        package var missingRequests: Int?
        /// How far the evidence has come, 0...1; nil if the versions were not compared.
        package var harm: Double?
        package var safe: Double?
        package var metrics: [Metric]
        package var notes: [String]
    }

    package struct Metric: Sendable, Hashable, Codable {
        package var name: String
        /// Shares of events, 0...1; nil without requests.
        package var stable: Double?
        package var canary: Double?
        package var differenceLow: Double?
        package var differenceHigh: Double?
        package var isProvedSafe: Bool?
    }

    package struct Pause: Sendable, Hashable, Codable {
        package var by: String?
        package var reason: String
        /// Milliseconds since 1970.
        package var since: Timestamp
    }

    package struct Notice: Sendable, Hashable, Codable {
        package var urgency: String
        package var label: String
        package var message: String
    }

    package var schema: String
    package var state: State
    package var name: String
    package var namespace: String
    package var run: String
    /// What a reader calls the route.
    package var place: String
    package var phase: String
    package var step: Step?
    package var stable: Side
    package var canary: Side
    package var verdict: Judged?
    package var paused: Pause?
    /// What happens next, and when.
    package var next: String
    package var outcome: String?
    package var detail: String?
    package var reason: String?
    /// The last ones, oldest first.
    package var notices: [Notice]
    package var startedAt: Timestamp
    /// The moment of all this.
    package var at: Timestamp
    package var seconds: Double
    package var journal: String
    /// The process that works at the run; nil if none does, or it is not known.
    package var process: Int32?
    package var exitCode: Int32
}

extension RunStatus {
    /// The exit code of `haldane status`.
    ///
    /// Of the outcome once there is one. Before: 2 while it rolls back, 1 while it is paused, else as the last comparison says; 0
    /// as long as nothing was compared.
    package var code: ExitCode {
        switch exitCode {
        case 0: .healthy
        case 1: .undecided
        case 2: .degraded
        default: .unknown
        }
    }

    static func code(_ state: State, _ rollout: Rollout, _ verdict: Verdict?, _ outcome: Outcome?) -> ExitCode {
        if let outcome { return outcome.exitCode }
        switch state {
        case .interrupted: return .undecided
        case .abandoned: return .unknown
        case .running, .finished: break
        }
        switch rollout.phase {
        case .rollingBack, .emptying: return .degraded
        case .finished(let outcome): return outcome.exitCode
        case .starting, .watching, .stepping: return rollout.isPaused ? .undecided : .healthy
        case .analyzing, .baking:
            guard let verdict else { return rollout.isPaused ? .undecided : .healthy }
            return rollout.isPaused && verdict.kind == .healthy ? .undecided : verdict.exitCode
        }
    }
}
