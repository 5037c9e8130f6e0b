/// How many pod-rounds of a side failed over the last rounds.
struct FailureHistory: Sendable, Hashable {
    /// How many rounds are remembered.
    static let length = 20

    private var rounds: [Round] = []
    private var next = 0

    private struct Round: Sendable, Hashable {
        var failed: Int
        var pods: Int
    }

    mutating func append(failed: Int, pods: Int) {
        let round = Round(failed: failed, pods: pods)
        if rounds.count < Self.length {
            rounds.append(round)
        } else {
            rounds[next] = round
        }
        next = (next + 1) % Self.length
    }

    /// The failed pod-rounds.
    var failed: Int { rounds.reduce(0) { $0 + $1.failed } }

    /// All pod-rounds, and at least one pod's for the whole length: one failure shortly after the start is no pattern.
    var podRounds: Int { max(rounds.reduce(0) { $0 + $1.pods }, Self.length) }

    /// Whether more than 5 % failed.
    var isBad: Bool { failed * 20 > podRounds }
}
