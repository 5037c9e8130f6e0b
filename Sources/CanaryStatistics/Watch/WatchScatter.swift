/// How much more the stable version's counts vary from window to window than independent requests would (§8.1).
///
/// The numbers of `Dispersion`, kept so that they can be stored between two looks: successive windows are the halves that are
/// compared, as with a single pod, because a watch knows no pods. Drift inflates it: slower, not less safe.
struct WatchScatter: Sendable {
    struct Block: Sendable, Hashable {
        var first = EventCount()
        var second = EventCount()
        var deviation = 0.0
        var events = 0.0
        var count = 0.0
    }

    /// Pairs of windows in a block.
    static let lengths = (1.0, 4.0, 12.0)
    private static let prior = 20.0
    private static let safety = 2.0

    /// The three blocks of one metric.
    var blocks = (Block(), Block(), Block())
    /// The first window of a pair.
    var waiting = EventCount()

    /// Takes in the second window of a pair; `closes` tells which blocks are complete with it.
    mutating func add(_ second: EventCount, closes: (Bool, Bool, Bool)) {
        Self.add(waiting, second, closes.0, &blocks.0)
        Self.add(waiting, second, closes.1, &blocks.1)
        Self.add(waiting, second, closes.2, &blocks.2)
    }

    /// phi1, at least one.
    var phi: Double {
        1 + Self.safety * max(0, Self.excess(blocks.0), Self.excess(blocks.1), Self.excess(blocks.2))
    }

    /// Events in complete blocks of one pair.
    var events: Double { blocks.0.events }

    /// Forgets half of what it has seen.
    mutating func fade() {
        Self.fade(&blocks.0)
        Self.fade(&blocks.1)
        Self.fade(&blocks.2)
    }

    private static func fade(_ block: inout Block) {
        block.deviation /= 2
        block.events /= 2
        block.count /= 2
    }

    private static func excess(_ block: Block) -> Double {
        let raw = (prior + block.deviation) / (prior + block.events) - 1
        return raw > 0 ? raw - Elementary.squareRoot(2 / max(block.count, 1)) : 0
    }

    private static func add(_ first: EventCount, _ second: EventCount, _ closes: Bool, _ block: inout Block) {
        block.first.x += first.x
        block.first.n += first.n
        block.second.x += second.x
        block.second.n += second.n
        guard closes else { return }
        let (a, b) = (block.first, block.second)
        block.first = EventCount()
        block.second = EventCount()
        let events = a.x + b.x
        guard events > 0, a.n > 0, b.n > 0 else { return }
        let share = a.n / (a.n + b.n)
        let difference = a.x - events * share
        block.deviation += difference * difference / (share * (1 - share))
        block.events += events
        block.count += 1
    }
}
