package import CanaryCore

/// What a list of past runs says of one: a few numbers of its journal.
///
/// Kept in index files, so a change of its stored form needs another `HistoryRow.form`.
package struct HistoryRow: Sendable, Hashable, Codable {
    /// Of the stored form.
    package static let form = 1

    /// One of the two versions.
    package struct Side: Sendable, Hashable, Codable {
        /// As people call it: the subset, else the host.
        package var label: String
        package var subset: String?
        package var workload: String?
        /// Pod-template hashes; empty where no cluster told them.
        package var hashes: [String] = []
    }

    /// Something that a person asked of the run.
    package struct Command: Sendable, Hashable, Codable {
        package var at: Timestamp
        package var verb: String
        /// As `alice@laptop`; nil if that is not known.
        package var by: String?
        package var reason: String

        package init(at: Timestamp, verb: String, by: String?, reason: String) {
            self.at = at
            self.verb = verb
            self.by = by
            self.reason = reason
        }
    }

    package var run: String
    /// Nil for a rollout.
    package var purpose: RunHeader.Purpose?
    package var namespace: String
    package var name: String
    /// The version of the program that wrote the journal.
    package var version: String
    package var place: String
    package var cluster: String?
    /// Of a rollout when it began; of a judgement the begin of what was judged.
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    package var stable: Side
    package var canary: Side
    /// Nil if the journal has none.
    package var outcome: Outcome?
    /// Why the last process ended without an outcome, if it said so.
    package var interruption: Reason?
    /// The first ones; `commandCount` is how many there were.
    package var commands: [Command] = []
    package var commandCount = 0
    /// The command that decided the outcome, or the last one.
    package var lastCommand: Command?
    /// Who began the run, if that was written down.
    package var startedBy: String?
    /// The canary's highest weight in percent.
    package var reachedPercent = 0.0
    package var stableRequests = 0
    package var canaryRequests = 0
    package var stableFailures = 0
    package var canaryFailures = 0

    package init(header: RunHeader) {
        run = header.run
        purpose = header.purpose
        namespace = header.spec.namespace
        name = header.spec.name
        version = header.version
        place = header.place
        cluster = header.cluster
        startedAt = header.startedAt
        endedAt = header.startedAt
        stable = Side(header.stable)
        canary = Side(header.canary)
    }

    /// `namespace/name`.
    package var service: String { "\(namespace)/\(name)" }

    /// From the first to the last entry; not negative.
    package var seconds: Double { max(endedAt.since(startedAt).inSeconds, 0) }

    /// Who decided the outcome: `automation`, or the person who promoted, rolled back or stopped; nil without an outcome.
    package var decidedBy: String? {
        guard let outcome else { return nil }
        switch outcome.reason.label {
        case "operator": return lastCommand?.by ?? "an operator"
        case "replaced": return "an operator, with --new"
        default: return "automation"
        }
    }

    package var requests: Int { stableRequests.addingReportingOverflow(canaryRequests).partialValue }
}

extension HistoryRow.Side {
    init(_ destination: DestinationSpec) {
        self.init(label: destination.label, subset: destination.subset, workload: destination.workload)
    }
}
