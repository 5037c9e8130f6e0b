import CanaryReport
import Testing

@Suite struct EventLinesTests {
    @Test("tells a rolled back run as in the golden lines")
    func rolledBack() throws {
        var run = SampleRun(canaryErrors: 0.06)
        run.play(rounds: 400)
        var lines = EventLines()

        let text = run.progress.compactMap { lines.line($0) }.joined(separator: "\n") + "\n"

        try Golden.check(text, "lines-rolled-back.txt")
        #expect(text.split(separator: "\n").allSatisfy { $0.hasPrefix("time=2027-") })
    }

    @Test("tells unchanged rounds only now and then")
    func quiet() {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 29)
        var lines = EventLines()

        let told = run.progress.compactMap { lines.line($0) }

        #expect(told.count <= 2 + 29 / EventLines.quietRounds)
    }
}
