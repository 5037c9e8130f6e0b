import CanaryCore

extension LiveView {
    /// The least width a frame is laid out for; narrower terminals see it cut.
    package static let leastWidth = 60

    /// The view without keys: the lines, none wider than `width` and at most `height` if that is given.
    ///
    /// - Parameter moment: now, by the run's clock; nil is the time of the last happening.
    package func frame(width: Int, height: Int? = nil, style: Style, moment: LiveMoment? = nil) -> [String] {
        let room = max(width, Self.leastWidth)
        guard let header else { return [TextCells.cut(" haldane \(style.symbol(.dot)) starting", to: width)] }
        var lines = FrameLines()
        var isCompact = false
        repeat {
            lines = FrameLines()
            lines.add(title(header, width: room, style: style, moment: moment))
            addFacts(header, to: &lines, style: style, moment: moment)
            lines.add("", rank: Rank.blank)
            addEvidence(to: &lines, width: room, isCompact: isCompact, style: style)
            lines.add("", rank: Rank.blank)
            addNext(to: &lines, width: room, style: style, moment: moment)
            guard let height, lines.needed + Self.leastLog > height, !isCompact else { break }
            isCompact = true
        } while true
        addLog(to: &lines, width: room, height: height, style: style)
        return lines.fitted(to: height ?? .max).map { cut($0, width, style) }
    }

    /// What stays on the screen when the view is left: who, the objectives, and the last of what happened.
    package func remains(width: Int, style: Style) -> [String] {
        guard let header else { return [] }
        let room = max(width, Self.leastWidth)
        var lines = FrameLines()
        lines.add(title(header, width: room, style: style, moment: nil))
        if comparison != nil {
            addTable(to: &lines, width: room, isCompact: false, style: style)
        }
        lines.add("")
        lines.add(log.lines(8, width: width, style: style))
        return lines.fitted(to: .max).map { cut($0, width, style) } + [""]
    }

    func cut(_ line: String, _ width: Int, _ style: Style) -> String {
        TextCells.cut(line, to: width, ellipsis: style.hasSymbols ? "…" : "~")
    }

    /// Which lines go first where rows are few.
    enum Rank {
        static let detail = 3
        static let place = 5
        static let requests = 6
        static let trend = 7
        static let blank = 9
        /// Of the older part of the log, the newest line.
        static let log = 10
    }

    func title(_ header: RunHeader, width: Int, style: Style, moment: LiveMoment?) -> String {
        let dot = style.symbol(.dot)
        var right = "\(phaseWords) \(dot) \(Figures.clock(elapsed(at: moment?.at ?? at)))"
        if let speed = moment?.speed, speed > 0 {
            right += " (\(style.hasSymbols ? "×" : "x")\(Phrase.decimal(speed)))"
        } else {
            right += " elapsed"
        }
        let state = isPaused && (rollout?.canAdvance ?? false) ? style.paint("PAUSED", .warning) + " \(dot) " : ""
        let names = "\(header.stable.label) \(style.symbol(.arrow)) \(header.canary.label)"
        let words = " haldane \(dot) \(TextCells.harmless(header.spec.name)) \(TextCells.harmless(names))"
        let room = width - TextCells.width(right) - TextCells.width(state) - 2
        let left = style.paint(cut(words, max(room, 10), style), .strong)
        let gap = max(width - TextCells.width(left) - TextCells.width(right) - TextCells.width(state), 2)
        return left + String(repeating: " ", count: gap) + state + right
    }

    private var phaseWords: String {
        guard let rollout else { return "starting" }
        let steps = rollout.rules.steps.count
        switch rollout.phase {
        case .starting: return "starting"
        case .watching: return "watching stable"
        case .stepping(let step, _): return "writing step \(step + 1)/\(steps)"
        case .analyzing(let state): return "step \(state.step + 1)/\(steps), \(Phrase.weight(state.percent))"
        case .baking(let state): return "baking at \(Phrase.weight(state.percent))"
        case .rollingBack: return "rolling back"
        case .emptying: return "rolled back, draining"
        case .finished(let outcome): return OutcomeWords.short(outcome)
        }
    }

    private func addNext(to lines: inout FrameLines, width: Int, style: Style, moment: LiveMoment?) {
        let text = TextCells.harmless(NextWords.text(self, at: moment?.at))
        let words = TextCells.wrapped(
            style.hasSymbols ? text : text.replacing("→", with: "->"),
            to: max(width - 13, 20)
        )
        for (index, line) in words.prefix(3).enumerated() {
            let start = index == 0 ? style.paint("  next      ", .strong) : "            "
            // A fourth line would say how it goes on.
            let end = index == 2 && words.count > 3 ? (style.hasSymbols ? " …" : " ~") : ""
            lines.add(start + line + end, rank: index < 2 ? 0 : Rank.detail)
        }
    }

    private func addLog(to lines: inout FrameLines, width: Int, height: Int?, style: Style) {
        lines.add("", rank: Rank.blank)
        for (index, line) in log.lines(height ?? 8, width: width, style: style).enumerated() {
            lines.add(line, rank: index < Self.leastLog ? 0 : index == Self.leastLog ? Rank.detail : Rank.log + index)
        }
    }

    /// Lines of the log that are always shown.
    private static let leastLog = 2
}
