/// What a target did between two readings.
struct PageDelta: Sendable {
    var process: ProcessHistory

    /// By version, then by response.
    var requests: [WindowQuality.Side: [ResponseKey: Int]] = [:]
    var latency: [WindowQuality.Side: LatencyCounts] = [:]
    var canaryCallers: [String: Int] = [:]
    var excluded: [String: Int] = [:]
    var unattributed: [Unattributed: Int] = [:]

    /// Why the difference cannot be trusted; nil if it can.
    var fault: PageReading.Fault?

    /// Failed requests that name a service but no version.
    struct Unattributed: Hashable, Sendable {
        var service: String
        var flags: String
    }

    init(from before: PageReading?, to now: PageReading) {
        let pairs = Self.pairs(before?.series ?? [], now.series)
        process = ProcessHistory(
            before: before?.process,
            now: now.process,
            counters: pairs.lazy.compactMap { pair in
                guard let earlier = pair.before?.requests, let later = pair.now.requests else { return nil }
                return (before: earlier, now: later)
            }
        )
        guard process != .neverSeen else { return }
        for pair in pairs {
            guard add(pair.before, pair.now) else {
                fault = PageReading.Fault(
                    label: "bad-histogram",
                    message: "duration buckets fell since the scrape before, while their count did not"
                )
                return
            }
        }
    }

    private mutating func add(_ before: SeriesReading?, _ now: SeriesReading) -> Bool {
        if let increase = process.increase(from: before?.requests, to: now.requests), increase > 0 {
            count(increase, now.meaning)
        }
        guard let durations = now.durations, case .answered(let side, _, _) = now.meaning else { return true }
        let earlier = process == .known ? before?.durations : nil
        guard let increase = durations.increase(since: earlier) else { return false }
        latency[side, default: LatencyCounts(bounds: increase.bounds)].add(increase)
        return true
    }

    private mutating func count(_ increase: Int, _ meaning: SeriesMeaning) {
        switch meaning {
        case .answered(let side, let response, let caller):
            requests[side, default: [:]][response.key, default: 0].grow(by: increase)
            if side == .canary { canaryCallers[caller, default: 0].grow(by: increase) }
        case .excluded(_, let flag):
            excluded[flag, default: 0].grow(by: increase)
        case .unattributed(let service, let flags):
            unattributed[Unattributed(service: service, flags: flags), default: 0].grow(by: increase)
        }
    }

    /// The series of the later page, each with its earlier self; pages list their series in a stable order, so most
    /// are found where they were.
    private static func pairs(
        _ before: [SeriesReading],
        _ now: [SeriesReading]
    ) -> [(before: SeriesReading?, now: SeriesReading)] {
        var pairs: [(before: SeriesReading?, now: SeriesReading)] = []
        pairs.reserveCapacity(now.count)
        var places: [[UInt8]: Int]?
        for (index, series) in now.enumerated() {
            if index < before.count, before[index].labels == series.labels {
                pairs.append((before[index], series))
                continue
            }
            let known = places ?? Self.places(before)
            places = known
            pairs.append((known[series.labels].map { before[$0] }, series))
        }
        return pairs
    }

    private static func places(_ series: [SeriesReading]) -> [[UInt8]: Int] {
        var places: [[UInt8]: Int] = [:]
        places.reserveCapacity(series.count)
        for (index, reading) in series.enumerated() { places[reading.labels] = index }
        return places
    }
}

extension Int {
    /// Adds and stops at the largest integer.
    mutating func grow(by increase: Int) { self = LatencyCounts.sum(self, increase) }
}
