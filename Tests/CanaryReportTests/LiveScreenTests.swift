import CanaryCore
import CanaryReport
import Testing

/// Whole screens: the view with its keys.
@Suite struct LiveScreenTests {
    private func view(_ run: SampleRun) -> LiveView {
        var view = LiveView()
        for progress in run.progress { view.note(progress) }
        return view
    }

    private func moment(_ view: LiveView, after seconds: Int = 3) -> LiveMoment? {
        view.lastAt.map { LiveMoment(at: $0.advanced(by: .seconds(seconds))) }
    }

    private func keys(_ text: String, at place: LivePrompt.Place = .run) -> LivePrompt {
        var prompt = LivePrompt(place: place)
        var decoder = KeyDecoder()
        for key in decoder.feed(Array(text.utf8)) { _ = prompt.press(key, isPaused: false) }
        return prompt
    }

    private func golden(_ name: String, _ view: LiveView, _ prompt: LivePrompt) throws {
        var prompt = prompt
        let frame = prompt.screen(view, width: 80, height: 24, style: .plain, moment: moment(view))
        try Golden.check(frame.lines.joined(separator: "\n") + "\n", "live-screen-\(name).txt")
    }

    /// What to play, how long, and which keys to press.
    private static let states: [(String, Double, Int, String)] = [
        ("watching", 0.005, 12, ""), ("testing", 0.005, 34, ""), ("harm", 0.02, 33, ""),
        ("rolling-back", 0.06, 33, ""), ("baking", 0.005, 73, ""), ("explain", 0.005, 34, "e"),
        ("help", 0.005, 34, "?"),
        ("rollback", 0.005, 34, "rsupport reports errors"), ("promote", 0.005, 34, "P"), ("quit", 0.005, 34, "q"),
    ]

    @Test("draws its states in 80 columns and 24 rows as in the golden screens", arguments: states.indices)
    func scenes(index: Int) throws {
        let (name, errors, rounds, pressed) = Self.states[index]
        var run = SampleRun(canaryErrors: errors)
        run.play(rounds: rounds)

        try golden(name, view(run), keys(pressed))
    }

    @Test(
        "fits every screen, and draws the keys in its last row",
        arguments: [(60, 24), (80, 24), (100, 30), (140, 50), (80, 12), (20, 4), (1, 1)]
    )
    func fits(width: Int, height: Int) {
        var run = SampleRun(canaryErrors: 0.06)
        run.play(rounds: 400)
        var view = LiveView()
        for progress in run.progress {
            view.note(progress)
            for pressed in ["", "e", "?", "r", "q"] {
                var prompt = keys(pressed)
                let style = Style(hasColor: true)
                let frame = prompt.screen(view, width: width, height: height, style: style, moment: moment(view))
                #expect(frame.lines.count == height)
                #expect(frame.lines.allSatisfy { TextCells.width($0) <= width })
                if let cursor = frame.cursor { #expect(cursor.row < height && cursor.column < width) }
            }
        }
        var prompt = keys("")
        let frame = prompt.screen(view, width: width, height: height, style: .plain, moment: nil)
        if width >= 60 { #expect(frame.lines.last?.contains("roll back") == true) }
    }

    @Test("a canary without weight is not rolled back from 0 % to 0 %, and a demo that is left is not gone on with")
    func otherWords() {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 1)
        func foot(_ pressed: String, _ place: LivePrompt.Place) -> String {
            var prompt = keys(pressed, at: place)
            let view = view(run)
            let frame = prompt.screen(view, width: 120, height: 24, style: .plain, moment: nil)
            return frame.lines.suffix(2).joined(separator: "\n")
        }

        #expect(foot("r", .run).contains("end the run as rolled back now? v2 has no weight yet"))
        #expect(foot("q", .demo).contains("the simulated mesh ends with it"))
        #expect(!foot("q", .demo).contains("haldane run") && foot("q", .run).contains("`haldane run` goes on with it"))
    }

    @Test("the objectives and the next step stay when rows are few")
    func few() {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 34)
        var prompt = keys("")

        let frame = prompt.screen(view(run), width: 80, height: 14, style: .plain, moment: nil)

        for word in ["failed", "> 25 ms", "> 50 ms", "next", "[r] roll back"] {
            #expect(frame.lines.contains { $0.contains(word) }, "\(word) is missing")
        }
    }

    @Test("times move between two rounds, and old data are told as old")
    func ages() {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 34)
        let view = view(run)

        let fresh = view.frame(width: 80, style: .plain, moment: moment(view, after: 4)).joined(separator: "\n")
        let late = view.frame(width: 80, style: .plain, moment: moment(view, after: 65)).joined(separator: "\n")

        #expect(fresh.contains("02:54") && fresh.contains("last 4 s ago"))
        #expect(late.contains("03:55") && late.contains("? no round has ended for 1 min 5 s"))
    }

    @Test("an explanation can be scrolled to its end and no further")
    func scrolls() {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 34)
        let view = view(run)
        var prompt = keys("e")
        func lines() -> [String] {
            prompt.screen(view, width: 80, height: 12, style: .plain, moment: nil).lines
        }

        let first = lines()
        for key in [Key.end, .down, .pageDown] { _ = prompt.press(key, isPaused: false) }
        let last = lines()
        _ = prompt.press(.up, isPaused: false)
        let before = lines()
        _ = prompt.press(.home, isPaused: false)

        #expect(first[2].contains("Next: hold at 5 %"))
        #expect(first.contains { $0.contains("more lines)") } && !last.contains { $0.contains("more line") })
        #expect(last != before && lines() == first)
        // Nobody has to start this run again: it goes on.
        #expect(!(first + before + last).contains { $0.contains("takes it up") })
    }

    @Test("an operator's pause is in the title, the next line and the log")
    func paused() throws {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 34)
        let last = try #require(run.progress.last)
        var rollout = last.rollout
        let command = Rollout.OperatorCommand(.pause, reason: "incident 4711", by: "alice@laptop")
        let actions = rollout.handle(.command(command), at: last.at)
        var view = view(run)
        for case .notify(let notice) in actions {
            view.note(
                RunProgress(.notice(notice), header: last.header, at: last.at, rollout: rollout, ledger: last.ledger)
            )
        }
        var prompt = keys("")
        let words = "paused at 95/5 (v1/v2): nothing is promoted until `haldane resume`"
        prompt.answered(LivePrompt.Answer(.accepted, words))

        try golden("paused", view, prompt)
    }

    @Test("leaves the objectives and what happened behind, without keys")
    func remains() throws {
        var run = SampleRun(canaryErrors: 0.06)
        run.play(rounds: 400)

        let lines = view(run).remains(width: 80, style: .plain)

        try Golden.check(lines.joined(separator: "\n") + "\n", "live-remains.txt")
        #expect(LiveView().remains(width: 80, style: .plain).isEmpty)
    }
}
