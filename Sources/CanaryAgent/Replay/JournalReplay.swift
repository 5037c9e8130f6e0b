package import CanaryCore
import CanaryJournal

/// Judges a journal's evidence again.
package enum JournalReplay {
    /// Recomputes every verdict of a journal (a file, or a directory for its newest run), with the settings that `spec` returns.
    package static func replay(
        path: String,
        spec: @escaping (CanarySpec) throws -> CanarySpec = { $0 }
    ) throws -> ReplayReport {
        var fold = JournalFold(respec: spec)
        var differences: [ReplayReport.Difference] = []
        var differenceCount = 0
        var firstRecorded: (window: Int, Verdict)?
        var firstRecomputed: (window: Int, Verdict)?
        let (extent, _) = try JournalRecords.forEach(path: path) { record in
            guard case .judged(let number, let at, let recorded, let recomputed) = try fold.add(record) else {
                return .next
            }
            if !recorded.agrees(with: recomputed) {
                differenceCount += 1
                if differences.count < Self.mostDifferences {
                    differences.append(
                        ReplayReport.Difference(window: number, at: at, recorded: recorded, recomputed: recomputed)
                    )
                }
            }
            if firstRecorded == nil, recorded.decision != .hold { firstRecorded = (number, recorded) }
            if firstRecomputed == nil, recomputed.decision != .hold { firstRecomputed = (number, recomputed) }
            return .next
        }
        guard let header = fold.header, let state = fold.state else {
            throw AgentError(
                "the journal \(path) holds no run",
                hint: "its first write was cut off before the run began"
            )
        }
        return ReplayReport(
            header: header,
            ledger: state.ledger,
            outcome: state.ledger.outcome,
            verdicts: fold.verdicts,
            differences: differences,
            differenceCount: differenceCount,
            firstRecordedDecision: firstRecorded,
            firstRecomputedDecision: firstRecomputed,
            tornBytes: extent.tornBytes
        )
    }

    /// The run as it was recorded.
    package static func load(path: String) throws -> ReplayReport {
        try replay(path: path)
    }

    private static let mostDifferences = 100
}
