/// How a rehearsed canary is made worse than the version it is made of.
package enum RehearsedRegression: Sendable, Hashable {
    /// So much more of all requests fail, 0...1.
    case errors(Double)
    /// Every response takes so many times as long.
    case latency(Double)
    /// Every request fails.
    case dead

    /// Those of every rehearsal, the smallest of each kind first.
    package static let usual: [RehearsedRegression] = [
        .errors(0.005), .errors(0.01), .errors(0.02), .errors(0.05), .latency(1.25), .latency(1.5), .latency(2), .dead,
    ]

    /// `errors +0.5 pp`, `latency x1.25`, `dead`.
    package var words: String {
        switch self {
        case .errors(let share): "errors \(Phrase.points(share))"
        case .latency(let factor): "latency x\(Phrase.decimal(factor))"
        case .dead: "dead (only 503)"
        }
    }

    /// A bounded word.
    package var kind: String {
        switch self {
        case .errors: "errors"
        case .latency: "latency"
        case .dead: "dead"
        }
    }

    /// How much: percentage points, a factor, nil for a dead canary.
    package var size: Double? {
        switch self {
        case .errors(let share): (share * 1e6).rounded() / 1e4
        case .latency(let factor): factor
        case .dead: nil
        }
    }
}
