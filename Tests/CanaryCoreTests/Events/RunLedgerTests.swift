import CanaryCore
import CanaryTelemetry
import Testing

@Suite("The ledger of a run")
struct RunLedgerTests {
    private let start = Timestamp(milliseconds: 1000)

    @Test("requests and failures are summed over the run and for each weight")
    func sums() {
        var ledger = RunLedger(startedAt: start)
        ledger.weighed(0, at: start)
        ledger.judged(JudgeBench.window(stableFailures: 2), in: JudgeBench.watching, .sample(.undecided), at: start)
        ledger.weighed(5, at: start.advanced(by: .seconds(5)))
        for _ in 0..<2 {
            let window = JudgeBench.window(canary: 50, failures: 3)
            ledger.judged(window, in: JudgeBench.analyzing(), .sample(.healthy), at: start.advanced(by: .seconds(15)))
        }

        #expect(ledger.windows == 3)
        #expect(ledger.stableRequests == 3000 && ledger.stableFailures == 2)
        #expect(ledger.canaryRequests == 100 && ledger.canaryFailures == 6)
        #expect(ledger.steps.map(\.percent) == [0, 5])
        #expect(ledger.steps.map(\.canaryRequests) == [0, 100])
        #expect(ledger.steps.last?.fromSeconds == 5)
        #expect(ledger.steps.last?.seconds == 10)
        #expect(ledger.steps.last?.verdict == .healthy)
        #expect(ledger.seconds == 15)
    }

    @Test("the same weight twice is one step, and an unusable window is counted as such")
    func repeated() {
        var ledger = RunLedger(startedAt: start)
        ledger.weighed(5, at: start)
        ledger.weighed(5, at: start)
        ledger.judged(
            JudgeBench.window(unusable: .nothingScraped),
            in: JudgeBench.analyzing(),
            .sample(.unknown),
            at: start
        )

        #expect(ledger.steps.count == 1)
        #expect(ledger.unusableWindows == 1)
    }

    @Test("neither notices nor steps grow without bound, and time never runs backwards")
    func bounded() {
        var ledger = RunLedger(startedAt: start)
        for index in 0..<3000 {
            ledger.weighed(Double(index % 2), at: start.advanced(by: .seconds(index % 7)))
            ledger.noticed(Notice(.info, Reason("step", "step")), at: start)
        }

        #expect(ledger.steps.count <= 1000 && ledger.notices.count <= 1000)
        #expect(ledger.seconds == 6)
    }
}
