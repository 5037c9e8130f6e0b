import Measuring

/// Candidates that are run in turn, so that a change in the machine's load meets all of them.
enum Rounds {
    /// Seconds of each round, by candidate.
    static func run(_ rounds: Int, _ candidates: [() throws -> Void]) throws -> [[Double]] {
        var times = [[Double]](repeating: [], count: candidates.count)
        for _ in 0..<rounds {
            for (position, candidate) in candidates.enumerated() {
                times[position].append(try seconds(of: candidate).seconds)
            }
        }
        return times
    }

    /// The median over the rounds of how many times longer `slow` took than `fast`.
    static func ratio(_ slow: [Double], to fast: [Double]) -> Double {
        Summary.median(zip(slow, fast).map { $0 / max($1, 1e-9) }) ?? 0
    }
}
