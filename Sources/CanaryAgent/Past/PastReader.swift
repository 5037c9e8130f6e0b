import CanaryCore
import CanaryTelemetry

/// Reads the windows that a question is about, with the roles that the traffic shows.
struct PastReader: Sendable {
    let spec: CanarySpec
    let archive: PastSession.Archive

    func read(_ question: PastQuestion) async throws(ArchiveFailure) -> PastEvidence {
        switch question {
        case .sideBySide(let from, let to): try await sideBySide(from: from, to: to)
        case .beforeAfter(let before, let after, let span):
            try await beforeAfter(before: before, after: after, span: span)
        }
    }

    private func sideBySide(from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastEvidence {
        var roles = Roles.asNamed
        let start = from.advanced(by: .zero - spec.pastHistory(interval: spec.pace.interval))
        var telemetry = try await ask(roles, from: start, to: to)
        let carried = CarriedTraffic(around: from, in: telemetry.windows)
        let found = carried.roles
        if found == .exchanged {
            roles = .exchanged
            // Asked anew and not only exchanged: who calls the canary, and how complete a round is, goes by the roles.
            telemetry = try await ask(roles, from: start, to: to)
        }
        let (stable, canary) = labels(roles)
        let why =
            switch found {
            case nil:
                "neither version had traffic at the beginning: \(stable) is taken for stable, as the spec names it"
            case .asNamed:
                carried.note(naming: stable)
                    ?? "\(stable) carried the traffic at the beginning and is stable; \(canary) is the canary"
            case .exchanged:
                "\(stable) carried the traffic at the beginning and is stable although the spec names it canary; \(canary) is the canary"
            }
        return evidence(spec, roles, from, telemetry.windows, [telemetry], [why])
    }

    private func beforeAfter(
        before: Timestamp,
        after: Timestamp,
        span: Duration
    ) async throws(ArchiveFailure) -> PastEvidence {
        let from = before.advanced(by: .zero - span)
        let start = from.advanced(by: .zero - spec.pastHistory(interval: spec.pace.interval))
        var roles = Roles.asNamed
        var old = try await ask(roles, from: start, to: before)
        let carried = CarriedTraffic(old.windows.filter { $0.at > from })
        if carried.roles == .exchanged {
            roles = .exchanged
            old = try await ask(roles, from: start, to: before)
        }
        let end = after.advanced(by: span)
        var new = try await ask(roles, from: after, to: end)
        let newTraffic = CarriedTraffic(new.windows)
        let isInPlace = newTraffic.canary * 100 < newTraffic.stable + newTraffic.canary || newTraffic.canary == 0
        if !isInPlace { new = try await ask(roles == .asNamed ? .exchanged : .asNamed, from: after, to: end) }

        let served = roles == .asNamed ? spec.route.stable : spec.route.canary
        let other = roles == .asNamed ? spec.route.canary : spec.route.stable
        let serving = isInPlace ? served : other
        let judged = BeforeAfter.spec(spec, stable: served, canary: serving)
        var notes = [
            isInPlace
                ? "\(served.label) served before and after: a deploy in place is assumed, and it is compared with itself"
                : "\(served.label) served before, \(serving.label) after"
        ]
        if let note = carried.note(naming: served.label) { notes.append(note) }
        if !isInPlace, newTraffic.stable * 10 > newTraffic.canary {
            notes.append(
                "\(served.label) still had \(Phrase.percent(newTraffic.stable / (newTraffic.stable + newTraffic.canary))) of the requests after: "
                    + "--from and --to compare both at the same time, and say more"
            )
        }
        if old.step != new.step {
            notes.append(
                "windows are \(Phrase.duration(old.step.inSeconds)) long before and \(Phrase.duration(new.step.inSeconds)) after"
            )
        }
        let history = old.windows.filter { $0.at <= from }
        let pairs = BeforeAfter.pairs(before: old.windows.filter { $0.at > from }, after: new.windows)
        return evidence(judged, .asNamed, from, history + pairs, [old, new], notes)
    }

    private func evidence(
        _ spec: CanarySpec,
        _ roles: Roles,
        _ from: Timestamp,
        _ windows: [TimedWindow],
        _ parts: [PastTelemetry],
        _ notes: [String]
    ) -> PastEvidence {
        let step = parts.map(\.step).max() ?? spec.pace.interval
        var judged = spec
        var said = notes
        if step != spec.pace.interval, step > .zero {
            judged.pace.interval = step
            let longer =
                "windows are \(Phrase.duration(step.inSeconds)) long instead of \(Phrase.duration(spec.pace.interval.inSeconds))"
            // An archive that says why says it better.
            if !parts.contains(where: { $0.notes.contains { $0.hasPrefix(longer) } }) { said.append(longer) }
        }
        for note in parts.flatMap(\.notes) where !said.contains(note) && said.count < Self.mostNotes {
            said.append(note)
        }
        let history = windows.filter { $0.at <= from && $0.window.quality.unusableForStable == nil }
        if history.count < Self.leastHistory {
            said.append(
                "only \(history.count) usable windows of stable's history before it: too few to know its latency and its bursts well"
            )
        }
        let samples = parts.reduce(0) { $0 &+ $1.samples }
        return PastEvidence(
            spec: judged,
            roles: roles,
            from: from,
            windows: windows,
            step: step,
            samples: samples,
            notes: said
        )
    }

    private func ask(_ roles: Roles, from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastTelemetry {
        try await archive(roles).windows(from: from, to: to)
    }

    private func labels(_ roles: Roles) -> (stable: String, canary: String) {
        let (stable, canary) = (spec.route.stable.label, spec.route.canary.label)
        return roles == .asNamed ? (stable, canary) : (canary, stable)
    }

    private static let leastHistory = 30
    private static let mostNotes = 40
}

extension CarriedTraffic {
    /// Around a moment: in the ten minutes before it, else in all before it, else in the first window after it with requests.
    init(around moment: Timestamp, in windows: [TimedWindow]) {
        let near = moment.advanced(by: .seconds(-600))
        self.init(windows.lazy.filter { $0.at > near && $0.at <= moment })
        if isEmpty { self.init(windows.lazy.filter { $0.at <= moment }) }
        if isEmpty {
            let first = windows.first { $0.at > moment && ($0.window.stableTotal > 0 || $0.window.canaryTotal > 0) }
            self.init(first.map { [$0] } ?? [])
        }
    }
}
