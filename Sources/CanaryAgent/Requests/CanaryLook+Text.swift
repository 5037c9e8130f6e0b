import CanaryCore
package import CanaryReport

extension CanaryLook {
    /// All there is to know, on some lines, with a final newline.
    package func text(style: Style) -> String {
        let name = style.paint("\(key)", .strong)
        guard let status else {
            let first =
                "\(name)  \(style.symbol(.unknown)) no status yet: no agent looks after it, or it has just been made"
            return ([first] + warnings(style)).joined(separator: "\n") + "\n"
        }
        var lines = [
            "\(name)  \(Self.sign(self, style)) \(status.phase.rawValue)", "  \(TextCells.harmless(status.message))",
        ]
        lines += warnings(style)
        var rows: [(String, String)] = []
        for (word, side) in [("stable", status.stable), ("canary", status.canary)] {
            if let side { rows.append((word, Self.words(side))) }
        }
        if let run = status.run {
            let who = run.by.map { " by \($0)" } ?? ""
            let holder = run.holder.map { ", held by \($0)" } ?? ""
            rows.append(("run", "\(run.id) since \(run.startedAt.rfc3339)\(who)\(holder)"))
        }
        if let step = status.step {
            rows.append(
                ("step", "\(step.number) of \(step.of) at \(Phrase.weight(step.percent)) since \(step.since.rfc3339)")
            )
        }
        if let gate = status.gate { rows.append(("gate", gate.text)) }
        if let last = status.lastRun {
            let who = last.by.map { ", by \($0)" } ?? ""
            let outcome = last.outcome.replacing("rolledBack", with: "rolled back")
            let release = last.images?.canary ?? last.canaryRevision
            let what = release.map { " of \(PlainLine.of($0, limit: 120))" } ?? ""
            rows.append(
                ("last run", "\(last.id)\(what) \(outcome) at \(last.finishedAt.rfc3339)\(who): \(last.reason)")
            )
        }
        if let request = status.request {
            rows.append(("request", Self.words(request)))
        }
        if let waiting = waitingRequest {
            rows.append(("waits", "\(waiting.words) by \(waiting.by) at \(waiting.at.rfc3339): not answered yet"))
        }
        if !isObserved { rows.append(("note", "the spec has changed since; the agent has not looked at it yet")) }
        for (word, text) in rows {
            lines.append("  \(style.paint(TextCells.padded(word, to: 10), .quiet))\(TextCells.harmless(text))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func warnings(_ style: Style) -> [String] {
        let tones: [(String?, Style.Tone)] = [
            (careWords, care?.isNobody == true ? .bad : .warning),
            (agentWords, agents?.isGone == true ? .bad : .warning),
        ]
        return tones.compactMap { words, tone in words.map { "  \(style.paint(TextCells.harmless($0), tone))" } }
    }

    /// A table, a line each in the order given, with a final newline; empty for none.
    package static func table(_ looks: [CanaryLook], style: Style, width: Int?) -> String {
        guard !looks.isEmpty else { return "" }
        let heads = ["namespace", "canary", "phase", "weights", "stable", "canary", "message"]
        let rows = looks.map { look -> [String] in
            let status = look.status
            let weights = [status?.stable?.weight, status?.canary?.weight].map { $0.map { "\($0)" } ?? "?" }
            return [
                look.key.namespace, look.key.name, "\(sign(look, .plain)) \(status?.phase.rawValue ?? "Unknown")",
                weights.joined(separator: "/"), version(status?.stable), version(status?.canary),
                look.message,
            ].map(TextCells.harmless)
        }
        let widths = heads.indices.map { column in
            min(rows.reduce(TextCells.width(heads[column])) { max($0, TextCells.width($1[column])) }, 40)
        }
        func line(_ cells: [String]) -> String {
            var words = cells.indices.map { index in
                index == cells.count - 1
                    ? cells[index] : TextCells.padded(TextCells.cut(cells[index], to: widths[index]), to: widths[index])
            }.joined(separator: "  ")
            if let width { words = TextCells.cut(words, to: max(width, 20)) }
            return words
        }
        var lines = [style.paint(line(heads), .strong)]
        for (look, row) in zip(looks, rows) {
            switch look.exitCode {
            case .degraded: lines.append(style.paint(line(row), .bad))
            case .unknown: lines.append(style.paint(line(row), .warning))
            default: lines.append(line(row))
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func sign(_ look: CanaryLook, _ style: Style) -> String {
        switch look.exitCode {
        case .healthy: style.symbol(.done)
        case .degraded: style.symbol(.failed)
        case .undecided: style.symbol(.open)
        default: style.symbol(.unknown)
        }
    }

    private static func words(_ request: CanaryStatus.RequestAnswer) -> String {
        "\(request.verb) by \(request.by) at \(request.at.rfc3339) \(request.result.rawValue): \(request.message)"
    }

    private static func version(_ side: CanaryStatus.Side?) -> String {
        guard let side else { return "?" }
        return RunHeader.version(side.name, revision: side.revision, image: side.image)
    }

    private static func words(_ side: CanaryStatus.Side) -> String {
        var words = [version(side)]
        if let weight = side.weight { words.append("weight \(weight)") }
        if let ready = side.ready, let pods = side.pods { words.append("\(ready) of \(pods) pods ready") }
        return words.joined(separator: ", ")
    }
}
