package import CanaryCore
import CanaryTelemetry

/// Looks at one spec through a server that stores telemetry.
///
/// Two versions are compared with each other while the canary has traffic, or had some in the last day; otherwise the service with its
/// own past: the same hour yesterday and last week, both summed.
package struct ArchiveProbe: CheckProbe {
    private let spec: CanarySpec
    private let archive: any TelemetryArchive
    /// The same with longer windows, for the error budget's six hours.
    private let coarse: any TelemetryArchive
    private let key: String

    /// - Parameters:
    ///   - archive: of the spec's destinations as they are named.
    ///   - coarse: an archive of windows of a minute.
    package init(spec: CanarySpec, archive: any TelemetryArchive, coarse: any TelemetryArchive) {
        self.spec = spec
        self.archive = archive
        self.coarse = coarse
        key = "\(spec.namespace)/\(spec.name)"
    }

    package func expected(_ state: CheckState) -> [CheckSubject] {
        [state.subjects[key]?.subject ?? subject(.versions, .asNamed)]
    }

    package func look(_ state: CheckState, now: Timestamp) async -> CheckLook {
        let stored = state.subjects[key]
        async let burn = burnRate(now)
        var look: CheckLook
        do throws(ArchiveFailure) {
            look = try await compared(stored, now)
        } catch {
            let text = [error.reason.text, error.hint].compactMap { $0 }.joined(separator: "; ")
            let subject = stored?.subject ?? subject(.versions, .asNamed)
            let fault = Reason(error.reason.label, text)
            look = CheckLook(evidence: [CheckEvidence(subject: subject, end: stored?.readUntil ?? now, fault: fault)])
        }
        look.configuration = JudgeRules(spec).configuration
        switch await burn {
        case nil: break
        case .success(let rate, let samples):
            look.burns[key] = rate
            look.samples &+= samples
        case .failure(let why): look.notes.append("the error budget of \(key) could not be read: \(why)")
        }
        return look
    }

    // MARK: Comparing

    private func compared(_ stored: SubjectState?, _ now: Timestamp) async throws(ArchiveFailure) -> CheckLook {
        let span = span(stored, now)
        var notes = span.notes
        guard span.from < span.to else {
            let subject = stored?.subject ?? subject(.versions, .asNamed)
            return CheckLook(evidence: [CheckEvidence(subject: subject, end: stored?.readUntil ?? span.to)])
        }
        let start = stored?.evidence == nil ? span.from.advanced(by: .zero - history) : span.from
        let past: PastTelemetry
        do throws(ArchiveFailure) {
            past = try await archive.windows(from: start, to: span.to)
        } catch {
            // Asked again before there is a new window: what was found stands.
            guard let stored, error.reason.label == "tooShort" else { throw error }
            let standing = CheckEvidence(subject: stored.subject, bounds: stored.bounds, end: stored.readUntil)
            return CheckLook(evidence: [standing], notes: notes + ["no new window since the last look"])
        }
        notes += past.notes
        let new = past.windows.filter { $0.at > span.from }
        let (roles, rolesNote) = roles(stored, past.windows)
        if let rolesNote { notes.append(rolesNote) }
        let canaryRequests = Self.canaryRequests(new, roles)
        let isRecent = stored.map { stored in
            stored.subject.comparison == .versions
                && (stored.canarySeenAt.map { now.since($0) < Self.day } ?? false)
        }
        // A canary that cannot be read is not one without traffic.
        let hidden = canaryRequests > 0 ? nil : Self.hidingCanary(new, roles)
        guard canaryRequests > 0 || isRecent == true || hidden != nil else {
            return try await ownPast(past, span.from, stored, notes)
        }
        let pairs = PairBuilder(bounds: bounds(past.windows, stored), roles: roles)
        var evidence = pairs.evidence(subject(.versions, roles), past.windows, after: span.from)
        evidence.end = new.last?.at ?? span.from
        evidence.notes = []
        let darkness = evidence.windows.isEmpty ? new.compactMap(\.window.quality.unusable).last : nil
        if let unusable = hidden ?? darkness {
            evidence.fault = unusable.reason
            evidence.isRead = true
        }
        return CheckLook(evidence: [evidence], samples: past.samples, notes: notes)
    }

    private func ownPast(
        _ past: PastTelemetry,
        _ from: Timestamp,
        _ stored: SubjectState?,
        _ notes: [String]
    ) async throws(ArchiveFailure) -> CheckLook {
        guard let first = past.windows.first, let last = past.windows.last else {
            let subject = subject(.ownPast, .asNamed)
            return CheckLook(
                evidence: [CheckEvidence(subject: subject, end: from)],
                samples: past.samples,
                notes: notes
            )
        }
        let start = first.at.advanced(by: .zero - past.step)
        async let yesterday = earlier(by: Self.day, start, last.at)
        async let lastWeek = earlier(by: Self.week, start, last.at)
        let found = await (yesterday, lastWeek)
        var notes = notes
        var samples = past.samples
        var parts: [[Timestamp: Window]] = []
        for (name, part) in [("yesterday", found.0), ("last week", found.1)] {
            switch part {
            case .success(let telemetry):
                samples &+= telemetry.samples
                let shift = name == "yesterday" ? Self.day : Self.week
                var windows: [Timestamp: Window] = [:]
                for timed in telemetry.windows { windows[timed.at.advanced(by: shift)] = timed.window }
                if telemetry.windows.contains(where: { $0.window.stableTotal > 0 || $0.window.canaryTotal > 0 }) {
                    parts.append(windows)
                } else {
                    notes.append("nothing is stored of \(name) at this hour")
                }
            case .failure(let failure):
                // Without a single one there is nothing to compare with; with one, its reason is worth a note.
                notes.append("\(name) cannot be read: \(failure.reason.text)")
            }
        }
        let subject = subject(.ownPast, .asNamed)
        guard !parts.isEmpty else {
            let text = "neither yesterday nor last week is stored at this hour, so there is nothing to compare with"
            var evidence = CheckEvidence(subject: subject, end: last.at, fault: Reason("no-past", text))
            evidence.notes = []
            return CheckLook(evidence: [evidence], samples: samples, notes: notes)
        }
        let pairs = PairBuilder(bounds: bounds(past.windows, stored), roles: .asNamed)
        var evidence = pairs.evidence(subject, past.windows, against: parts, after: from)
        evidence.end = last.at
        return CheckLook(evidence: [evidence], samples: samples, notes: notes)
    }

    private func earlier(
        by shift: Duration,
        _ from: Timestamp,
        _ to: Timestamp
    ) async -> Result<PastTelemetry, ArchiveFailure> {
        do throws(ArchiveFailure) {
            return .success(
                try await archive.windows(from: from.advanced(by: .zero - shift), to: to.advanced(by: .zero - shift))
            )
        } catch {
            return .failure(error)
        }
    }

    // MARK: What to read

    private struct Span {
        var from: Timestamp
        var to: Timestamp
        var notes: [String] = []
    }

    /// The new time: from the last look on, at most a day; the first time as much as `pace.history`.
    private func span(_ stored: SubjectState?, _ now: Timestamp) -> Span {
        let step = max(spec.pace.interval.wholeMilliseconds, 1000)
        let behind = now.advanced(by: .zero - (spec.telemetry.prometheus?.delay ?? .zero)).milliseconds
        let to = Timestamp(milliseconds: behind - behind % step)
        guard let stored, stored.evidence != nil else {
            return Span(from: to.advanced(by: .zero - history), to: to)
        }
        let oldest = to.advanced(by: .zero - Self.day)
        guard stored.readUntil < oldest else { return Span(from: min(stored.readUntil, to), to: to) }
        let ago = Phrase.duration(to.since(stored.readUntil).inSeconds)
        return Span(
            from: oldest,
            to: to,
            notes: ["\(key) was last looked at \(ago) ago: what was more than 24 h ago is not looked at"]
        )
    }

    private var history: Duration { min(max(spec.pace.history, spec.pace.interval * 12), Self.day) }

    /// Stable is who the spec says unless it had lost the traffic at the beginning; once known, that changes only when the version
    /// has next to none left.
    private func roles(_ stored: SubjectState?, _ windows: [TimedWindow]) -> (Roles, note: String?) {
        let stable = spec.route.stable.label
        if let subject = stored?.subject, subject.comparison == .versions, stable != spec.route.canary.label {
            let traffic = CarriedTraffic(windows)
            let kept: Roles = subject.stable == spec.route.canary.label ? .exchanged : .asNamed
            let rest = kept == .asNamed ? traffic.stable : traffic.canary
            guard rest < (traffic.stable + traffic.canary) * Self.replacedShare else {
                return (kept, kept == .asNamed ? traffic.note(naming: stable) : nil)
            }
            return (traffic.isEmpty ? kept : kept == .asNamed ? .exchanged : .asNamed, nil)
        }
        let traffic = CarriedTraffic(atBeginningOf: windows)
        return (traffic.roles ?? .asNamed, traffic.note(naming: stable))
    }

    private static func canaryRequests(_ windows: [TimedWindow], _ roles: Roles) -> Double {
        let traffic = CarriedTraffic(windows)
        return roles == .asNamed ? traffic.canary : traffic.stable
    }

    /// Why new windows without canary requests do not mean that it had none: one of them could not be read because of the canary, or
    /// none shows it. Nil if it had none.
    private static func hidingCanary(_ windows: [TimedWindow], _ roles: Roles) -> WindowQuality.Unusable? {
        let faults = windows.map { timed in timed.window.quality.unusable }
        let canary: WindowQuality.Side = roles == .asNamed ? .canary : .stable
        func side(of fault: WindowQuality.Unusable) -> WindowQuality.Side {
            switch fault {
            case .tooFewPods(let side, _, _), .tooManyFailures(let side, _, _): side
            default: .unknown
            }
        }
        if let own = faults.lazy.compactMap({ $0 }).last(where: { side(of: $0) == canary }) { return own }
        let isShown = faults.contains { fault in
            fault.map { side(of: $0) != .unknown } ?? true
        }
        return isShown ? nil : faults.lazy.compactMap { $0 }.last
    }

    private func bounds(_ windows: [TimedWindow], _ stored: SubjectState?) -> LatencyBounds {
        let now = windows.last { $0.window.quality.unusable == nil }?.window.bounds ?? windows.last?.window.bounds
        guard let stored, let now, BucketProjection(from: now, onto: stored.bounds) != nil else {
            return now ?? .istio
        }
        return stored.bounds
    }

    private func subject(_ comparison: CheckSubject.Comparison, _ roles: Roles) -> CheckSubject {
        let (stable, canary) = (spec.route.stable.label, spec.route.canary.label)
        return switch comparison {
        case .ownPast: CheckSubject(key: key, comparison: .ownPast, stable: "past", canary: "now")
        case .versions where roles == .exchanged:
            CheckSubject(key: key, comparison: .versions, stable: canary, canary: stable)
        case .versions: CheckSubject(key: key, comparison: .versions, stable: stable, canary: canary)
        }
    }

    // MARK: Error budget

    private enum Burn: Sendable {
        case success(BurnRate, samples: Int)
        case failure(String)
    }

    private func burnRate(_ now: Timestamp) async -> Burn? {
        guard let objective = spec.objectives.service else { return nil }
        let behind = now.advanced(by: .zero - (spec.telemetry.prometheus?.delay ?? .zero)).milliseconds
        let to = Timestamp(milliseconds: behind - behind % 60_000)
        do throws(ArchiveFailure) {
            let past = try await coarse.windows(from: to.advanced(by: .seconds(-6 * 3600)), to: to)
            let slices = past.windows.map { timed in
                let total = PairBuilder.service(timed.window)
                return BurnRate.Slice(
                    seconds: timed.window.seconds,
                    requests: total.requests,
                    failures: total.failures
                )
            }
            return .success(BurnRate(objective: objective, slices: slices), samples: past.samples)
        } catch {
            return .failure(error.reason.text)
        }
    }

    private static let day = Duration.seconds(86_400)
    private static let week = Duration.seconds(7 * 86_400)
    private static let replacedShare = 0.05
}
