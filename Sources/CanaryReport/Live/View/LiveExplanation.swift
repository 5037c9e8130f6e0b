import CanaryCore

/// Why a run is where it is, while it goes on.
enum LiveExplanation {
    static func lines(_ view: LiveView, width: Int, style: Style, moment: LiveMoment?) -> [String] {
        guard let header = view.header else { return ["  nothing has happened yet"] }
        let next = NextWords.text(view, at: moment?.at)
        let past = Explanation(header: header, ledger: view.ledger, outcome: view.rollout?.outcome).sentences
        let now = ["Next: \(TextCells.harmless(next))."] + past.filter { !$0.hasPrefix(afterwards) }
        return now.flatMap { sentence in
            let text = style.hasSymbols ? sentence : sentence.replacing("→", with: "->")
            return TextCells.wrapped(text, to: max(width - 4, 40)).enumerated().map { index, line in
                (index == 0 ? "  " : "    ") + line
            }
        }
    }

    /// What is said of a run that no process is at, and is not so here.
    private static let afterwards = "The run has no outcome yet"
}
