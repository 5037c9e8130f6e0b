import CanaryCore

/// The rows of one metric: both versions, their difference, and two bars of evidence.
enum EvidenceRows {
    static func rows(_ finding: Finding, verdict: Verdict, bar: Int, style: Style) -> [String] {
        if finding.custom != nil { return customRows(finding, verdict: verdict, bar: bar, style: style) }
        let stable = finding.stable.share
        let canary = finding.canary.share
        let difference = stable.flatMap { stable in canary.map { Phrase.points($0 - stable) } } ?? "-"
        let shares = [stable, canary].map { TextCells.padded($0.map(Phrase.percent) ?? "-", to: 11) }.joined()
        let numbers = [finding.stable, finding.canary].map { TextCells.padded(Phrase.count($0.requests), to: 11) }
            .joined()
        let name = finding.edge.map { "> \(Phrase.decimal($0)) ms" } ?? "failed"
        let blank = String(repeating: " ", count: 12)

        var lines: [String] = []
        let harmShare = share(finding.logE - finding.penalty, of: verdict.harmThreshold)
        let harm = row("harm", harmShare, finding.logE - finding.penalty >= verdict.harmThreshold, bar, .bad, style)
        let head =
            "  \(sign(finding, harmShare, style)) \(TextCells.padded(name, to: 12))\(shares)\(TextCells.padded(difference, to: 12))"
        let second = "    \(blank)\(numbers)\(blank)"
        if let safety = finding.safety {
            let value = safety.isLatched ? 1 : share(safety.logN, of: verdict.safetyThreshold)
            lines.append(head + row("safe", value, safety.isLatched, bar, .good, style))
            lines.append(second + harm)
        } else {
            lines.append(head + harm)
        }
        return lines
    }

    /// A metric of the user's own: its name on a line for itself, because it may be long.
    private static func customRows(_ finding: Finding, verdict: Verdict, bar: Int, style: Style) -> [String] {
        let harmShare = share(finding.logE, of: verdict.harmThreshold)
        let harm = row("harm", harmShare, finding.logE >= verdict.harmThreshold, bar, .bad, style)
        let name = TextCells.harmless(finding.label)
        var lines = ["  \(sign(finding, harmShare, style)) \(name)"]
        let blank = String(repeating: " ", count: 16)
        func cells(_ stable: String, _ canary: String) -> String {
            blank + TextCells.padded(stable, to: 11) + TextCells.padded(canary, to: 11)
        }
        if let level = finding.custom?.level, let stable = level.stable, let canary = level.canary {
            let change = level.change.map { "\($0 < 0 ? "" : "+")\(Phrase.percent($0))" } ?? "-"
            lines.append(
                cells(Phrase.decimal(stable), Phrase.decimal(canary)) + TextCells.padded(change, to: 12) + harm
            )
            lines.append("\(blank)worse in \(level.losses) of \(level.comparisons) comparisons")
        } else if let stable = finding.stable.share, let canary = finding.canary.share {
            lines.append(
                cells(Phrase.percent(stable), Phrase.percent(canary))
                    + TextCells.padded(Phrase.points(canary - stable), to: 12) + harm
            )
            let requests = TextCells.padded(Phrase.count(finding.stable.requests), to: 11)
            lines.append(blank + requests + Phrase.count(finding.canary.requests))
        }
        if let absence = finding.custom?.absence {
            let words = "\(style.symbol(.unknown)) no data: \(TextCells.harmless(absence))"
            lines.append(blank + style.paint(words, .warning))
        }
        return lines
    }

    private static func sign(_ finding: Finding, _ harm: Double, _ style: Style) -> String {
        if harm >= 1 { return style.paint(style.symbol(.failed), .bad) }
        if finding.safety?.isLatched == true { return style.paint(style.symbol(.done), .good) }
        return style.symbol(.open)
    }

    private static func row(
        _ word: String,
        _ value: Double,
        _ isProved: Bool,
        _ width: Int,
        _ tone: Style.Tone,
        _ style: Style
    ) -> String {
        let end = isProved ? style.paint("proved", tone) : "\(Int((value * 100).rounded(.down))) %"
        return "\(word) \(bar(value, width: width, style: style)) \(end)"
    }

    /// A bar of whole and eighth cells between two edges.
    static func bar(_ value: Double, width: Int, style: Style) -> String {
        let eighths = Int((min(max(value, 0), 1) * Double(width * 8)).rounded(.down))
        guard style.hasSymbols else {
            let full = eighths / 8
            return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "]"
        }
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let filled = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        return "▕" + TextCells.padded(filled, to: width) + "▏"
    }

    private static func share(_ value: Double, of threshold: Double) -> Double {
        threshold > 0 && value.isFinite ? min(max(value / threshold, 0), 1) : 0
    }
}
