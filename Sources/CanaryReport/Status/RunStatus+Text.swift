import CanaryCore

extension RunStatus {
    /// The status for people, with a final newline.
    package func text(style: Style) -> String {
        var rows: [(String, String)] = []
        rows.append(("route", place))
        if let versions { rows.append(("versions", versions)) }
        rows.append(("weights", weightWords))
        if let reason { rows.append(("why", reason)) }
        if let paused { rows.append(("paused", pauseWords(paused))) }
        if let verdict, outcome == nil {
            let missing = verdict.missingRequests.map { "; about \(Phrase.count($0)) canary requests missing" } ?? ""
            rows.append(("verdict", "\(verdict.kind): \(verdict.reason)\(missing)"))
        }
        for (index, metric) in (verdict?.metrics ?? []).enumerated() {
            rows.append((index == 0 ? "compared" : "", Self.words(metric, stable.label, canary.label)))
        }
        if let harm = verdict?.harm, let safe = verdict?.safe {
            rows.append(
                ("evidence", "harm at \(share(harm)) of what a rollback needs, safety at \(share(safe)) of a step up")
            )
        }
        rows.append(("requests", requestWords))
        if let pods = podWords { rows.append(("pods", pods)) }
        for note in verdict?.notes ?? [] { rows.append(("note", note)) }
        for notice in notices { rows.append((notice.urgency, notice.message)) }
        rows.append(("next", next))

        var lines = [headline(style)]
        for (name, value) in rows {
            for (index, line) in TextCells.wrapped(TextCells.harmless(value), to: 100).enumerated() {
                lines.append("  " + TextCells.padded(index == 0 ? name : "", to: 10) + line)
            }
        }
        // To be copied, so never wrapped.
        lines.append("  journal   \(TextCells.harmless(journal))")
        if let process { lines.append("  process   \(process)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func headline(_ style: Style) -> String {
        let names = TextCells.harmless("\(namespace)/\(name) \(stable.label) \(style.symbol(.arrow)) \(canary.label)")
        let time = Figures.clock(seconds)
        let (sign, tone, word): (Style.Sign, Style.Tone, String) =
            switch state {
            case .running where paused != nil: (.open, .warning, "paused")
            case .running: (.started, phase == "rollingBack" || phase == "emptying" ? .bad : .strong, phaseWords)
            case .interrupted: (.unknown, .warning, "unfinished, interrupted, not running")
            case .abandoned: (.unknown, .bad, "unfinished, not running")
            case .finished:
                (finishSign, finishTone, (detail ?? "finished").replacing("rolledBack", with: "rolled back"))
            }
        let rest = state == .running ? ", \(stepWords)\(time) elapsed" : ", after \(Phrase.duration(seconds.rounded()))"
        return "\(style.paint("\(style.symbol(sign)) \(word)", tone)): \(names)\(rest)"
    }

    private var phaseWords: String {
        switch phase {
        case "starting": "starting"
        case "watching": "watching stable"
        case "stepping": "writing a step"
        case "analyzing": "comparing"
        case "baking": "baking"
        case "rollingBack": "rolling back"
        case "emptying": "rolled back, draining"
        default: phase
        }
    }

    private var stepWords: String {
        step.map { "step \($0.number)/\($0.of) at \(Phrase.weight($0.percent)), " } ?? ""
    }

    private var finishSign: Style.Sign {
        switch outcome {
        case "promoted": .done
        case "rolledBack": .failed
        case "refused": .unknown
        default: .open
        }
    }

    private var finishTone: Style.Tone {
        switch outcome {
        case "promoted": .good
        case "rolledBack": .bad
        default: .warning
        }
    }

    private var weightWords: String {
        guard let stableWeight = stable.weight, let canaryWeight = canary.weight else { return "not read yet" }
        var words = "\(stableWeight)/\(canaryWeight) (\(stable.label)/\(canary.label))"
        if state != .running { words += " as last read" }
        guard let step, state == .running else { return words }
        if let observed = step.observedPercent { words += ", \(Figures.split(percent: observed)) observed" }
        switch step.split {
        case "settling": words += ", settling"
        case "testing": words += ", being proved"
        case "proved": words += ", proved"
        default: words += ", not in force"
        }
        return words
    }

    private func pauseWords(_ pause: Pause) -> String {
        let reason = pause.reason.isEmpty ? "" : ": \(pause.reason)"
        let time = Phrase.duration(max(at.since(pause.since).inSeconds, 0).rounded())
        return "by \(pause.by ?? "the operator") since \(Figures.moment(pause.since)) (\(time))\(reason)"
    }

    private static func words(_ metric: Metric, _ stable: String, _ canary: String) -> String {
        func share(_ value: Double?) -> String { value.map { Phrase.percent($0) } ?? "no requests" }
        var words = "\(metric.name): \(stable) \(share(metric.stable)), \(canary) \(share(metric.canary))"
        if let low = metric.stable, let high = metric.canary {
            words += " (\(Phrase.points(high - low))"
        } else {
            return words
        }
        if let low = metric.differenceLow, let high = metric.differenceHigh {
            words += "; 95 %: \(Phrase.points(low)) to \(Phrase.points(high))"
        }
        words += ")"
        if let isProved = metric.isProvedSafe { words += isProved ? ", not worse: proved" : ", not worse: open" }
        return words
    }

    private var requestWords: String {
        func side(_ side: Side) -> String {
            "\(Phrase.count(side.requests)) \(side.label) (\(Phrase.count(side.failed)) failed)"
        }
        return "\(side(stable)), \(side(canary))"
    }

    private var podWords: String? {
        guard stable.pods != nil || canary.pods != nil else { return nil }
        func side(_ side: Side) -> String {
            guard let ready = side.readyPods, let pods = side.pods else { return "\(side.label) unknown" }
            return "\(side.label) \(ready) of \(pods) ready"
        }
        return "\(side(stable)), \(side(canary))"
    }

    private func share(_ value: Double) -> String { "\(Int((min(max(value, 0), 1) * 100).rounded(.down))) %" }
}
