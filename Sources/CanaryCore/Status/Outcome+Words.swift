extension Outcome {
    /// As a part of a sentence, behind `was`: `rolled back`, `held (deadline)`, `promoted, not settled in Git yet`.
    package var words: String {
        switch self {
        case .promoted(_, unsettled: .some): "promoted, not settled in Git yet"
        case .promoted, .stopped: word
        case .judged: "judged \(word)"
        case .rolledBack(_, .proved): "rolled back"
        case .rolledBack(_, .incomplete): "rolled back, and is not known to get no requests"
        case .held(let hold, _): "held (\(hold.words))"
        case .refused: "refused"
        }
    }
}

extension Outcome.Hold {
    /// In words: `weight not effective`.
    package var words: String {
        switch self {
        case .deadline: "deadline"
        case .contested: "contested"
        case .weightNotEffective: "weight not effective"
        case .capacity: "capacity"
        case .telemetryLost: "telemetry lost"
        case .journalLost: "journal lost"
        case .routeLost: "route lost"
        case .orphaned: "orphaned"
        }
    }
}
