package import CanaryCore
import CanaryTelemetry

/// Looks at one spec by scraping for a while.
///
/// Scraping knows no past: without requests of the canary there is nothing to compare with.
package struct ScrapeProbe: CheckProbe {
    private let spec: CanarySpec
    private let roles: Roles
    private let source: any TelemetrySource
    private let length: Duration
    private let key: String

    /// - Parameters:
    ///   - roles: which of the destinations is stable, as the route's weights say.
    ///   - length: for how long it scrapes.
    package init(spec: CanarySpec, roles: Roles, source: any TelemetrySource, length: Duration) {
        self.spec = spec
        self.roles = roles
        self.source = source
        self.length = length
        key = "\(spec.namespace)/\(spec.name)"
    }

    package func expected(_ state: CheckState) -> [CheckSubject] { [subject] }

    package func look(_ state: CheckState, now: Timestamp) async -> CheckLook {
        let rounds = max(Int(min(length.inSeconds / max(spec.pace.interval.inSeconds, 0.05), 100_000).rounded(.up)), 1)
        let start = ContinuousClock.now
        var windows = [await source.observe(seconds: 0)]
        var last = start
        for round in 1...rounds {
            do {
                try await Task.sleep(until: start + spec.pace.interval * round, clock: .continuous)
            } catch {
                // The time is up: what was seen so far is judged.
                break
            }
            let begin = ContinuousClock.now
            windows.append(await source.observe(seconds: last.duration(to: begin).inSeconds))
            last = begin
        }
        return look(at: windows, stored: state.subjects[key], end: now.advanced(by: start.duration(to: last)))
    }

    private func look(at windows: [Window], stored: SubjectState?, end: Timestamp) -> CheckLook {
        let usable = windows.last { $0.quality.unusable == nil }
        var bounds = usable?.bounds ?? .istio
        if let stored, BucketProjection(from: bounds, onto: stored.bounds) != nil { bounds = stored.bounds }
        let timed = windows.dropFirst().map { TimedWindow(at: end, window: $0) }
        var evidence = PairBuilder(bounds: bounds, roles: .asNamed).evidence(
            subject,
            timed,
            after: end.advanced(by: .milliseconds(-1))
        )
        evidence.end = end
        if usable == nil {
            evidence.fault = fault(windows)
        } else if stored?.canarySeenAt == nil, !evidence.windows.contains(where: { $0.canary.requests > 0 }) {
            evidence.fault = Reason(
                "no-canary-requests",
                "\(subject.canary) had no request in \(Phrase.duration(length.inSeconds)), and scraping knows no past to compare with "
                    + "(telemetry.prometheus does)"
            )
        }
        return CheckLook(evidence: [evidence], configuration: JudgeRules(spec).configuration)
    }

    private func fault(_ windows: [Window]) -> Reason {
        guard let last = windows.last, let unusable = last.quality.unusable else {
            return Reason("nothing-scraped", "no round of scraping was completed")
        }
        let fault = last.quality.faults.first.map { ": \($0.pod): \($0.message)" } ?? ""
        return Reason(unusable.reason.label, unusable.reason.text + fault)
    }

    private var subject: CheckSubject {
        let (stable, canary) = (spec.route.stable.label, spec.route.canary.label)
        return CheckSubject(
            key: key,
            comparison: .versions,
            stable: roles == .asNamed ? stable : canary,
            canary: roles == .asNamed ? canary : stable
        )
    }
}
