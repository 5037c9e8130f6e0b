/// The targets of a round in the order they are asked, as the round's budget of bytes and of connections lets them.
struct ScrapeQueue: Sendable {
    private var waiting: [ScrapeTarget]
    private var next = 0
    private var running = 0
    private var reserved = 0
    private let mostInFlight: Int

    /// Targets whose pages are large come last, so that they keep nobody else from being asked.
    init(_ targets: [ScrapeTarget], _ allowances: PageAllowances, mostInFlight: Int) {
        waiting = targets.filter { !allowances.isLarge($0.name) } + targets.filter { allowances.isLarge($0.name) }
        self.mostInFlight = max(1, mostInFlight)
    }

    /// Takes the next target and reserves its bytes; nil if there is none, or if one that runs must end first.
    mutating func take(_ allowances: PageAllowances) -> (target: ScrapeTarget, bytes: Int)? {
        guard next < waiting.count, running < mostInFlight else { return nil }
        let target = waiting[next]
        let bytes = allowances.allowance(of: target.name)
        guard running == 0 || bytes <= allowances.budget - reserved else { return nil }
        next += 1
        running += 1
        reserved += bytes
        return (target, bytes)
    }

    /// Gives the bytes of a finished request back.
    mutating func release(_ bytes: Int) {
        running -= 1
        reserved -= bytes
    }

    /// Puts a target at the end, to be asked again.
    mutating func retry(_ target: ScrapeTarget) { waiting.append(target) }
}
