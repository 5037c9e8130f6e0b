import CanaryCore

/// A view with its keys, on a whole screen.
extension LivePrompt {
    /// Draws `view` and the keys on a screen of that size.
    package mutating func screen(
        _ view: LiveView,
        width: Int,
        height: Int,
        style: Style,
        moment: LiveMoment?,
        hasKeys: Bool = true
    ) -> LiveFrame {
        let foot = hasKeys ? footer(view, width: width, style: style) : (lines: [], column: nil)
        let rows = max(height - foot.lines.count, 1)
        var lines: [String]
        if case .reading(let topic) = mode {
            lines = reading(topic, view, width: width, rows: rows, style: style, moment: moment)
        } else {
            lines = view.frame(width: width, height: rows, style: style, moment: moment)
        }
        lines += Array(repeating: "", count: max(rows - lines.count, 0))
        lines += foot.lines.map { view.cut($0, width, style) }
        // A terminal with a row or two has no room for a question.
        let column = lines.count <= height ? foot.column : nil
        let cursor = column.map { LiveFrame.Cursor(row: lines.count - 1, column: min($0, max(width - 1, 0))) }
        return LiveFrame(lines: Array(lines.prefix(height)), cursor: cursor)
    }

    private func footer(_ view: LiveView, width: Int, style: Style) -> (lines: [String], column: Int?) {
        switch mode {
        case .watching:
            return (answerLines(width, style) + [keyLine(view, width)], nil)
        case .reading:
            let keys = style.hasSymbols ? "[↑↓] scroll" : "[j k] scroll"
            return (answerLines(width, style) + [" \(keys)  [space] next page  [q] back to the view"], nil)
        case .leaving:
            let weights = view.rollout?.route.map { Figures.split($0.weights) } ?? "as they are"
            let after = place == .demo ? "the simulated mesh ends with it" : "`haldane run` goes on with it"
            let question = "leave? the run ends here, weights stay \(weights); \(after)"
            let keys = " [k] leave, keep weights  [r] roll back first  [Esc] stay"
            return ([" " + style.paint(question, .warning), keys], nil)
        case .asking(let verb, let reason):
            let start = " reason, or y for none: "
            let room = max(width - TextCells.width(start) - 1, 1)
            let shown = Self.tail(reason, room)
            // Enter alone does nothing.
            let enter = reason.isEmpty ? "" : "  [Enter] do it"
            let question = " " + style.paint(Self.question(verb, view), .warning) + enter + "  [Esc] no"
            return ([question, start + shown], TextCells.width(start + shown))
        }
    }

    private static func question(_ verb: Rollout.OperatorCommand.Verb, _ view: LiveView) -> String {
        let canary = TextCells.harmless(view.header?.canary.label ?? "the canary")
        guard verb == .promote, let rollout = view.rollout else {
            guard view.percent > 0 else { return "end the run as rolled back now? \(canary) has no weight yet" }
            return "roll \(canary) back from \(Phrase.weight(view.percent)) to 0 % now?"
        }
        switch rollout.phase {
        case .watching(let step, _) where rollout.rules.steps.indices.contains(step):
            return "go to \(Phrase.weight(rollout.rules.steps[step])) now, with too little history?"
        case .analyzing(let state) where rollout.rules.steps.indices.contains(state.step + 1):
            let isProved = view.verdict?.kind == .healthy
            let next = Phrase.weight(rollout.rules.steps[state.step + 1])
            return "go to \(next) now\(isProved ? "" : ", unproved")?"
        case .analyzing, .baking:
            return "end the run as promoted now?"
        default:
            return "promote \(canary) now?"
        }
    }

    /// What came of a command, in one line or two; one empty line if nothing did.
    private func answerLines(_ width: Int, _ style: Style) -> [String] {
        guard let answer else { return [""] }
        let (sign, tone): (Style.Sign, Style.Tone) =
            switch answer.result {
            case .sent: (.open, .warning)
            case .accepted: (.done, .good)
            case .refused: (.failed, .bad)
            }
        return TextCells.wrapped(TextCells.harmless(answer.text), to: max(width - 4, 20)).prefix(2).enumerated().map {
            style.paint($0 == 0 ? " \(style.symbol(sign)) \($1)" : "   \($1)", tone)
        }
    }

    private func keyLine(_ view: LiveView, _ width: Int) -> String {
        let pause = view.isPaused ? "resume" : "pause"
        let quit = place == .watch ? "quit" : "quit (asks)"
        let long = " [p] \(pause)  [r] roll back  [P] promote  [e] explain  [q] \(quit)  [?] help"
        return TextCells.width(long) <= width ? long : " p \(pause)  r roll back  P promote  e explain  q quit"
    }

    private mutating func reading(
        _ topic: Topic,
        _ view: LiveView,
        width: Int,
        rows: Int,
        style: Style,
        moment: LiveMoment?
    ) -> [String] {
        let all: [String]
        switch topic {
        case .explanation: all = LiveExplanation.lines(view, width: min(width, 100), style: style, moment: moment)
        case .keys: all = KeyHelp.lines(place, width: width, style: style)
        }
        let head =
            view.header.map {
                [view.title($0, width: max(width, LiveView.leastWidth), style: style, moment: moment), ""]
            } ?? []
        page = max(rows - head.count, 1)
        offset = min(offset, max(all.count - page, 0))
        let more = all.count - offset - page
        var shown = Array(all.dropFirst(offset).prefix(page))
        if more > 0, shown.count > 1 {
            shown[shown.count - 1] = style.paint("  (\(Figures.plural(more + 1, "more line")))", .quiet)
        }
        return (head + shown).map { view.cut($0, width, style) }
    }

    /// The end of a text that is too long for its place.
    private static func tail(_ text: String, _ room: Int) -> String {
        var shown = text
        while TextCells.width(shown) > room, !shown.isEmpty { shown.removeFirst() }
        return shown
    }
}
