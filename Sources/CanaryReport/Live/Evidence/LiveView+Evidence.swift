import CanaryCore

/// The table of objectives, and what stands in its place before there is anything to compare.
extension LiveView {
    func addEvidence(to lines: inout FrameLines, width: Int, isCompact: Bool, style: Style) {
        guard let header, comparison != nil else { return addWatching(to: &lines, width: width, style: style) }
        addTable(to: &lines, width: width, isCompact: isCompact, style: style)
        addTrend(header, to: &lines, width: width, style: style)
    }

    /// The objectives of the last comparison; nothing before there is one.
    func addTable(to lines: inout FrameLines, width: Int, isCompact: Bool, style: Style) {
        guard let comparison, let header else { return }
        let rows = EvidenceRows(verdict: comparison, columns: EvidenceColumns(width: width), style: style)
        let labels = [header.stable.label, header.canary.label].map(TextCells.harmless)
        lines.add(style.paint(rows.header(stable: labels[0], canary: labels[1]), .quiet), rank: Rank.detail)
        for finding in decisive(comparison) {
            if isCompact { lines.add(rows.compactRow(finding)) } else { lines.add(rows.rows(finding)) }
        }
        if let verdict, verdict.kind == .unknown, verdict.window == 0, stepState != nil {
            let words =
                "\(style.symbol(.unknown)) this round was not compared: \(TextCells.harmless(verdict.reason.text))"
            lines.add("    " + style.paint(words, .warning))
        }
        if case .baking = rollout?.phase {
            let words = "before/after 100 %: a weaker comparison, other things change with time too"
            lines.add("    " + style.paint(words, .quiet), rank: Rank.detail)
        }
        addQuantiles(header, to: &lines, width: width, style: style)
    }

    /// Before the first comparison: how far the learning has come, and what stable is like.
    private func addWatching(to lines: inout FrameLines, width: Int, style: Style) {
        if case .watching = rollout?.phase, let rollout {
            let wanted = max(rollout.rules.pace.history.inSeconds, 0)
            let seen = min(rollout.historySeconds, wanted)
            let bar = EvidenceRows.bar(wanted > 0 ? seen / wanted : 1, width: max(width - 50, 10), style: style)
            lines.add("  learning  \(bar) \(Phrase.duration(seen.rounded())) of \(Phrase.duration(wanted))")
        }
        if let verdict, verdict.reason.label != "watching" {
            let sign = style.symbol(verdict.kind == .unknown ? .unknown : .open)
            lines.add("  \(sign) \(TextCells.harmless(verdict.reason.text))")
        }
        if ledger.stableRequests > 0 {
            let tally = Finding.Tally(
                events: Double(ledger.stableFailures),
                requests: Double(ledger.stableRequests)
            )
            let share = tally.share.map { "\(Phrase.percent($0)) failed" } ?? ""
            let quantiles = latency.stableWords(style).map { "; \($0)" } ?? ""
            lines.add("  stable    \(share)\(quantiles)")
        }
        if let header { addTrend(header, to: &lines, width: width, style: style) }
    }

    private func addQuantiles(_ header: RunHeader, to lines: inout FrameLines, width: Int, style: Style) {
        guard let stable = latency.stableWords(style), let canary = latency.canaryWords(style) else { return }
        let names = [header.stable.label, header.canary.label].map(TextCells.harmless)
        let text = "\(names[0]) \(stable); \(names[1]) \(canary)"
        let long = "    latency   " + text
        let line = TextCells.width(long) <= width ? long : "    " + text
        lines.add(style.paint(line, .quiet), rank: Rank.detail + 1)
    }

    private func addTrend(_ header: RunHeader, to lines: inout FrameLines, width: Int, style: Style) {
        let labels = [header.stable.label, header.canary.label].map { TextCells.cut(TextCells.harmless($0), to: 10) }
        let around = TextCells.width(labels[0]) + TextCells.width(labels[1]) + 42
        let cells = min(max((width - around) / 2, 6), 40)
        guard let picture = rounds.pictures(cells: cells, style: style) else { return }
        let canary = ledger.canaryRequests > 0 ? "\(labels[1]) \(picture.canary)  " : ""
        let scale = "\(Figures.plural(picture.rounds, "round")), top \(Phrase.percent(picture.top))"
        let words = "  failed    \(labels[0]) \(picture.stable)  \(canary)\(scale)"
        lines.add(style.paint(words, .quiet), rank: Rank.trend)
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
}
