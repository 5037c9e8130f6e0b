import CanaryCore
import CanaryStatistics
import CanaryTelemetry

extension LiveView {
    /// The least width a frame is laid out for; narrower terminals see it cut.
    package static let leastWidth = 60

    /// The lines of a frame, none wider than `width`.
    package func frame(width: Int, height: Int = 40, style: Style) -> [String] {
        let room = max(width, Self.leastWidth)
        guard let header else { return [TextCells.cut(" haldane \(style.symbol(.dot)) starting", to: width)] }
        var lines = [title(header, width: room, style: style), ""]
        lines += routeLines(header, style: style)
        lines.append("")
        lines += evidenceLines(width: room, style: style)
        lines.append(contentsOf: nextLines(width: room, style: style))
        lines.append("")
        let left = max(height - lines.count, 1)
        for note in notes.suffix(min(left, 8)).reversed() {
            let sign = style.paint(style.symbol(note.sign), note.tone)
            lines.append("  \(Figures.clock(note.at)) \(sign) \(note.text)")
        }
        return lines.map { TextCells.cut($0, to: width, ellipsis: style.hasSymbols ? "…" : "~") }
    }

    private func title(_ header: RunHeader, width: Int, style: Style) -> String {
        let dot = style.symbol(.dot)
        let names = "\(header.stable.label) \(style.symbol(.arrow)) \(header.canary.label)"
        let left = style.paint(
            " haldane \(dot) \(TextCells.harmless(header.spec.name)) \(TextCells.harmless(names))",
            .strong
        )
        let right = "\(phaseWords) \(dot) \(Figures.clock(elapsed)) elapsed"
        let gap = max(width - TextCells.width(left) - TextCells.width(right), 2)
        return left + String(repeating: " ", count: gap) + right
    }

    private var phaseWords: String {
        guard let rollout else { return "starting" }
        let steps = rollout.rules.steps.count
        switch rollout.phase {
        case .starting: return "starting"
        case .watching: return "watching stable"
        case .stepping(let step, _): return "writing step \(step + 1)/\(steps)"
        case .analyzing(let state): return "step \(state.step + 1)/\(steps)"
        case .baking: return "baking"
        case .rollingBack: return "rolling back"
        case .emptying: return "rolled back, draining"
        case .finished(let outcome): return OutcomeWords.short(outcome)
        }
    }

    private func routeLines(_ header: RunHeader, style: Style) -> [String] {
        var lines = ["  route     \(TextCells.harmless(header.place))"]
        let weights = rollout?.route?.weights
        var split = "  weights   " + (weights.map { "\(Figures.split($0)) written" } ?? "not read yet")
        if let state = stepState {
            if let share = state.split.observedShare {
                split += ", \(Figures.split(percent: share * 100)) observed"
            }
            split += "   " + splitWords(state.split.status, style: style)
        }
        lines.append(split)
        lines.append(
            "  requests  \(Phrase.count(ledger.stableRequests)) stable, \(Phrase.count(ledger.canaryRequests)) canary"
                + " (\(Phrase.count(ledger.canaryFailures)) failed)"
        )
        if let window = lastWindow {
            var data = "  data      every \(Phrase.duration(header.spec.pace.interval.inSeconds)), "
            if let unusable = window.quality.unusable {
                data += style.paint("\(style.symbol(.unknown)) unknown: \(unusable.reason.text)", .warning)
            } else {
                data +=
                    "\(Figures.plural(window.stable.count, "stable pod")), \(Figures.plural(window.canary.count, "canary pod"))"
                if let fault = window.quality.faults.first {
                    let rest = window.quality.faults.count - 1
                    data += style.paint(
                        "; \(style.symbol(.unknown)) \(TextCells.harmless(fault.pod)): \(fault.label)\(rest > 0 ? " and \(rest) more" : "")",
                        .warning
                    )
                }
            }
            lines.append(data)
        }
        return lines
    }

    private func splitWords(_ status: SplitProof.Status, style: Style) -> String {
        switch status {
        case .settling: style.paint("\(style.symbol(.open)) settling", .quiet)
        case .testing: style.paint("\(style.symbol(.open)) being proved", .quiet)
        case .proved: style.paint("\(style.symbol(.done)) proved", .good)
        case .contradicted: style.paint("\(style.symbol(.failed)) not in force", .bad)
        }
    }

    private func evidenceLines(width: Int, style: Style) -> [String] {
        guard let verdict, verdict.window > 0 else {
            let words = verdict.map { "\($0.kind.rawValue): \($0.reason.text)" } ?? "no round has ended yet"
            return [style.paint("  \(style.symbol(.open)) \(TextCells.harmless(words))", .quiet)]
        }
        let bar = width >= 100 ? 16 : 8
        var lines = [style.paint("                stable     canary     difference  evidence", .quiet)]
        for finding in decisive(verdict) {
            lines += EvidenceRows.rows(finding, verdict: verdict, bar: bar, style: style)
            if finding.edge == nil, finding.custom == nil, let interval = difference95 {
                let range = "\(Phrase.points(interval.lower)) to \(Phrase.points(interval.upper))"
                lines.append(style.paint("                difference, 95 % at any time: \(range)", .quiet))
            }
        }
        return lines
    }

    /// Errors, the metrics that promotion asks, and the worst other one, at most six; then metrics of the user's own.
    private func decisive(_ verdict: Verdict) -> [Finding] {
        let findings = verdict.findings.filter { $0.custom == nil }
        let worst = findings.dropFirst().max { $0.logE - $0.penalty < $1.logE - $1.penalty }?.name
        let shown = findings.enumerated()
            .filter {
                $0.offset == 0 || $0.element.safety != nil || ($0.element.name == worst && $0.element.logE > 1)
            }
            .map(\.element).prefix(6)
        return shown + worstOfOwn(verdict)
    }

    /// The four worst metrics of the user's own, each at its worst edge.
    private func worstOfOwn(_ verdict: Verdict) -> [Finding] {
        var own: [Finding] = []
        for finding in verdict.findings where finding.custom != nil {
            if let place = own.firstIndex(where: { $0.name == finding.name }) {
                if finding.logE > own[place].logE { own[place] = finding }
            } else {
                own.append(finding)
            }
        }
        return Array(own.sorted { $0.logE > $1.logE }.prefix(4))
    }

    private func nextLines(width: Int, style: Style) -> [String] {
        let words = TextCells.wrapped(TextCells.harmless(NextWords.text(self)), to: max(width - 12, 20))
        return [""]
            + words.prefix(3).enumerated().map { ($0.offset == 0 ? "  next      " : "            ") + $0.element }
    }

    var stepState: Rollout.StepState? {
        switch rollout?.phase {
        case .analyzing(let state), .baking(let state): state
        default: nil
        }
    }
}
