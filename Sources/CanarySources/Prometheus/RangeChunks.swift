/// Cuts a long range of moments into pieces that a server answers.
///
/// Servers limit the points of a series (11,000 in Prometheus) and the samples of a query. The first piece is short and shows
/// how many series there are; the next ones are as long as the samples allow. A piece that was too much is halved, and no
/// later one is as long again.
struct RangeChunks: Sendable {
    /// The most points of a piece.
    static let mostPoints = 10_000
    /// The points of the first piece.
    static let firstPoints = 600
    /// The samples that a piece should have at most.
    static let samples = 4_000_000

    let from: Int64
    let step: Int64
    /// All moments.
    let count: Int
    private var done = 0
    private var size: Int
    private var most: Int

    /// Milliseconds since 1970; nil unless there is a moment and a step.
    init?(from: Int64, to: Int64, step: Int64, firstPoints: Int = Self.firstPoints) {
        let (length, overflow) = to.subtractingReportingOverflow(from)
        guard step > 0, !overflow, length >= 0, from.magnitude < 1 << 53, to.magnitude < 1 << 53 else { return nil }
        let steps = length / step
        guard steps < 100_000_000 else { return nil }
        self.from = from
        self.step = step
        count = Int(steps) + 1
        most = Self.mostPoints
        size = min(count, firstPoints, Self.mostPoints)
    }

    /// The first and last moment of the next piece; nil at the end.
    var next: (from: Int64, to: Int64)? {
        guard done < count else { return nil }
        let length = min(size, count - done)
        return (from + Int64(done) * step, from + Int64(done + length - 1) * step)
    }

    /// The points of the next piece.
    var nextCount: Int { min(size, count - done) }

    /// Notes that the piece was answered.
    mutating func advance(series: Int) {
        done += min(size, count - done)
        size = min(most, max(1, Self.samples / max(1, series)))
    }

    /// Notes that the piece was too much for the server; false if it cannot be made shorter.
    mutating func halve() -> Bool {
        let present = nextCount
        guard present > 1 else { return false }
        size = present / 2
        most = size
        return true
    }
}
