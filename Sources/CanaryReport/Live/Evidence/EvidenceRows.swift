import CanaryCore

/// The rows of one objective: both versions, their difference, and two bars of evidence.
///
/// A bar is on the scale of its threshold: full is proved. The rows that can be left out come with a higher rank.
struct EvidenceRows {
    let verdict: Verdict
    let columns: EvidenceColumns
    let style: Style

    /// In full: the first row has the evidence of safety, the second one the counts and the evidence of harm.
    func rows(_ finding: Finding) -> [String] {
        if finding.custom != nil { return customRows(finding) }
        let harm = harmCell(finding)
        guard let safety = finding.safety else { return [head(finding) + harm] }
        return [head(finding) + safeCell(safety), counts(finding) + harm]
    }

    /// In one row, with the bar that has come further.
    func compactRow(_ finding: Finding) -> String {
        if finding.custom?.level != nil || finding.custom?.absence != nil {
            return customRows(finding).prefix(2).joined(separator: " ")
        }
        guard let safety = finding.safety, safeShare(safety) >= harmShare(finding) else {
            return head(finding) + harmCell(finding)
        }
        return head(finding) + safeCell(safety)
    }

    /// The line above the rows.
    func header(stable: String, canary: String) -> String {
        let sides = [("stable", stable), ("canary", canary)].map { word, label in
            let long = "\(label) \(word)"
            return TextCells.padded(TextCells.width(long) < columns.side ? long : word, to: columns.side)
        }
        let name = TextCells.padded("objective", to: columns.name)
        return String(repeating: " ", count: EvidenceColumns.indent) + name + sides.joined()
            + TextCells.padded("difference", to: columns.difference) + "evidence"
    }

    private func head(_ finding: Finding) -> String {
        let stable = finding.stable.share
        let canary = finding.canary.share
        let difference = stable.flatMap { stable in canary.map { Phrase.points($0 - stable) } } ?? "-"
        let shares = [stable, canary].map { padded($0.map(Phrase.percent) ?? "-", columns.side) }.joined()
        return "  \(sign(finding)) \(padded(name(finding), columns.name))\(shares)"
            + padded(difference, columns.difference)
    }

    private func counts(_ finding: Finding) -> String {
        let counts = [finding.stable, finding.canary].map { padded(count($0.requests), columns.side) }.joined()
        var interval = ""
        if columns.hasInterval, let range = finding.difference95 {
            let dots = style.hasSymbols ? "…" : ".."
            let low = String(Phrase.points(range.low).dropLast(3))
            interval = "95 %: \(low) \(dots) \(Phrase.points(range.high))"
        }
        let left = padded("requests", columns.name) + counts + padded(interval, columns.difference)
        return String(repeating: " ", count: EvidenceColumns.indent) + style.paint(left, .quiet)
    }

    /// A metric of the user's own: its name on a line for itself, because it may be long.
    private func customRows(_ finding: Finding) -> [String] {
        var lines = ["  \(sign(finding)) \(TextCells.harmless(finding.label))"]
        let blank = String(repeating: " ", count: EvidenceColumns.indent + columns.name)
        func row(_ stable: String, _ canary: String, _ difference: String) -> String {
            blank + padded(stable, columns.side) + padded(canary, columns.side)
                + padded(difference, columns.difference) + harmCell(finding)
        }
        if let level = finding.custom?.level, let stable = level.stable, let canary = level.canary {
            let change = level.change.map { "\($0 < 0 ? "" : "+")\(Phrase.percent($0))" } ?? "-"
            lines.append(row(Phrase.decimal(stable), Phrase.decimal(canary), change))
            let words = "worse in \(level.losses) of \(level.comparisons) comparisons"
            lines.append(blank + style.paint(words, .quiet))
        } else if let stable = finding.stable.share, let canary = finding.canary.share {
            lines.append(row(Phrase.percent(stable), Phrase.percent(canary), Phrase.points(canary - stable)))
            lines.append(counts(finding))
        }
        if let absence = finding.custom?.absence {
            let words = "\(style.symbol(.unknown)) no data: \(TextCells.harmless(absence))"
            lines.append(blank + style.paint(words, .warning))
        }
        return lines
    }

    private func name(_ finding: Finding) -> String {
        if finding.custom != nil { return TextCells.cut(TextCells.harmless(finding.label), to: columns.name - 1) }
        guard let edge = finding.edge else { return "failed" }
        return "\(columns.hasWords ? "slower than" : ">") \(LatencyTotals.milliseconds(edge))"
    }

    private func sign(_ finding: Finding) -> String {
        if isHarmProved(finding) { return style.paint(style.symbol(.failed), .bad) }
        if finding.safety?.isLatched == true { return style.paint(style.symbol(.done), .good) }
        if finding.custom?.absence != nil { return style.paint(style.symbol(.unknown), .warning) }
        return style.symbol(.open)
    }

    private func safeCell(_ safety: Finding.Safety) -> String {
        cell("safe", safeShare(safety), safety.isLatched, .good)
    }

    private func harmCell(_ finding: Finding) -> String {
        cell("harm", harmShare(finding), isHarmProved(finding), .bad)
    }

    private func cell(_ word: String, _ value: Double, _ isProved: Bool, _ tone: Style.Tone) -> String {
        // What is nearly proved is not proved: never 100 %.
        let end = isProved ? "proved" : "\(min(Int((value * 100).rounded(.down)), 99)) %"
        let bar = Self.bar(isProved ? 1 : value, width: columns.bar, style: style)
        let isWorthColor = isProved || (tone == .bad && value >= 0.5)
        return "\(word) " + (isWorthColor ? style.paint("\(bar) \(end)", isProved ? tone : .warning) : "\(bar) \(end)")
    }

    /// A bar of whole and eighth cells between two edges.
    static func bar(_ value: Double, width: Int, style: Style) -> String {
        let eighths = value.isFinite ? Int((min(max(value, 0), 1) * Double(width * 8)).rounded(.down)) : 0
        guard style.hasSymbols else {
            let full = eighths / 8
            return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "]"
        }
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let filled = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return "▕" + TextCells.padded(filled, to: width) + "▏"
    }

    private func safeShare(_ safety: Finding.Safety) -> Double {
        safety.isLatched ? 1 : share(safety.logN, of: verdict.safetyThreshold)
    }

    private func harmShare(_ finding: Finding) -> Double {
        share(finding.logE - finding.penalty, of: verdict.harmThreshold)
    }

    private func isHarmProved(_ finding: Finding) -> Bool {
        verdict.harmThreshold > 0 && finding.logE - finding.penalty >= verdict.harmThreshold
    }

    private func share(_ value: Double, of threshold: Double) -> Double {
        threshold > 0 && value.isFinite ? min(max(value / threshold, 0), 1) : 0
    }

    /// Numbers that are too wide for a column are told in millions.
    private func count(_ requests: Double) -> String {
        let words = Phrase.count(requests)
        return words.utf8.count < columns.side ? words : "\(Phrase.decimal(requests / 1e6)) M"
    }

    private func padded(_ text: String, _ width: Int) -> String { TextCells.padded(text, to: width) }
}
