package import CanaryCore

/// How far a rehearsal has come, in one line for a terminal.
package struct RehearsalProgressLine: Sendable, Hashable {
    package var played: Int
    package var asked: Int
    /// What is played now; nil for placebos.
    package var regression: RehearsedRegression?
    package var falseRollbacks: Int

    package init(played: Int, asked: Int, regression: RehearsedRegression?, falseRollbacks: Int) {
        self.played = played
        self.asked = asked
        self.regression = regression
        self.falseRollbacks = falseRollbacks
    }

    /// Without a newline, at most `width` cells.
    package func text(width: Int) -> String {
        let what = regression.map { "v2 with \($0.words)" } ?? "placebos"
        let done = "\(Phrase.count(played)) of \(Phrase.count(asked)) rollouts"
        return TextCells.cut(
            "rehearsing \(what): \(done), \(Figures.plural(falseRollbacks, "false rollback"))",
            to: width
        )
    }
}
