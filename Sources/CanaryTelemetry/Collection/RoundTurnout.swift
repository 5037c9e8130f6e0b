/// How many targets of each version gave something in a round.
struct RoundTurnout: Sendable {
    private(set) var stable = Count()
    private(set) var canary = Count()
    private(set) var everyone = Count()

    /// Targets of which no version is known. A failing one may be a canary pod: nothing tells.
    private(set) var unidentified = Count()

    /// Whether any target has ever shown a series of a version.
    private(set) var hasSeries = false

    struct Count: Sendable {
        private var deltas = 0
        /// Deltas of targets that need not answer.
        private var spare = 0
        private(set) var failed = 0

        var known: Int { answered + failed }

        /// Those that need not answer stand in where nobody else is: a version of which no pod is ready is still observed.
        var answered: Int { deltas == 0 && failed == 0 ? spare : deltas }

        mutating func add(_ target: TargetMemory) {
            switch target.answer {
            case .delta:
                if target.mustAnswer { deltas += 1 } else { spare += 1 }
            case .failed:
                if target.mustAnswer { failed += 1 }
            case .none, .baseline: break
            }
        }
    }

    init(_ targets: some Sequence<TargetMemory>) {
        for target in targets {
            hasSeries = hasSeries || target.hasStable || target.hasCanary
            everyone.add(target)
            if target.isOf(.stable) { stable.add(target) }
            if target.isOf(.canary) { canary.add(target) }
            if target.side == nil, !target.hasStable, !target.hasCanary { unidentified.add(target) }
        }
    }
}
