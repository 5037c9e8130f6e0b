extension FleetEvidence {
    /// The numbers of a pair that are not by metric.
    struct Service: Sendable {
        var firstPair: Int
        var firstSafety: Int
        var reference: Double
        var logThreshold: Double
        /// Length of the day's comparable windows, in usual windows.
        var dayMass: Double
        var logM: Double
        /// Largest increment of log M since it was last calm.
        var top: Double
        var isAlarm: Bool
        /// Pairs of windows in the open blocks of the dispersion.
        var fill: (Double, Double, Double)
        var isWaiting: Bool
        var lastCalm: Int?

        init(firstPair: Int, firstSafety: Int, reference: Double, logThreshold: Double, scalars: [Double]) {
            self.firstPair = firstPair
            self.firstSafety = firstSafety
            self.reference = reference
            self.logThreshold = logThreshold
            dayMass = scalars[0]
            logM = scalars[1]
            top = scalars[2]
            isAlarm = scalars[3] > 0
            fill = (scalars[4], scalars[5], scalars[6])
            isWaiting = scalars[7] > 0
        }

        /// Counts a pair of windows; tells which blocks it completes.
        mutating func fillBlocks() -> (Bool, Bool, Bool) {
            let lengths = WatchScatter.lengths
            return (Self.fill(&fill.0, lengths.0), Self.fill(&fill.1, lengths.1), Self.fill(&fill.2, lengths.2))
        }

        private static func fill(_ number: inout Double, _ length: Double) -> Bool {
            number += 1
            guard number >= length else { return false }
            number = 0
            return true
        }
    }

    /// Reads `WatchEvidence.state` from the front; the caller knows that it is long enough.
    struct StateReader {
        let state: [Double]
        var at: Int

        mutating func next() -> Double {
            at += 1
            return state[at - 1]
        }

        mutating func lanes() -> Lanes {
            var lanes = Lanes(repeating: 0)
            for lane in 0..<8 { lanes.low[lane] = state[at + lane] }
            for lane in 0..<8 { lanes.high[lane] = state[at + 8 + lane] }
            at += 16
            return lanes
        }

        mutating func scatter() -> WatchScatter {
            var scatter = WatchScatter()
            scatter.blocks = (block(), block(), block())
            scatter.waiting = EventCount(x: next(), n: next())
            return scatter
        }

        private mutating func block() -> WatchScatter.Block {
            WatchScatter.Block(
                first: EventCount(x: next(), n: next()),
                second: EventCount(x: next(), n: next()),
                deviation: next(),
                events: next(),
                count: next()
            )
        }
    }

    /// The same order, written.
    struct StateWriter {
        var state: [Double] = []

        mutating func write(_ service: Service) {
            state += [service.dayMass, service.logM, service.top, service.isAlarm ? 1 : 0]
            state += [service.fill.0, service.fill.1, service.fill.2, service.isWaiting ? 1 : 0]
        }

        mutating func write(_ lanes: Lanes) {
            for lane in 0..<8 { state.append(lanes.low[lane]) }
            for lane in 0..<8 { state.append(lanes.high[lane]) }
        }

        mutating func write(_ scatter: WatchScatter) {
            for block in [scatter.blocks.0, scatter.blocks.1, scatter.blocks.2] {
                state += [block.first.x, block.first.n, block.second.x, block.second.n]
                state += [block.deviation, block.events, block.count]
            }
            state += [scatter.waiting.x, scatter.waiting.n]
        }
    }
}
