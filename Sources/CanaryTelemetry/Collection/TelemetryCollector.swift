/// Turns the pages of a round into a window.
///
/// Give it every target's answer, or its failure, then end the round. It keeps one reading per target: a failed target
/// keeps its baseline for `patience` rounds. With reporter `destination` a target is a pod, and its version is the one
/// that `expect` gave it, else it is learnt from its series; with the others all targets together are one pseudo-pod a
/// version, `(all callers)`.
///
/// - Complexity: O(series) per page; memory is bounded by `mostTargets` and the page limits.
package struct TelemetryCollector: Sendable {
    /// The most targets.
    package static let mostTargets = 10_000

    /// Rounds without an answer after which a baseline is dropped.
    package static let patience = 5

    /// The name of the pseudo-pod of callers and waypoints.
    package static let allCallers = "(all callers)"

    package let configuration: CollectorConfiguration

    private var targets: [String: TargetMemory] = [:]
    private var tally = RoundTally()
    private var stableFailures = FailureHistory()
    private var canaryFailures = FailureHistory()
    private var commonBounds: [Double]?
    private var services: Set<String> = []

    package init(configuration: CollectorConfiguration) {
        self.configuration = configuration
    }

    /// The bounds that all histograms so far have; Istio's before the first one. They only ever lose members.
    package var bounds: LatencyBounds {
        commonBounds.flatMap { LatencyBounds(milliseconds: $0) } ?? .istio
    }

    /// Reads a page without touching a collector; safe to run anywhere.
    package static func read(page: [UInt8], configuration: CollectorConfiguration) -> PageReading {
        var reader = PageReader(configuration: configuration)
        reader.feed(page)
        return reader.finish()
    }

    /// Names the targets of the round: others are forgotten, and a name with another incarnation begins anew.
    ///
    /// May be called again within the round, when some are gone or need not answer any more: what they have given stays.
    /// Without it, targets are those that were ever heard of. Beyond `mostTargets` the rest is refused when it answers.
    package mutating func expect(_ list: [TelemetryTarget]) {
        var kept: [String: TargetMemory] = [:]
        for target in list.prefix(Self.mostTargets) {
            var memory = targets[target.name] ?? TargetMemory()
            if memory.incarnation != target.incarnation { memory = TargetMemory() }
            memory.incarnation = target.incarnation
            memory.side = target.side
            memory.mustAnswer = target.mustAnswer
            kept[target.name] = memory
        }
        targets = kept
    }

    /// What a target answered in this round.
    package mutating func ingest(page: [UInt8], from target: String) {
        ingest(reading: Self.read(page: page, configuration: configuration), from: target)
    }

    /// What a target answered in this round, read before with the same configuration.
    package mutating func ingest(reading: PageReading, from target: String) {
        guard var state = state(of: target) else { return }
        defer { targets[target] = state }
        if let fault = reading.fault {
            fail(&state, target, fault)
            return
        }
        guard reading.hasWitness else {
            tally.pagesWithoutWitness += 1
            let message = "the page has no line of Envoy: its part is missing, which is not the same as no traffic"
            fail(&state, target, PageReading.Fault(label: "no-witness", message: message))
            return
        }

        tally.pages += 1
        if reading.hasSeries(of: .stable) { state.hasStable = true }
        if reading.hasSeries(of: .canary) { state.hasCanary = true }
        for service in reading.services where services.count < 64 { services.insert(service) }
        let delta = PageDelta(from: state.baseline, to: reading)
        state.baseline = reading
        state.missed = 0
        if let fault = delta.fault {
            fail(&state, target, fault)
            return
        }
        learnBounds(of: reading)
        if delta.process == .neverSeen {
            tally.baselines += 1
            if state.answer == .none { state.answer = .baseline }
            return
        }
        state.answer = .delta
        tally.add(delta, target: target, pod: podName(target), sides: sides(of: state))
    }

    /// A target that gave no page.
    ///
    /// - Parameter label: one of `PodFault.label`.
    package mutating func fail(target: String, label: String, message: String) {
        guard var state = state(of: target) else { return }
        fail(&state, target, PageReading.Fault(label: label, message: message))
        targets[target] = state
    }

    /// Ends the round and forgets what belongs to it.
    ///
    /// - Parameter seconds: start of this round to start of the one before.
    package mutating func endRound(seconds: Double) -> Window {
        settleSilentTargets()
        var window = tally.window(bounds, services)
        window.seconds = seconds
        window.quality.unusable = judgeRound()
        tally = RoundTally()
        for target in targets.keys { targets[target]?.answer = .none }
        return window
    }

    /// Drops a target that is gone for good; what it did in this round stays.
    package mutating func forget(target: String) {
        targets[target] = nil
    }

    // MARK: Targets

    private mutating func state(of target: String) -> TargetMemory? {
        if let state = targets[target] { return state }
        guard targets.count < Self.mostTargets else {
            let message = "more than \(Self.mostTargets) targets"
            tally.add(PodFault(pod: target, side: .unknown, label: "other", message: message))
            return nil
        }
        return TargetMemory()
    }

    private mutating func fail(_ state: inout TargetMemory, _ target: String, _ fault: PageReading.Fault) {
        if state.mustAnswer {
            tally.add(PodFault(pod: target, side: side(of: state), label: fault.label, message: fault.message))
        }
        if state.answer != .delta { state.answer = .failed }
    }

    /// A target without any answer failed, and a failed one loses its baseline in the end.
    private mutating func settleSilentTargets() {
        for target in targets.keys.sorted() {
            guard var state = targets[target] else { continue }
            if state.answer == .none {
                fail(&state, target, PageReading.Fault(label: "other", message: "not asked in this round"))
            }
            if state.answer == .failed {
                state.missed += 1
                if state.missed > Self.patience { state.baseline = nil }
            }
            targets[target] = state
        }
    }

    private func podName(_ target: String) -> String {
        configuration.reporter == .destination ? target : Self.allCallers
    }

    /// The versions that a target tells about: callers tell about both.
    private func sides(of state: TargetMemory) -> [WindowQuality.Side] {
        var sides: [WindowQuality.Side] = []
        if state.hasStable { sides.append(.stable) }
        if state.hasCanary { sides.append(.canary) }
        return sides
    }

    private func side(of state: TargetMemory) -> WindowQuality.Side {
        configuration.reporter == .destination ? state.knownSide : .unknown
    }

    private mutating func learnBounds(of reading: PageReading) {
        for series in reading.series {
            guard let bounds = series.durations?.bounds else { continue }
            commonBounds = commonBounds.map { LatencyCounts.commonBounds($0, bounds) } ?? bounds
        }
    }

    // MARK: The round

    private mutating func judgeRound() -> WindowQuality.Unusable? {
        let turnout = RoundTurnout(targets.values)
        let areCallers = configuration.reporter != .destination
        let (canary, unidentified) = (turnout.canary, turnout.unidentified)
        let first = areCallers ? turnout.everyone : turnout.stable
        stableFailures.append(failed: first.failed, pods: first.known)
        if !areCallers { canaryFailures.append(failed: canary.failed, pods: canary.known) }

        if tally.pages == 0 { return tally.pagesWithoutWitness > 0 ? .noIstioSeries : .nothingScraped }
        if turnout.everyone.answered == 0, tally.baselines > 0 { return .baseline }
        if !turnout.hasSeries { return .noIstioSeries }
        let firstSide: WindowQuality.Side = areCallers ? .unknown : .stable
        if first.answered == 0 || first.answered * 2 < first.known {
            return .tooFewPods(side: firstSide, answered: first.answered, known: first.known)
        }
        if !areCallers, canary.answered * 2 < canary.known {
            return .tooFewPods(side: .canary, answered: canary.answered, known: canary.known)
        }
        let (answered, known) = (canary.answered + unidentified.answered, canary.known + unidentified.known)
        if !areCallers, unidentified.failed > 0, answered * 2 < known {
            return .tooFewPods(side: .canary, answered: answered, known: known)
        }
        if stableFailures.isBad {
            return .tooManyFailures(side: firstSide, failed: stableFailures.failed, rounds: stableFailures.podRounds)
        }
        if canaryFailures.isBad {
            return .tooManyFailures(side: .canary, failed: canaryFailures.failed, rounds: canaryFailures.podRounds)
        }
        return nil
    }
}
