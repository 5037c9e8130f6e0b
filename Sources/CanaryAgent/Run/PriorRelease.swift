import CanaryCore
import CanaryJournal

/// The release that an earlier run was about, and did not want.
struct PriorRelease: Sendable, Hashable {
    let run: String
    /// The pod-template hashes of its canary.
    let canary: [String]
    let reason: Reason

    /// The release of a run that was rolled back; nil if it ended otherwise, is unfinished or cannot be read.
    static func rolledBack(in file: JournalFile) -> PriorRelease? {
        var fold = JournalFold()
        _ = try? JournalReader.forEachRecord(path: file.path) { record in
            (try? fold.add(record)) == nil ? .stop : .next
        }
        guard let state = fold.state, let header = fold.header, case .rolledBack(let reason, _) = state.ledger.outcome,
            // A run whose pods were replaced says nothing about a release.
            reason.label != "release-changed", let release = state.rollout.release, !release.canary.isEmpty
        else { return nil }
        return PriorRelease(run: header.run, canary: release.canary, reason: reason)
    }
}
