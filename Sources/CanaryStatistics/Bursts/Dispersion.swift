/// How much more the stable version's counts vary between its halves than independent requests would (§8.1).
///
/// Quadratic deviations of one half's events from its share, summed over blocks of 1, 4 and 12 windows, against the
/// events that they contain. A shared incident does not count: halves are compared within a block.
package struct Dispersion: Sendable, Hashable, Codable {
    /// One metric's counts in both halves.
    package struct Halves: Sendable, Hashable, Codable {
        /// The first half (A).
        package var first: EventCount
        /// The second half (B).
        package var second: EventCount

        /// Both halves' events and requests.
        package init(first: EventCount = EventCount(), second: EventCount = EventCount()) {
            self.first = first
            self.second = second
        }
    }

    private struct Block: Sendable, Hashable, Codable {
        var counts = Halves()
        /// Q_L: weighted squared deviations.
        var deviation = 0.0
        /// Y_L: events.
        var events = 0.0
        /// m_L: blocks.
        var count = 0.0
    }

    /// Block lengths L in windows.
    private static let lengths = [1, 4, 12]

    private let prior: Double
    private let safety: Double
    /// Metric by metric, block lengths innermost.
    private var blocks: [Block]
    /// Windows in the present block, by length.
    private var fill = [0, 0, 0]

    /// No window yet. `prior` pseudo-events keep it calm, `safety` is the factor on the excess.
    package init(metricCount: Int, prior: Double = 20, safety: Double = 2) {
        self.prior = prior
        self.safety = safety
        blocks = [Block](repeating: Block(), count: max(metricCount, 0) * Self.lengths.count)
    }

    /// Whether a decoded state can be gone on with.
    func isSound(metricCount: Int) -> Bool {
        blocks.count == metricCount * Self.lengths.count && fill.count == Self.lengths.count
            && zip(fill, Self.lengths).allSatisfy { (0..<$1).contains($0) }
    }

    /// Takes in one window: one entry a metric. A window without traffic takes its place in its blocks.
    package mutating func add(_ window: [Halves]) {
        let kinds = Self.lengths.count
        for kind in 0..<kinds {
            fill[kind] += 1
            let isComplete = fill[kind] == Self.lengths[kind]
            if isComplete {
                fill[kind] = 0
            }
            var index = kind
            for halves in window {
                guard index < blocks.count else { break }
                blocks[index].counts.first.x += halves.first.x
                blocks[index].counts.first.n += halves.first.n
                blocks[index].counts.second.x += halves.second.x
                blocks[index].counts.second.n += halves.second.n
                if isComplete {
                    Self.close(&blocks[index])
                }
                index += kinds
            }
        }
    }

    /// phi1 of a metric without its floor and without sharing, at least one.
    package func phi(_ metric: Int) -> Double {
        var excess = 0.0
        for kind in 0..<Self.lengths.count {
            let index = metric * Self.lengths.count + kind
            guard blocks.indices.contains(index) else { continue }
            let block = blocks[index]
            let raw = (prior + block.deviation) / (prior + block.events) - 1
            if raw > excess {
                excess = max(excess, raw - Elementary.squareRoot(2 / max(block.count, 1)))
            }
        }
        return 1 + safety * excess
    }

    /// Events of a metric in complete blocks of one window so far (Y_1).
    package func events(_ metric: Int) -> Double {
        let index = metric * Self.lengths.count
        return blocks.indices.contains(index) ? blocks[index].events : 0
    }

    private static func close(_ block: inout Block) {
        let first = block.counts.first
        let second = block.counts.second
        block.counts = Halves()
        let events = first.x + second.x
        guard events > 0, first.n > 0, second.n > 0 else { return }
        let requests = first.n + second.n
        let share = first.n / requests
        let difference = first.x - events * share
        block.deviation += difference * difference / (share * (second.n / requests))
        block.events += events
        block.count += 1
    }
}
