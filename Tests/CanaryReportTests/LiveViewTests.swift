import CanaryReport
import Testing

@Suite struct LiveViewTests {
    private func view(_ run: SampleRun) -> LiveView {
        var view = LiveView()
        for progress in run.progress { view.note(progress) }
        return view
    }

    @Test("draws the middle of a rollout as in the golden frame", arguments: [80, 100, 140])
    func middle(width: Int) throws {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 50)

        let frame = view(run).frame(width: width, style: .plain)

        try Golden.check(frame.joined(separator: "\n") + "\n", "live-\(width).txt")
    }

    @Test("never draws a line wider than the terminal", arguments: [1, 20, 59, 60, 61, 80, 100, 140, 300])
    func widths(width: Int) {
        var run = SampleRun(canaryErrors: 0.06)
        run.play(rounds: 400)
        var view = LiveView()
        for progress in run.progress {
            view.note(progress)
            for style in [Style.plain, Style(hasColor: true), Style(hasColor: false, hasSymbols: false)] {
                for line in view.frame(width: width, style: style) { #expect(TextCells.width(line) <= width) }
            }
        }
    }

    @Test("says the same with and without colour")
    func colour() {
        var run = SampleRun(canaryErrors: 0.06)
        run.play(rounds: 400)
        let view = view(run)

        let plain = view.frame(width: 100, style: .plain).joined(separator: "\n")
        let painted = view.frame(width: 100, style: Style(hasColor: true)).joined(separator: "\n")

        #expect(painted.contains("\u{1B}["))
        #expect(painted.replacing(/\u{1B}\[[0-9]*m/, with: "") == plain)
    }

    @Test("writes only ASCII where the locale has nothing else")
    func ascii() {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 60)

        let frame = view(run).frame(width: 80, style: Style(hasColor: false, hasSymbols: false))

        #expect(frame.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) })
    }

    @Test("does not let a name steer the terminal")
    func hostileNames() {
        #expect(TextCells.harmless("a\u{1B}[2Jb\rc") == "a\u{FFFD}[2Jb\u{FFFD}c")
        #expect(TextCells.harmless("a\n  hint: b") == "a; hint: b")
    }
}
