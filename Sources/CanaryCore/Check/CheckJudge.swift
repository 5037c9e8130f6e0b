import CanaryStatistics
import CanaryTelemetry

/// Turns what looks gave into verdicts, and keeps the evidence for the next look.
///
/// A pure function of its arguments: the same looks and state give the same verdicts on every machine.
package struct CheckJudge: Sendable {
    package let rules: CheckRules

    package init(rules: CheckRules) {
        self.rules = rules
    }

    /// Judges all subjects of all looks, in the order of their keys. Of two with the same key the first one counts.
    package func judge(_ looks: [CheckLook], state: inout CheckState, now: Timestamp) -> [CheckVerdict] {
        var pairs = prepared(looks, state: state, now: now)
        feed(&pairs)
        name(&pairs)
        var verdicts: [CheckVerdict] = []
        verdicts.reserveCapacity(pairs.count)
        for index in pairs.indices {
            let verdict = CheckWords(pair: pairs[index], rules: rules, now: now).verdict
            if pairs[index].state.verdict?.kind != verdict.kind {
                pairs[index].state.verdict = CheckState.Told(kind: verdict.kind, at: now)
            }
            state.subjects[verdict.subject.key] = pairs[index].state
            verdicts.append(verdict)
        }
        forget(looks, &state)
        state.prune(now: now)
        return verdicts
    }

    /// One subject on its way.
    struct Pair {
        var look: CheckEvidence
        var configuration: EngineConfiguration
        var burn: BurnRate?
        var state: SubjectState
        /// Stable's windows that are learnt from and not judged.
        var history: ArraySlice<PairWindow>
        var windows: ArraySlice<PairWindow>
        var reading: FleetEvidence.Reading?
        var isDiscovered: Bool?
        var notes: [String]
    }

    /// Services of a fleet that are not there any more.
    private func forget(_ looks: [CheckLook], _ state: inout CheckState) {
        guard let fleet = looks.first(where: { $0.isFleet && $0.fault == nil && !$0.evidence.isEmpty }) else { return }
        let present = Set(fleet.evidence.map(\.subject.key))
        state.subjects = state.subjects.filter { !$0.value.isOfFleet || present.contains($0.key) }
    }

    // MARK: Preparing

    private func prepared(_ looks: [CheckLook], state: CheckState, now: Timestamp) -> [Pair] {
        var seen: Set<String> = []
        var pairs: [Pair] = []
        for look in looks {
            for evidence in look.evidence where seen.insert(evidence.subject.key).inserted {
                pairs.append(
                    prepared(evidence, look, state.subjects[evidence.subject.key], now: now)
                )
            }
        }
        return pairs.sorted { $0.look.subject.key < $1.look.subject.key }
    }

    private func prepared(_ look: CheckEvidence, _ from: CheckLook, _ stored: SubjectState?, now: Timestamp) -> Pair {
        var pair = Pair(
            look: look,
            configuration: from.configuration,
            burn: from.burns[look.subject.key],
            state: stored ?? SubjectState(subject: look.subject, bounds: look.bounds, at: look.end),
            history: look.history[...],
            windows: look.windows[...],
            notes: look.notes
        )
        pair.state.seenAt = now
        pair.state.isOfFleet = from.isFleet
        guard look.fault == nil else {
            if look.isRead { pair.state.readUntil = max(look.end, pair.state.readUntil) }
            return pair
        }
        if let stored, let why = restart(stored, look, from.configuration) {
            var fresh = SubjectState(subject: look.subject, bounds: look.bounds, at: look.end)
            (fresh.seenAt, fresh.isOfFleet) = (now, from.isFleet)
            (fresh.verdict, fresh.told, fresh.canarySeenAt) = (stored.verdict, stored.told, stored.canarySeenAt)
            pair.state = fresh
            pair.notes.append("the evidence begins anew: \(why)")
        }
        pair.state.readUntil = max(look.end, pair.state.readUntil)
        // A clock that was set back must not stop the check until it has caught up.
        if pair.state.readUntil > now.advanced(by: .seconds(3600)) { pair.state.readUntil = look.end }
        if pair.state.evidence == nil { choose(&pair) }
        return pair
    }

    /// Why stored evidence is about something else; nil if it is not.
    private func restart(_ stored: SubjectState, _ look: CheckEvidence, _ configuration: EngineConfiguration) -> String?
    {
        let (old, new) = (stored.subject, look.subject)
        if old.comparison != new.comparison {
            return new.comparison == .ownPast
                ? "one version alone has traffic now" : "two versions share the traffic now"
        }
        if old.stable != new.stable || old.canary != new.canary {
            return "\(new.canary) is compared with \(new.stable), before it was \(old.canary) with \(old.stable)"
        }
        if let evidence = stored.evidence, evidence.model.margins != WatchModel.margins(of: configuration) {
            return "the tolerances were changed"
        }
        let hasLatency = look.windows.contains { !$0.stable.latency.isEmpty || !$0.canary.latency.isEmpty }
        if hasLatency, stored.bounds != look.bounds { return "the latency buckets were changed" }
        return nil
    }

    /// Chooses edges and margins from what is known of stable; without any history from the first third of the windows.
    private func choose(_ pair: inout Pair) {
        if !pair.history.contains(where: { $0.stable.requests > 0 }) {
            let count = min(max(pair.windows.count / 3, 1), pair.windows.count)
            pair.history = pair.windows.prefix(count)
            pair.windows = pair.windows.dropFirst(count)
        }
        var totals = PairTotals()
        for window in pair.history { totals.add(window) }
        guard totals.stable.requests > 0 else { return }
        let model = WatchModel(
            configuration: pair.configuration,
            bounds: pair.state.bounds.milliseconds,
            requests: totals.stable.requests,
            failures: totals.stable.failures,
            buckets: totals.stable.latency
        )
        let usual = pair.windows.first?.seconds ?? pair.history.first?.seconds ?? 1
        pair.state.evidence = WatchEvidence(model: model, reference: usual)
    }
}

