import CanaryCore
import CanaryTelemetry
import CanaryYAML

/// Questions of a fleet that were not answered.
struct FleetFaults {
    /// About now: nothing can be said about anybody.
    var present: Reason?
    /// About yesterday or last week: nothing can be said about services with one version.
    var past: Reason?

    static func reason(_ error: SourceError) -> Reason { Reason(error.label, error.inOneLine) }
}

/// Makes the evidence of single services out of a fleet's tally.
struct FleetGathering {
    let plan: FleetPlan
    let tally: FleetTally
    let faults: FleetFaults

    func evidence(of subject: FleetSubject, index: Int, since: Timestamp?) -> CheckEvidence {
        var evidence = CheckEvidence(subject: subject.check, end: plan.end, notes: subject.notes)
        evidence.fault = subject.problem ?? fault(of: subject, index)
        guard evidence.fault == nil else {
            // What was not read is read the next time.
            evidence.end = since ?? plan.end
            return evidence
        }
        let (stable, canary) = (2 * index, 2 * index + 1)
        let layout = tally.layout(slots: [stable, canary])
        if let bounds = layout.bounds { evidence.bounds = bounds }
        let windows = plan.windows(since: since)
        let isUsable = (tally.usableWindows(slot: stable), tally.usableWindows(slot: canary))
        for window in windows.history where isUsable.0[window] {
            evidence.history.append(pair(stable, canary, window, layout))
        }
        for window in windows.new {
            if isUsable.0[window], isUsable.1[window] {
                evidence.windows.append(pair(stable, canary, window, layout))
            } else {
                evidence.unusable += 1
            }
        }
        if evidence.windows.isEmpty, evidence.unusable > 0 {
            evidence.fault = silence(subject, stable, canary, windows.new)
        }
        return evidence
    }

    private func pair(_ stable: Int, _ canary: Int, _ window: Int, _ layout: FleetTally.Layout) -> PairWindow {
        PairWindow(
            seconds: plan.seconds,
            stable: side(stable, window, layout),
            canary: side(canary, window, layout)
        )
    }

    private func side(_ slot: Int, _ window: Int, _ layout: FleetTally.Layout) -> SideCounts {
        let cell = tally.cell(slot: slot, window: window)
        return SideCounts(
            requests: cell.requests,
            failures: cell.failures,
            latency: tally.latency(slot: slot, window: window, layout)
        )
    }

    // MARK: Faults

    private func fault(of subject: FleetSubject, _ index: Int) -> Reason? {
        if let fault = faults.present { return fault }
        if subject.check.comparison == .ownPast, let fault = faults.past { return fault }
        let (stable, canary) = (2 * index, 2 * index + 1)
        for slot in [stable, canary] where tally.isUnreadable(slot: slot) {
            return Reason(
                "badTelemetry",
                "series of \(subject.check.key) have no response_code, so failures cannot be told: "
                    + "a Telemetry resource removes the label"
            )
        }
        let isSeen = (tally.hasSeries(slot: stable), tally.hasSeries(slot: canary))
        switch subject.check.comparison {
        case .ownPast:
            if !isSeen.1 { return noSeries(of: subject.check.key) }
            return isSeen.0
                ? nil
                : Reason(
                    "noPast",
                    "no series of \(subject.check.key) at this hour yesterday or last week: there is nothing to compare "
                        + "the present with"
                )
        case .versions:
            switch isSeen {
            case (true, true): return nil
            case (false, false): return noSeries(of: subject.check.key)
            case (true, false): return noSeries(of: "\(subject.check.canary) of \(subject.check.key)")
            case (false, true): return noSeries(of: "\(subject.check.stable) of \(subject.check.key)")
            }
        }
    }

    private func noSeries(of what: String) -> Reason {
        let span = Phrase.duration(Double(plan.grid.windows) * plan.seconds)
        return Reason(
            "noSeries",
            "no series of \(what) in the last \(span): had it no requests, or is it not in the mesh or not scraped? "
                + "'haldane queries run fleet_request_totals' shows what there is"
        )
    }

    private func silence(_ subject: FleetSubject, _ stable: Int, _ canary: Int, _ windows: Range<Int>) -> Reason {
        if let pod = tally.copiedPod(slot: stable) ?? tally.copiedPod(slot: canary) {
            return Reason(
                "duplicated",
                "the server has the requests of \(pod) more than once, from as many scrapes: each would be counted as "
                    + "often; choose one with telemetry.match, e.g. { job: NAME }, or let the server drop replicas"
            )
        }
        let stableAnswers = windows.reduce(0) { $0 + tally.cell(slot: stable, window: $1).answered }
        let canaryAnswers = windows.reduce(0) { $0 + tally.cell(slot: canary, window: $1).answered }
        let name = stableAnswers <= canaryAnswers ? subject.check.stable : subject.check.canary
        return Reason(
            "tooFewPods",
            "none of the \(Phrase.count(windows.count)) new windows of \(subject.check.key) can be judged: too few pods "
                + "of \(name) were scraped, or could be read"
        )
    }
}
