/// What the keys and the signs mean.
enum KeyHelp {
    static func lines(_ place: LivePrompt.Place, width: Int, style: Style) -> [String] {
        let quit =
            place == .watch
            ? "end this watch; the run goes on" : "asks: leave the weights as they are, or roll back first"
        let keys = [
            ("p, space", "pause: nothing is promoted, a regression is still rolled back; again: resume"),
            ("r", "roll back now; wants a reason, or y, and Enter"),
            ("P", "promote: the next step now, whatever is proved; wants a reason, or y, and Enter"),
            ("e", "explain the present state in sentences"),
            ("q", quit),
            ("Ctrl-C", place == .watch ? "as q" : "leave at once as `--on-interrupt` says, weights kept by default"),
        ]
        let signs = [
            (style.symbol(.done), "proved not worse than the margin"),
            (style.symbol(.open), "not decided yet"),
            (style.symbol(.failed), "proved worse than tolerated: rolled back"),
            (style.symbol(.unknown), "no data, or somebody has to look"),
            ("safe", "evidence that the canary is not worse; full is proved, all objectives full is the next step"),
            ("harm", "evidence that the canary is worse; full is proved, and rolled back"),
        ]
        func rows(_ pairs: [(String, String)]) -> [String] {
            pairs.flatMap { name, words in
                TextCells.wrapped(words, to: max(width - 13, 30)).enumerated().map { index, line in
                    "  " + TextCells.padded(index == 0 ? name : "", to: 10) + line
                }
            }
        }
        let who = "Every command is written into the journal with your name and the reason."
        return rows(keys) + [""] + rows(signs) + ["", "  " + who]
    }
}