// MARK: Feeding

extension CheckJudge {
    /// Takes all subjects' windows in at once.
    private func feed(_ pairs: inout [Pair]) {
        var fleet = FleetEvidence()
        var history = FleetWindows()
        var windows = FleetWindows()
        var places: [Int] = []
        for index in pairs.indices {
            guard pairs[index].look.fault == nil, pairs[index].state.evidence != nil else { continue }
            let isNewDay = turnDay(&pairs[index])
            guard let evidence = pairs[index].state.evidence else { continue }
            let place = fleet.count
            fleet.append(
                evidence,
                logThreshold: evidence.logThreshold(falseAlarms: rules.falseAlarmsPerYear, in: CheckRules.yearSeconds)
            )
            if isNewDay { fleet.beginDay(place) }
            places.append(index)
            history.beginService(evidence.model)
            // What is stored has its history behind it.
            if evidence.isFresh { history.add(pairs[index].history) }
            windows.beginService(evidence.model)
            windows.add(pairs[index].windows)
        }
        fleet.learn(history)
        fleet.add(windows)
        for (place, index) in places.enumerated() {
            pairs[index].state.evidence = fleet.evidence(of: place)
            let reading = fleet.reading(place)
            count(&pairs[index], reading)
            pairs[index].reading = reading
        }
        // Of subjects that cannot be read this time the standing evidence is shown.
        for index in pairs.indices where pairs[index].reading == nil {
            pairs[index].reading = pairs[index].state.evidence.map(standing)
        }
    }

    private func standing(_ evidence: WatchEvidence) -> FleetEvidence.Reading {
        var fleet = FleetEvidence()
        fleet.append(
            evidence,
            logThreshold: evidence.logThreshold(falseAlarms: rules.falseAlarmsPerYear, in: CheckRules.yearSeconds)
        )
        return fleet.reading(0)
    }

    /// Begins a new day at midnight; while the evidence is calm the edges are chosen anew from the past day.
    private func turnDay(_ pair: inout Pair) -> Bool {
        guard pair.look.end.since(pair.state.dayStart) >= .seconds(86_400), let evidence = pair.state.evidence else {
            return false
        }
        let stable = pair.state.day.stable
        if stable.requests >= Self.enoughRequests, standing(evidence).logM < Elementary.log(10) {
            let model = WatchModel(
                configuration: pair.configuration,
                bounds: pair.state.bounds.milliseconds,
                requests: stable.requests,
                failures: stable.failures,
                buckets: stable.latency
            )
            if model.lowestEdge != evidence.model.lowestEdge || model.edgeCount != evidence.model.edgeCount {
                pair.state.evidence = evidence.rechosen(model)
            }
        }
        pair.state.dayStart = SubjectState.day(of: pair.look.end)
        pair.state.day = PairTotals()
        return true
    }

    /// Adds the windows to the counts that are shown.
    private func count(_ pair: inout Pair, _ reading: FleetEvidence.Reading) {
        for window in pair.windows { pair.state.day.add(window) }
        if pair.look.subject.comparison == .versions {
            var flow = pair.state.flow ?? CanaryFlow()
            flow.add(history: pair.state.flow == nil ? pair.look.history : [], pair.look.windows)
            pair.state.flow = flow
        }
        if let calm = reading.lastCalm {
            let later = pair.windows.dropFirst(calm + 1)
            pair.state.rise = PairTotals()
            let seconds = later.reduce(0) { $0 + ($1.seconds > 0 && $1.seconds < 1e6 ? $1.seconds : 0) }
            pair.state.riseStart = pair.look.end.advanced(by: .seconds(-seconds))
            for window in later { pair.state.rise.add(window) }
        } else {
            for window in pair.windows { pair.state.rise.add(window) }
        }
        if pair.windows.contains(where: { $0.canary.requests > 0 }) { pair.state.canarySeenAt = pair.look.end }
        let needed = -Elementary.log(pair.configuration.falsePromotion)
        if !reading.safetyLogs.isEmpty, reading.safetyLogs.allSatisfy({ $0 >= needed }), !pair.windows.isEmpty {
            pair.state.provedAt = pair.look.end
        }
    }

    /// Which of many subjects may be named together. Comparisons with one's own past are a family of their own: their e-values promise
    /// nothing, and must not make it easier for the others.
    private func name(_ pairs: inout [Pair]) {
        guard pairs.count > 1 else { return }
        for comparison in [CheckSubject.Comparison.versions, .ownPast] {
            let family = pairs.indices.filter { index in
                pairs[index].look.subject.comparison == comparison && pairs[index].reading != nil
            }
            let named = FalseDiscovery.rejected(
                logEs: family.map { pairs[$0].reading?.logE ?? -.infinity },
                rate: rules.falseDiscovery
            )
            let found = Set(named.map { family[$0] })
            for index in family { pairs[index].isDiscovered = found.contains(index) }
        }
    }

    private static let enoughRequests = 1000.0
}

extension FleetWindows {
    fileprivate mutating func add(_ windows: ArraySlice<PairWindow>) {
        for window in windows {
            add(
                seconds: window.seconds,
                stable: (window.stable.requests, window.stable.failures, window.stable.latency),
                canary: (window.canary.requests, window.canary.failures, window.canary.latency)
            )
        }
    }
}
