package import CanaryCore

/// One journal in a list of past runs.
package struct HistoryItem: Sendable, Hashable {
    package enum State: Sendable, Hashable {
        case finished
        /// A process works at it; its number, if it could be read.
        case running(Int32?)
        /// Its process ended with a word about it, and without an outcome.
        case interrupted
        /// Its process went without a word.
        case abandoned
        /// The journal cannot be read to its end; why.
        case unreadable(String)

        /// A bounded word for output and for filters.
        package var word: String {
            switch self {
            case .finished: "finished"
            case .running: "running"
            case .interrupted: "interrupted"
            case .abandoned: "abandoned"
            case .unreadable: "unreadable"
            }
        }
    }

    /// What is known of it; of an unreadable journal what stands before the damage, or nothing.
    package var row: HistoryRow?
    package var state: State
    /// When it was begun, as its name says.
    package var begunAt: Timestamp
    /// The journal's file name without its suffix.
    package var run: String
    /// The folder's name, for a journal that does not say whose it is.
    package var folder: String
    package var path: String
    package var bytes: Int
    /// Bytes at its end that are no whole write.
    package var tornBytes: Int
    /// Whether it is the newest of its folder: only that one can be gone on with.
    package var isNewest: Bool

    package init(
        row: HistoryRow?,
        state: State,
        begunAt: Timestamp,
        run: String,
        folder: String,
        path: String,
        bytes: Int,
        tornBytes: Int = 0,
        isNewest: Bool = true
    ) {
        self.row = row
        self.state = state
        self.begunAt = begunAt
        self.run = run
        self.folder = folder
        self.path = path
        self.bytes = bytes
        self.tornBytes = tornBytes
        self.isNewest = isNewest
    }

    /// When it happened: of a rollout its begin, of a judgement when it was made.
    package var at: Timestamp {
        guard let row, row.purpose == nil else { return begunAt }
        return row.startedAt
    }

    /// The outcome, else the state, in one word: what filters go by.
    package var word: String { row?.outcome.map(\.word) ?? state.word }

    package var service: String { row?.service ?? folder }
}
