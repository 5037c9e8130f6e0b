import CanaryCore
import Testing

@Suite("Outcomes and exit codes")
struct OutcomeTests {
    private static let why = Reason("why", "because")

    @Test(
        "each outcome has its word and its exit code",
        arguments: [
            (Outcome.promoted(why), "promoted", 0), (.rolledBack(why, .proved), "rolledBack", 2),
            (.rolledBack(why, .incomplete("batch")), "rolledBack(incomplete)", 2),
            (.held(.contested, why), "held(contested)", 1),
            (.held(.weightNotEffective, why), "held(weightNotEffective)", 1),
            (.stopped(why), "stopped", 1), (.refused(why), "refused(why)", 3),
        ] as [(Outcome, String, Int32)]
    )
    func table(outcome: Outcome, word: String, code: Int32) {
        #expect(outcome.qualifiedWord == word)
        #expect(outcome.exitCode.code == code)
        #expect(outcome.reason == Self.why)
    }

    @Test(
        "verdicts share the table",
        arguments: [
            (Verdict.Kind.healthy, 0), (.undecided, 1), (.degraded, 2), (.unknown, 3),
        ] as [(Verdict.Kind, Int32)]
    )
    func verdicts(kind: Verdict.Kind, code: Int32) {
        #expect(Verdict.sample(kind).exitCode.code == code)
    }

    @Test("progress is a share, whatever the numbers")
    func progress() {
        var verdict = Verdict.sample(.undecided)
        #expect(verdict.harmProgress == 0 && verdict.safetyProgress == 0)
        verdict.harmThreshold = 4
        verdict.logD = 100

        #expect(verdict.harmProgress == 1)
    }
}
