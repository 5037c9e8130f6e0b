import CanaryCore
import CanaryTelemetry

/// The lines under the title: where, which weights, how many requests, how fresh.
extension LiveView {
    func addFacts(_ header: RunHeader, to lines: inout FrameLines, style: Style, moment: LiveMoment?) {
        lines.add("  route     \(TextCells.harmless(header.place))", rank: Rank.place)
        if let versions = versionWords(header) { lines.add("  versions  \(versions)", rank: Rank.place) }
        lines.add(weightLine(header, style))
        let failed = ledger.canaryRequests > 0 ? " (\(Phrase.count(ledger.canaryFailures)) failed)" : ""
        lines.add(
            "  requests  \(Phrase.count(ledger.stableRequests)) stable, \(Phrase.count(ledger.canaryRequests)) canary"
                + failed,
            rank: Rank.requests
        )
        lines.add("  data      " + dataWords(header, style, moment))
    }

    /// What runs, as far as the pods tell it.
    private func versionWords(_ header: RunHeader) -> String? {
        guard let rollout else { return nil }
        let at = at ?? header.startedAt
        let progress = RunProgress(.started, header: header, at: at, rollout: rollout, ledger: ledger)
        return progress.versions.map(TextCells.harmless)
    }

    private func weightLine(_ header: RunHeader, _ style: Style) -> String {
        let names = TextCells.harmless("\(header.stable.label)/\(header.canary.label)")
        guard let weights = rollout?.route?.weights else { return "  weights   not read yet" }
        var line = "  weights   \(names) \(Figures.split(weights)) written"
        guard let state = stepState else { return line }
        if let share = state.split.observedShare { line += ", \(Figures.split(percent: share * 100)) observed" }
        return line + "   " + splitWords(state.split.status, style: style)
    }

    private func splitWords(_ status: SplitProof.Status, style: Style) -> String {
        switch status {
        case .settling: style.paint("\(style.symbol(.open)) settling", .quiet)
        case .testing: style.paint("\(style.symbol(.open)) not proved yet", .quiet)
        case .proved: style.paint("\(style.symbol(.done)) in force, proved", .good)
        case .contradicted: style.paint("\(style.symbol(.failed)) not in force", .bad)
        }
    }

    private func dataWords(_ header: RunHeader, _ style: Style, _ moment: LiveMoment?) -> String {
        guard let window = lastWindow else { return "the first round is under way" }
        var words = "every \(Phrase.duration(interval))"
        if let moment, moment.speed == nil, let roundAt, !isOver {
            let age = max(moment.at.since(roundAt).inSeconds, 0)
            // A round may take as long as its slowest answer.
            let limit = 2 * interval + header.spec.telemetry.timeout.inSeconds + 1
            if age > limit {
                words = style.paint("\(style.symbol(.unknown)) no round has ended for \(Self.whole(age))", .warning)
            } else {
                words += ", last \(Self.whole(age)) ago"
            }
        }
        if let unusable = window.quality.unusable {
            return words + ", "
                + style.paint(
                    "\(style.symbol(.unknown)) not usable: \(TextCells.harmless(unusable.reason.text))",
                    .warning
                )
        }
        words +=
            ", \(Figures.plural(window.stable.count, "stable pod")), \(Figures.plural(window.canary.count, "canary pod"))"
        if let fault = window.quality.faults.first {
            let rest = window.quality.faults.count - 1
            let more = rest > 0 ? " and \(rest) more" : ""
            let sign = style.symbol(.unknown)
            words += style.paint("; \(sign) \(TextCells.harmless(fault.pod)): \(fault.label)\(more)", .warning)
        }
        return words
    }

    /// A time that ticks: in whole seconds.
    static func whole(_ seconds: Double) -> String { Phrase.duration(max(seconds.rounded(.down), 0)) }
}
